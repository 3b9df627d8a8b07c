//! AWS on one machine, with no account: Lambda, ALB, DynamoDB, EC2's Client VPN and the scheduler, as servers around the
//! real functions. For developers and tests; never deployed.

pub mod alb;
pub mod clock;
mod control;
pub mod dynamo;
pub mod ec2;
pub mod embedded;
mod environment;
pub mod function;
mod html;
pub mod lambda;
mod lock;
pub mod network;
mod options;
pub mod rights;
pub mod scheduler;
pub mod server;
mod system;
pub mod tls;
mod trace;

pub use options::{Options, StartError};
pub use system::Sandbox;
