//! The summary of a stay that is over, and what its parts add to it while it lasts.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::context::TransitionContext;
use crate::model::audit::{Closing, Details, cost_usd};
use crate::model::{AssociationId, Attribute, StateChange};
use crate::policy::{answered_requests, people_of_stay};

/// How long associations were up, each from when EC2 accepted it.
pub(super) struct TimeUp {
    ids: BTreeSet<AssociationId>,
    longest: Option<TimeDelta>,
    seconds: u64,
}

impl TimeUp {
    pub(super) fn of(
        context: &TransitionContext<'_>,
        ids: &BTreeSet<AssociationId>,
        ended_at: DateTime<Utc>,
    ) -> Self {
        let stay = &context.state.stay;
        let since = ids.iter().filter_map(|id| stay.billed_since(id));
        let up: Vec<_> = since.map(|since| ended_at - since).collect();
        // By clocks that differ, one may end before it began.
        let seconds = up
            .iter()
            .map(|up| u64::try_from(up.num_seconds()).unwrap_or(0));
        Self {
            ids: ids.clone(),
            longest: up.iter().max().copied(),
            seconds: seconds.sum(),
        }
    }
}

/// These ended, and the stay goes on. No other pass has noted an end in it meanwhile: each second counts once.
pub(super) fn part_gone(
    context: &TransitionContext<'_>,
    change: &mut StateChange<'_>,
    up: &TimeUp,
) -> Details {
    change.require_as_read(&[Attribute::AssociationIds, Attribute::EndedSeconds]);
    change.remove_associations(&up.ids);
    change.after.stay.ended_seconds += up.seconds;
    Details {
        duration: up.longest,
        cost_usd: up.longest.map(|_| cost(context, up.seconds)),
        ..context.details_of(&up.ids)
    }
}

/// The stay is over with these; what a closing record says of it. `change` has its asks answered already.
pub(super) fn stay_over(
    context: &TransitionContext<'_>,
    change: &mut StateChange<'_>,
    up: &TimeUp,
) -> Details {
    let state = context.state;
    change.require_as_read(&[
        Attribute::AssociationIds,
        Attribute::EndedSeconds,
        Attribute::ReadySince,
    ]);
    let stay = &state.stay;
    let up_since = stay.up_since.unwrap_or(context.at());
    let association_seconds = stay.ended_seconds + up.seconds;
    // A stay that another began answers nobody's ask: none was timed.
    let was_timed = stay.ready_since.is_some() && state.attempts.asked_at.is_some();
    let start_seconds = state.sightings.start_seconds.last();
    let start_seconds = start_seconds.filter(|_| was_timed);
    let answered = answered_requests(&change.after.demand);
    let closing = Closing {
        up_since,
        ready_since: stay.ready_since,
        start: start_seconds
            .and_then(|seconds| Some(TimeDelta::seconds(i64::try_from(*seconds).ok()?))),
        requests: stay
            .requests_before
            .map(|before| answered.saturating_sub(before)),
        people: BTreeSet::new(),
        people_count: 0,
        last_active_at: stay.last_active_at.filter(|at| *at >= up_since),
        association_seconds,
    };
    change.end_stay();
    change.end_start();
    Details {
        duration: up.longest,
        cost_usd: Some(cost(context, association_seconds)),
        closing: Some(Box::new(closing.with_people(people_of_stay(state)))),
        ..context.details_of(&up.ids)
    }
}

fn cost(context: &TransitionContext<'_>, seconds: u64) -> f64 {
    let up = TimeDelta::seconds(i64::try_from(seconds).unwrap_or(i64::MAX / 1000));
    cost_usd(up, context.settings.association_hour_price_usd)
}
