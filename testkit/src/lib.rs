//! What tests, the sandbox and the simulator share, without I/O and without a clock: EC2's Client VPN as a pure model,
//! tokens and events as the load balancer makes them, wrappers around the ports, and chance that repeats itself. Never deployed.

pub mod alb;
pub mod audit_reader;
pub mod dice;
pub mod ec2;
pub mod example;
pub mod fleet;
pub mod history;
pub mod people;
pub mod ports;
pub mod rulebook;
pub mod timeline;
