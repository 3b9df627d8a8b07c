//! The whole system on one machine, with no account: Lambda, ALB, DynamoDB, EC2's Client VPN and the scheduler around the
//! real functions. For developers and tests; never deployed.

pub mod alb;
pub mod chaos;
mod checks;
pub mod clock;
mod control;
pub mod day;
mod dice;
pub mod dynamo;
pub mod ec2;
pub mod embedded;
pub mod example;
pub mod function;
mod html;
pub mod lambda;
pub mod load;
pub mod network;
mod options;
pub mod rights;
pub mod scheduler;
mod server;
mod system;
mod trace;

pub use options::{Options, StartError};
pub use system::Sandbox;
