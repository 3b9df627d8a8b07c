//! What the lease table shows and records cannot.
//!
//! A sweep that has nothing to do puts no record, so records with hours between them say nothing of the sweeps between:
//! that they stopped is told by `last_sweep_at` alone, and only of the present.

use chrono::{DateTime, TimeDelta, Utc};

use super::finding::Finding;
use super::kind::Kind;
use super::single::{LONG, up_long};
use crate::model::EndpointState;

/// Sweeps come every minute, or as often as the template's parameter says, five at most; one that could not read the
/// connections does not count.
pub const SWEEP_GAP: TimeDelta = TimeDelta::minutes(15);

/// What an administrator should look at now.
pub fn present_findings(state: &EndpointState, now: DateTime<Utc>) -> Vec<Finding> {
    let swept = state.sightings.last_sweep_at;
    let was_used = state.demand.requests > 0 || state.stay.number > 0;
    let gap = match swept {
        Some(at) => (now - at > SWEEP_GAP).then(|| {
            let minutes = (now - at).num_minutes();
            (
                at,
                format!("The last complete sweep was {minutes} minutes ago."),
            )
        }),
        None => was_used.then(|| (now, "No sweep has been complete yet.".to_owned())),
    };
    let up_since = state.stay.up_since.filter(|since| now - *since > LONG);
    let long = up_since.map(|since| (since, up_long(state.stay.number, now - since)));
    let of = |kind, (occurred_at, sentence)| Finding {
        kind,
        sentence,
        event_id: None,
        occurred_at,
    };
    let gap = gap.map(|gap| of(Kind::SweepGap, gap));
    let long = long.map(|long| of(Kind::UpLong, long));
    gap.into_iter().chain(long).collect()
}
