//! What the functions behind the ALB share: the ALB's events, who asks, and what every answer carries.
//!
//! - [`event`], [`query`]: a request of an event, whatever a client has put into it
//! - [`visitor`], [`fetch`]: what ALB and browser say about where it comes from
//! - [`identity`]: whether the ALB signed a person in
//! - [`reply`], [`meaning`]: an answer, and what an error means over HTTP
//! - [`function`]: one event, from its receipt to the answer
//!
//! No AWS SDK is in it: the simulator runs a function's handlers without one.
#![allow(missing_docs, reason = "fields and constants whose name says it all")]

pub mod event;
pub mod fetch;
pub mod function;
pub mod identity;
pub mod log;
pub mod meaning;
pub mod query;
pub mod reply;
pub mod visitor;

pub use event::Received;
pub use function::Function;
pub use identity::Identity;
pub use meaning::Meaning;
pub use query::Query;
pub use reply::Reply;
