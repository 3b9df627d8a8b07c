//! What closing records and the lease table come to: pure.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::calendar::{self, Span, common, merged, office_hours, seconds};
use super::time_up::TimeUp;
use super::{DayUse, EndpointUse, StartSeconds, UpNow};
use crate::model::audit::AuditRecord;
use crate::model::{DailyWindow, EndpointId, EndpointState, ManagedEndpoint};

/// What a report is computed by.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The managed endpoints, each once.
    pub endpoints: &'a [ManagedEndpoint],
    /// Days of the zone, both included.
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub zone: Tz,
    /// What an hour of one association costs. What is over keeps the cost on record, which is of the price then.
    pub hour_price_usd: f64,
    pub office_hours: DailyWindow,
    pub now: DateTime<Utc>,
}

/// The use of each endpoint: those of the configuration in their order, then others that closing records name, by name.
/// `closings` are read in full and each once, in any order; what is no closing record counts for nothing. `states` is what
/// the lease table says of what is up.
pub fn of_closings(
    terms: Terms<'_>,
    closings: &[AuditRecord],
    states: &BTreeMap<EndpointId, EndpointState>,
) -> Vec<EndpointUse> {
    let mut others: BTreeMap<&EndpointId, (DateTime<Utc>, &ManagedEndpoint)> = BTreeMap::new();
    let mut times_up: BTreeMap<&EndpointId, Vec<TimeUp>> = BTreeMap::new();
    for record in closings {
        let (Some(endpoint), Some(closing)) = (&record.endpoint, &record.details.closing) else {
            continue;
        };
        let over = TimeUp::of_closing(record, closing);
        times_up.entry(&endpoint.id).or_default().push(over);
        // The name that it had last.
        let known = others.entry(&endpoint.id);
        let known = known.or_insert((record.occurred_at, endpoint));
        if known.0 <= record.occurred_at {
            *known = (record.occurred_at, endpoint);
        }
    }
    let managed = terms.endpoints.iter().map(|endpoint| {
        others.remove(&endpoint.id);
        let over = times_up.remove(&endpoint.id).unwrap_or_default();
        terms.of_endpoint(endpoint, over, states.get(&endpoint.id))
    });
    let managed: Vec<_> = managed.collect();
    let mut others: Vec<_> = others.into_values().map(|(_, endpoint)| endpoint).collect();
    others.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    let others = others.into_iter().map(|endpoint| {
        let over = times_up.remove(&endpoint.id).unwrap_or_default();
        terms.of_endpoint(endpoint, over, None)
    });
    let touched = others.filter(|other| other.stays > 0);
    managed.into_iter().chain(touched).collect()
}

impl Terms<'_> {
    /// From the first instant of the first day to that after the last day.
    pub(super) fn span(&self) -> Option<Span> {
        let (from, _) = calendar::day(self.from, self.zone)?;
        let (_, to) = calendar::day(self.to, self.zone)?;
        Some((from, to))
    }

    fn of_endpoint(
        &self,
        endpoint: &ManagedEndpoint,
        over: Vec<TimeUp>,
        state: Option<&EndpointState>,
    ) -> EndpointUse {
        let nothing = (self.now, self.now);
        let span = self.span().unwrap_or(nothing);
        let up = state.and_then(|state| TimeUp::of_state(state, self.hour_price_usd, self.now));
        let up_now = up.as_ref().map(|up| UpNow {
            since: up.span.0,
            association_seconds: up.association_seconds,
        });
        let all = over.into_iter().chain(up);
        let stays: Vec<TimeUp> = all.filter(|stay| stay.touches(span)).collect();
        let began = stays.iter().filter(|stay| stay.began_in(span));
        let unused = stays.iter().filter(|stay| stay.was_used == Some(false));
        let people = stays.iter().flat_map(|stay| &stay.people);
        let cost_usd = stays
            .iter()
            .map(|stay| stay.cost_usd * stay.share(span))
            .sum();
        let elapsed = common(span, (span.0, self.now.max(span.0)));
        let always_on_usd = self.cost_of(endpoint, elapsed.into_iter());
        let office = office_hours(self.from, self.to, self.office_hours, self.zone);
        let office = office.filter_map(|hours| common(hours, elapsed?));
        let is_managed = !endpoint.subnets.is_empty();
        EndpointUse {
            hours: stays.iter().map(|stay| stay.hours(span)).sum(),
            requests: began.fold(0, |all, stay| all.saturating_add(stay.requests)),
            people: people.map(ToString::to_string).collect(),
            start_seconds: StartSeconds::of(starts(&stays, span)),
            stays: stays.len() as u64,
            unused_stays: unused.count() as u64,
            cost_usd,
            always_on_usd,
            office_hours_usd: self.cost_of(endpoint, office),
            saved_usd: if is_managed {
                always_on_usd - cost_usd
            } else {
                0.0
            },
            days: self.days(&stays),
            up_now,
            endpoint: endpoint.clone(),
        }
    }

    /// What the configured subnets would cost over these spans.
    #[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^52")]
    fn cost_of(&self, endpoint: &ManagedEndpoint, spans: impl Iterator<Item = Span>) -> f64 {
        let hours = spans.map(seconds).sum::<i64>() as f64 / 3600.0;
        hours * endpoint.subnets.len() as f64 * self.hour_price_usd
    }

    fn days(&self, stays: &[TimeUp]) -> Vec<DayUse> {
        let dates = self.from.iter_days().take_while(|date| *date <= self.to);
        let days = dates.filter_map(|date| Some((date, calendar::day(date, self.zone)?)));
        days.map(|(date, day)| {
            let up = stays.iter().filter_map(|stay| common(stay.span, day));
            DayUse {
                date,
                begins: day.0,
                ends: day.1,
                up: merged(up.collect()),
                hours: stays.iter().map(|stay| stay.hours(day)).sum(),
            }
        })
        .collect()
    }
}

/// How long the starts took that were ready in the range.
fn starts(stays: &[TimeUp], (from, to): Span) -> Vec<u64> {
    let ready = stays.iter().filter(|stay| {
        let ready = stay.ready_since.as_ref();
        ready.is_some_and(|at| (from..to).contains(at))
    });
    ready.filter_map(|stay| stay.start_seconds).collect()
}

impl StartSeconds {
    /// By nearest rank; the lower of the two in the middle.
    pub fn of(mut seconds: Vec<u64>) -> Option<Self> {
        seconds.sort_unstable();
        let rank = |tenths: usize| {
            let rank = (seconds.len() * tenths).div_ceil(10);
            seconds.get(rank.saturating_sub(1)).copied()
        };
        Some(Self {
            median: rank(5)?,
            p90: rank(9)?,
            longest: *seconds.last()?,
        })
    }
}
