//! X-Ray trace ids, as the ALB and Lambda make them.

use shared::clock::Clock;
use uuid::Uuid;

/// A fresh id: `1-<epoch seconds, 8 hex digits>-<24 hex digits>`.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html>
pub(crate) fn id(clock: &dyn Clock) -> String {
    let random = Uuid::new_v4().simple().to_string();
    format!("1-{:08x}-{}", clock.now().timestamp(), &random[..24])
}

/// The header of a request that came without one.
pub(crate) fn fresh(clock: &dyn Clock) -> String {
    format!("Root={}", id(clock))
}
