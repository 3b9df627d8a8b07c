//! EC2's Client VPN as a server: [`Ec2`] puts the model, `testkit`'s [`Ec2World`](testkit::ec2::Ec2World), behind the EC2 Query
//! API and a control API.

mod answer;
pub mod control;
mod http;
mod query;
mod server;
mod xml;

pub use server::{Ec2, OpenError};
