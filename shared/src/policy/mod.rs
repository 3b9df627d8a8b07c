//! The rules: what an endpoint's phase is and what to do about it. Pure: no I/O, no clock, no AWS type.

mod bookings;
mod bookkeeping;
mod decide;
mod decision;
mod freshness;
mod leases;
mod off_at;
mod order;
mod overnight;
mod permission;
mod read_plan;
mod ready;
mod routing;
mod sentences;
mod start;
mod start_times;
mod stop;
mod suggestion;
mod usage;
mod view;
mod wall_clock;
mod wanted;

pub use bookings::{
    MAX_BOOKINGS, MissedDates, Occurrence, booked_for, booked_spans, day_of, due, is_lapsed,
    is_renewal_due, is_standing, is_to_come, missed, next, next_holiday, occurrence, renew_by,
};
pub use bookkeeping::{is_series_over, last_seen_up, served_by_external};
pub use decide::decide;
pub use decision::{Action, Decision, Hold, Outlook, Phase, Reason, Warning, retry_after};
pub use freshness::{
    READ_AT_MOST_EVERY, are_leases_as_before, as_answer, is_fresh, is_reading_due, is_same_stay,
    is_still_judged, is_too_old, latest_reading_before,
};
pub use leases::{
    answered_requests, people_of_stay, releasable, requests_before_stay, stay_asked_for,
};
pub use off_at::{KeepRule, OffAt, last_active_at, last_use, off_at};
pub use overnight::is_overnight;
pub use permission::{Executor, is_permitted};
pub use read_plan::ReadPlan;
pub use routing::is_unmoved;
pub use start::{MAX_ATTEMPTS, attempt_due, is_hold_over, is_last_attempt, startable_since};
pub use start_times::{lead, nearly_all};
pub use stop::{confirm_stop, is_too_late_to_act};
pub use suggestion::{Suggestion, suggestion};
pub use usage::{PACKET_ALLOWANCE_BYTES, known_silent, payload_bytes, stale_after, traffic, usage};
pub use wall_clock::first_instant;
pub use wanted::{is_held, is_ordered_off, is_pinned, is_unserved, is_wanted};

use crate::model::{ManagedEndpoint, Observation, Rules, SubnetId};

/// What was decided beforehand about one endpoint: its subnets, and the company's rules.
#[derive(Debug, Clone, Copy)]
pub struct Policy<'a> {
    pub endpoint: &'a ManagedEndpoint,
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
