//! A time up, and what of it lies in a range.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::calendar::{Span, common, seconds};
use crate::model::audit::{AuditRecord, Closing, cost_usd};
use crate::model::{Email, EndpointState};
use crate::policy::{answered_requests, people_of_stay};

/// A stay that is over, or one that is still up as far as it has come.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TimeUp {
    pub(super) span: Span,
    pub(super) ready_since: Option<DateTime<Utc>>,
    pub(super) start_seconds: Option<u64>,
    pub(super) requests: u64,
    pub(super) people: BTreeSet<Email>,
    /// `None`: it is not over, so that a connection may still come.
    pub(super) was_used: Option<bool>,
    pub(super) association_seconds: u64,
    pub(super) cost_usd: f64,
}

impl TimeUp {
    /// Of a closing record. It was up until its last association ended, which lasted as long as the record says; the
    /// record itself is put when that is found gone, some minutes later. Where the first association ended before the
    /// last, so that the last one's time does not reach back to the beginning, the end found is up to that much too
    /// early, and hours are spread over less time; they are not fewer.
    pub(super) fn of_closing(record: &AuditRecord, closing: &Closing) -> Self {
        let (began, found) = (closing.up_since, record.occurred_at);
        let lasted = record.details.duration;
        let lasted = lasted.and_then(|lasted| began.checked_add_signed(lasted));
        let ended = lasted.unwrap_or(found).min(found).max(began);
        Self {
            span: (began, ended),
            ready_since: closing.ready_since,
            start_seconds: closing
                .start
                .and_then(|start| u64::try_from(start.num_seconds()).ok()),
            requests: closing.requests.unwrap_or(0),
            people: closing.people.clone(),
            was_used: Some(closing.last_active_at.is_some()),
            association_seconds: closing.association_seconds,
            cost_usd: record.details.cost_usd.unwrap_or(0.0),
        }
    }

    /// Of what the lease table says is up; `None`: nothing is. Once a stop is committed, its time is over.
    pub(super) fn of_state(
        state: &EndpointState,
        hour_price_usd: f64,
        now: DateTime<Utc>,
    ) -> Option<Self> {
        let stay = &state.stay;
        let began = stay.up_since?;
        let ended = stay.stop.since.unwrap_or(now).min(now).max(began);
        let since = stay.association_ids.iter();
        let since = since.filter_map(|id| stay.billed_since(id));
        let up = since.map(|since| u64::try_from((ended - since).num_seconds()).unwrap_or(0));
        let association_seconds = up.fold(stay.ended_seconds, u64::saturating_add);
        let lasted = i64::try_from(association_seconds).ok();
        let lasted = lasted.and_then(TimeDelta::try_seconds);
        let was_timed = stay.ready_since.is_some() && state.attempts.asked_at.is_some();
        let start_seconds = state.sightings.start_seconds.last().copied();
        let answered = answered_requests(&state.demand);
        Some(Self {
            span: (began, ended),
            ready_since: stay.ready_since,
            start_seconds: start_seconds.filter(|_| was_timed),
            requests: stay
                .requests_before
                .map_or(0, |before| answered.saturating_sub(before)),
            people: people_of_stay(state),
            was_used: None,
            association_seconds,
            cost_usd: cost_usd(lasted.unwrap_or(TimeDelta::MAX), hour_price_usd),
        })
    }

    /// Whether it was up at any time in the range. What was up for no second counts where it began.
    pub(super) fn touches(&self, range: Span) -> bool {
        self.began_in(range) || common(self.span, range).is_some()
    }

    pub(super) fn began_in(&self, (from, to): Span) -> bool {
        (from..to).contains(&self.span.0)
    }

    /// Which part of it lies in the range, from 0 to 1: its hours and cost are spread evenly over its time.
    #[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^52")]
    pub(super) fn share(&self, range: Span) -> f64 {
        let whole = seconds(self.span);
        if whole == 0 {
            return if self.began_in(range) { 1.0 } else { 0.0 };
        }
        common(self.span, range).map_or(0.0, |part| seconds(part) as f64 / whole as f64)
    }

    #[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^52")]
    pub(super) fn hours(&self, range: Span) -> f64 {
        self.association_seconds as f64 / 3600.0 * self.share(range)
    }
}
