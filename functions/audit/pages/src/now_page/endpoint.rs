//! An endpoint's card.

use chrono::{DateTime, TimeDelta, Utc};
use page::When;
use shared::model::{EndpointState, Mode};
use shared::policy::Phase;
use shared::reconcile::EndpointStatus;
use shared::review::usage::DayUse;

use super::bookings::{BookingNow, Bookings, bookings};
use super::connections::{self, ConnectionNow};
use super::{NowPage, Time};
use crate::assets::ASSETS;
use crate::day_table::times_up;
use crate::numbers::{Tenths, grouped};
use crate::paths;
use crate::pictures::strip::Strip;
use crate::shown::{in_a_row, visible};
use crate::texts::{NowTexts, UseTexts};

/// How many people with leases a card names.
const HOLDERS: usize = 30;

/// Where an endpoint stands, as the last passes left it.
#[derive(Debug, Clone)]
pub struct EndpointNow {
    pub status: EndpointStatus,
    /// Those that sweeps remember.
    pub connections: Vec<ConnectionNow>,
    /// In the order in which they come next.
    pub bookings: Vec<BookingNow>,
    /// How many stand beside those.
    pub more_bookings: usize,
    /// When a sweep read their counters.
    pub counters_read_at: Option<DateTime<Utc>>,
    /// Over what time they were judged then; `None`: no stale rule was in force.
    pub stale_after: Option<TimeDelta>,
    /// What the last pass decided and why, in the words of the table.
    pub last_decision: Option<String>,
    /// When that pass read EC2.
    pub decided_at: Option<DateTime<Utc>>,
    pub last_sweep_at: Option<DateTime<Utc>>,
    /// When it was up today, in the office's zone.
    pub today: DayUse,
}

impl EndpointNow {
    /// From what the lease table holds. `bookings`: those that stand; so many of them are kept.
    pub fn of(
        status: EndpointStatus,
        state: &EndpointState,
        mut bookings: Vec<BookingNow>,
        most_bookings: usize,
        today: DayUse,
    ) -> Self {
        let sightings = &state.sightings;
        let more_bookings = bookings.len().saturating_sub(most_bookings);
        bookings.truncate(most_bookings);
        Self {
            bookings,
            more_bookings,
            connections: state.traffic.iter().map(ConnectionNow::of).collect(),
            counters_read_at: state.traffic.read_at,
            stale_after: state.traffic.stale_after,
            last_decision: sightings.last_decision.clone(),
            decided_at: sightings.observation.as_ref().map(|seen| seen.observed_at),
            last_sweep_at: sightings.last_sweep_at,
            today,
            status,
        }
    }
}

/// An [`EndpointNow`] in words.
pub(super) struct Card {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) endpoint_id: String,
    pub(super) phase: &'static str,
    pub(super) phase_word: &'static str,
    pub(super) icon: String,
    pub(super) until: Option<Until>,
    pub(super) why: String,
    pub(super) warnings: Vec<String>,
    pub(super) strip: String,
    pub(super) up_today: String,
    pub(super) hours_today: String,
    pub(super) holders: Vec<Holder>,
    pub(super) more_holders: Option<String>,
    pub(super) order: Option<Order>,
    pub(super) connections: Connections,
    pub(super) bookings: Bookings,
    pub(super) labels: Labels,
    pub(super) last_decision: Option<String>,
    pub(super) decided_at: Option<Time>,
    pub(super) last_sweep: Option<Time>,
    pub(super) sweep_ago: String,
    pub(super) orders_path: Option<String>,
    pub(super) log_path: Option<String>,
}

/// Ids of headings.
pub(super) struct Labels {
    pub(super) bookings: String,
    pub(super) more_bookings: String,
}

pub(super) struct Until {
    pub(super) machine: String,
    pub(super) text: String,
}

pub(super) struct Holder {
    pub(super) who: String,
    pub(super) until: Option<Time>,
}

pub(super) struct Order {
    pub(super) text: String,
    pub(super) by: Option<String>,
    pub(super) reason: Option<String>,
}

pub(super) struct Connections {
    /// `None`: not read.
    pub(super) active: Option<String>,
    pub(super) rows: Vec<connections::Row>,
    pub(super) more: Option<String>,
    pub(super) limit: String,
    pub(super) read_at: Option<String>,
}

impl EndpointNow {
    pub(super) fn card(
        &self,
        page: &NowPage<'_>,
        at: usize,
        t: &'static NowTexts,
        when: &When,
    ) -> Card {
        let status = &self.status;
        let (id, name) = (format!("vpn-{at}"), visible(&status.endpoint));
        let words = UseTexts::of(page.language);
        let managed = page
            .site
            .endpoints
            .iter()
            .find(|name| name.as_str() == status.endpoint);
        let phase = status.phase;
        let until = status.keep_until.filter(|_| phase == Phase::Ready);
        Card {
            endpoint_id: visible(&status.endpoint_id),
            phase: phase.as_str(),
            phase_word: (t.phase)(phase),
            icon: ASSETS.icon(phase).path(),
            until: until.map(|at| {
                let Time { machine, text } = Time::of(at, when);
                Until {
                    machine,
                    text: (t.until)(&text),
                }
            }),
            why: visible(&(t.why)(&status.particulars.reason, when)),
            warnings: status
                .particulars
                .warnings
                .iter()
                .map(|it| visible(&(t.warning)(it)))
                .collect(),
            strip: Strip {
                id: &format!("{id}-today"),
                endpoint: &name,
                day: &self.today,
                zone: when.zone,
                now: page.now,
                t: &words.pictures,
            }
            .svg(),
            up_today: times_up(words, when.zone, &self.today, page.now),
            hours_today: (t.today_hours)(&Tenths::of(self.today.hours).amount()),
            holders: self.holders(when),
            more_holders: self
                .status
                .leases
                .len()
                .checked_sub(HOLDERS + 1)
                .map(|more| (t.more_holders)(more + 1)),
            order: self.order(t, when),
            connections: self.connected(page, t, when),
            bookings: bookings(
                page,
                &self.bookings,
                self.more_bookings,
                self.is_held(),
                managed.filter(|_| page.site.is_administrator),
                when,
            ),
            labels: Labels {
                bookings: format!("{id}-bookings"),
                more_bookings: format!("{id}-more-bookings"),
            },
            last_decision: self.last_decision.as_deref().map(in_a_row),
            decided_at: self.decided_at.map(|at| Time::of(at, when)),
            last_sweep: self.last_sweep_at.map(|at| Time::of(at, when)),
            sweep_ago: self
                .last_sweep_at
                .map_or(String::new(), |at| (t.ago)((page.now - at).num_seconds())),
            orders_path: managed
                .filter(|_| page.site.is_administrator)
                .map(paths::orders),
            log_path: managed.map(paths::log_of_endpoint),
            name,
            id,
        }
    }

    fn holders(&self, when: &When) -> Vec<Holder> {
        let holder = |lease: &shared::reconcile::LeaseView| Holder {
            who: visible(&lease.email),
            until: lease.until.map(|at| Time::of(at, when)),
        };
        self.status
            .leases
            .iter()
            .take(HOLDERS)
            .map(holder)
            .collect()
    }

    fn is_held(&self) -> bool {
        let mode = self.status.mode.as_ref();
        mode.is_some_and(|order| [Mode::Hold.as_str(), Mode::Off.as_str()].contains(&&*order.mode))
    }

    fn order(&self, t: &NowTexts, when: &When) -> Option<Order> {
        let mode = self.status.mode.as_ref()?;
        let until = mode.until.map(|until| when.at(until));
        Some(Order {
            text: in_a_row(&(t.ordered)(mode, until.as_deref())),
            by: mode.by.as_deref().map(in_a_row),
            reason: mode.reason.as_deref().map(in_a_row),
        })
    }

    fn connected(&self, page: &NowPage<'_>, t: &NowTexts, when: &When) -> Connections {
        let (rows, cut) = connections::rows(page, &self.connections, t, when);
        let active = self.status.active_connections;
        let unmeasured = active.map_or(0, |active| active.saturating_sub(self.connections.len()));
        let more = cut + unmeasured;
        let limit = grouped(u64::from(page.silent_below_kib_per_hour));
        Connections {
            active: active.map(|active| grouped(u64::try_from(active).unwrap_or(u64::MAX))),
            rows,
            more: (more > 0).then(|| (t.more_connections)(more)),
            limit: (t.limit)(&limit, self.stale_after),
            read_at: self
                .counters_read_at
                .map(|at| (t.counters_read)(&when.at(at))),
        }
    }
}
