//! The rules: what an endpoint's phase is and what to do about it. Pure: no I/O, no clock, no AWS type.

mod decide;
mod decision;
mod off_at;
mod overnight;
mod routing;
mod usage;
mod wanted;

pub use decide::{MAX_ATTEMPTS, decide};
pub use decision::{Action, Decision, Phase, Reason, Warning, retry_after};
pub use off_at::{KeepRule, OffAt, last_active_at, off_at};
pub use overnight::is_overnight;
pub use usage::{PACKET_ALLOWANCE_BYTES, payload_bytes, stale_after, traffic, usage};
pub use wanted::{is_held, is_pinned, is_unserved, is_wanted};

use crate::model::{ManagedEndpoint, Observation, Rules, SubnetId};

/// What was decided beforehand about one endpoint: its subnets, and the company's rules.
#[derive(Debug, Clone, Copy)]
pub struct Policy<'a> {
    /// The endpoint.
    pub endpoint: &'a ManagedEndpoint,
    /// The rules, the same for all.
    pub rules: &'a Rules,
}

impl<'a> Policy<'a> {
    /// The configured subnets without a target network.
    pub fn missing_subnets(self, seen: &Observation) -> impl Iterator<Item = &'a SubnetId> {
        self.endpoint.subnets.iter().filter(|subnet_id| {
            !seen
                .networks
                .iter()
                .any(|network| network.subnet_id == **subnet_id)
        })
    }
}
