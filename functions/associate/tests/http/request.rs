//! A request as a client and the ALB make it, and the function's answer as the ALB reads it.

pub use testkit::alb::{Answer, Event as Request, TRACE_ID};
