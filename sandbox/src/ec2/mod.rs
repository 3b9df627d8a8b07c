//! EC2's Client VPN as a server: [`Ec2`] puts the model, `testkit`'s [`Ec2World`](testkit::ec2::Ec2World), behind the EC2 Query
//! API and a control API.

mod answer;
pub mod control;
mod http;
mod query;
mod server;
mod xml;

use axum::Router;

pub use server::{Ec2, OpenError};

impl Ec2 {
    /// The EC2 Query API, at `/`. Requests must be signed, but the signature is not checked.
    pub fn router(&self) -> Router {
        http::router(self.clone())
    }

    /// The control API: JSON, for people and tests (see [`control`]).
    pub fn control(&self) -> Router {
        control::router(self.clone())
    }
}
