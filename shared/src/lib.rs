//! Self-service AWS Client VPN: the domain, the rules, and the reconciler that both functions drive.
//!
//! Dependencies point one way: reconciler and ports → model ← policy. Everything but the adapters (feature `aws`)
//! compiles without any AWS crate.

#![allow(
    missing_docs,
    reason = "a doc comment stands where it says more than the name"
)]

#[cfg(feature = "aws")]
pub mod aws;
pub mod clock;
pub mod config;
pub mod ec2_errors;
pub mod history;
pub mod identity;
pub mod model;
pub mod policy;
pub mod ports;
pub mod reconcile;
pub mod review;
pub mod telemetry;
