//! Rules over audit records alone: what they say that cannot be so, what they leave open, and what an administrator should
//! look at. Whoever reads an endpoint's records hands them in, oldest first; nothing else is asked.
//!
//! Simulated years and the storm hand in everything ([`Trail::new`]). A page hands in what it has read, with a [`Scope`]:
//! then nothing is called unexplained whose cause may lie before the first record.

mod asks;
mod bookings;
mod closing;
mod denials;
mod finding;
mod kind;
mod lease_table;
mod open;
mod order;
mod price;
mod scope;
mod single;
mod stays;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::model::audit::{AuditRecord, Event, cost_usd};
use crate::model::item::Item;
use crate::model::{AssociationId, ConnectionId};
use asks::{Asks, earliest_ask};
use bookings::Bookings;
use finding::{Mention, ROUNDED_USD, finding, no_outcome};
use scope::Known;
use stays::Stays;

pub use denials::{Denials, MANY_DENIALS};
pub use finding::Finding;
pub use kind::Kind;
pub use lease_table::{SWEEP_GAP, present_findings};
pub use price::Prices;
pub use scope::Scope;

/// The records of one endpoint, as far as they were taken.
#[derive(Debug, Clone)]
pub struct Trail {
    prices: Prices,
    known: Known,
    /// When the latest record happened.
    latest: DateTime<Utc>,
    began: BTreeMap<AssociationId, Mention>,
    adopted: BTreeSet<AssociationId>,
    failed: BTreeMap<AssociationId, Mention>,
    ended: BTreeMap<AssociationId, Mention>,
    /// When each stay was ready.
    ready: BTreeMap<u64, DateTime<Utc>>,
    stays: Stays,
    connections: BTreeSet<ConnectionId>,
    /// When a stop of each stay was put on record last.
    stops: BTreeMap<u64, DateTime<Utc>>,
    open_stop: Option<Mention>,
    /// Whether a mode was set or ended since the latest stop was put on record.
    mode_changed: bool,
    asks: Asks,
    bookings: Bookings,
    /// Starts that no ask among the records explains, and of whose stay the beginning may lie before them.
    doubtful_starts: Vec<Finding>,
}

impl Trail {
    /// No record yet of a history that this version put on record from its beginning. `hour_price_usd`: what an hour of
    /// one association costs.
    pub fn new(hour_price_usd: f64) -> Self {
        Self::of(Prices::now(hour_price_usd), Known::everything())
    }

    /// No record yet of a part of a history.
    pub fn within(scope: Scope, prices: Prices) -> Self {
        Self::of(prices, Known::within(scope))
    }

    fn of(prices: Prices, known: Known) -> Self {
        Self {
            prices,
            asks: Asks::new(known.is_partial()),
            known,
            latest: DateTime::<Utc>::MIN_UTC,
            began: BTreeMap::new(),
            adopted: BTreeSet::new(),
            failed: BTreeMap::new(),
            ended: BTreeMap::new(),
            ready: BTreeMap::new(),
            stays: Stays::default(),
            connections: BTreeSet::new(),
            stops: BTreeMap::new(),
            open_stop: None,
            mode_changed: false,
            bookings: Bookings::default(),
            doubtful_starts: Vec::new(),
        }
    }

    /// Takes the next record as the table has it. One that cannot be read is a finding, and counts for nothing else.
    pub fn take_item(&mut self, item: &Item) -> Vec<Finding> {
        match AuditRecord::parse(item) {
            Ok(record) => self.take(&record),
            Err(why) => vec![single::unreadable(item, &why, self.latest)],
        }
    }

    /// Takes the next record, and says what it shows.
    pub fn take(&mut self, record: &AuditRecord) -> Vec<Finding> {
        // The end of a connection is put on record later than it happened.
        let is_back_dated = record.event == Event::ConnectionEnded;
        let mut found = single::shown_by(record);
        if !is_back_dated {
            self.latest = self.latest.max(record.occurred_at);
            found.extend(self.asks.lapse(record.occurred_at));
        }
        found.extend(self.follows(record));
        self.known.note(record);
        found
    }

    /// What a record shows after those before it.
    fn follows(&mut self, record: &AuditRecord) -> Vec<Finding> {
        match record.event {
            Event::AssociationRequested | Event::LeaseExtended => {
                let goes_down = self.open_stop.is_some();
                let is_up = self.up().next().is_some() && !goes_down;
                self.asks.asked(record, is_up);
                self.stays.asked(record);
                self.bookings.asked(record)
            }
            Event::BookingMade => {
                self.bookings.made(record);
                Vec::new()
            }
            Event::BookingCancelled | Event::BookingLapsed => {
                self.bookings.ended(record);
                Vec::new()
            }
            Event::AssociationStarted => self.started(record),
            Event::AssociationAdopted => {
                let ids = &record.details.association_ids;
                self.adopted.extend(ids.iter().cloned());
                once(&mut self.began, record, "started or adopted")
            }
            Event::AssociationCompleted => self.completed(record),
            Event::AssociationFailed => {
                self.asks.answered();
                let twice = once(&mut self.failed, record, "failed");
                self.end_stop_if_down(record.details.stay.unwrap_or(0));
                self.may_be_over(record);
                twice
            }
            Event::DisassociationStarted => self.stop(record),
            Event::DisassociationFailed => self.stop_failed(record),
            Event::DisassociationCompleted | Event::DisassociationExternal => self.end(record),
            Event::ConnectionEnded => {
                let id = record.details.connection_id.clone();
                let first = id.is_none_or(|id| self.connections.insert(id));
                let sentence = || format!("The end of {:?} is on record twice.", record.details);
                finding(first, record, Kind::RecordedTwice, sentence)
            }
            Event::ModeChanged => {
                // An order to keep it on is an ask as well.
                self.stays.asked(record);
                self.mode_changed = true;
                self.asks.ordered(record)
            }
            Event::BookingMissed
            | Event::RoutesRestored
            | Event::RoutesChanged
            | Event::LeaseReleased
            | Event::ProfileDownloaded
            | Event::AccessDenied
            | Event::AuditExported
            | Event::ConfigChanged => Vec::new(),
        }
    }

    /// Whether a start or an adoption is on record for this association.
    pub fn explains(&self, id: &AssociationId) -> bool {
        self.began.contains_key(id)
    }

    /// The associations that are on record as made.
    pub fn associations(&self) -> impl Iterator<Item = &AssociationId> {
        self.began.keys()
    }

    /// Whether an attempt that made this association is on record as failed.
    pub fn has_failed(&self, id: &AssociationId) -> bool {
        self.failed.contains_key(id)
    }

    /// Whether the end of this association is on record.
    pub fn has_ended(&self, id: &AssociationId) -> bool {
        self.ended.contains_key(id)
    }

    /// Whether the end of this connection is on record.
    pub fn knows_end_of(&self, id: &ConnectionId) -> bool {
        self.connections.contains(id)
    }

    /// When our start of an association and our latest stop of a stay were put on record; `None` where one is not, or
    /// where another hand began it.
    pub fn noted(&self, id: &AssociationId, stay: u64) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let began = self.began.get(id).filter(|_| !self.adopted.contains(id))?;
        Some((began.at, *self.stops.get(&stay)?))
    }

    /// What is up, as far as records say.
    fn up(&self) -> impl Iterator<Item = &AssociationId> {
        let is_over = |id: &AssociationId| self.ended.contains_key(id) || self.has_failed(id);
        self.began.keys().filter(move |id| !is_over(id))
    }

    fn started(&mut self, record: &AuditRecord) -> Vec<Finding> {
        let (at, stay) = (record.occurred_at, record.details.stay.unwrap_or(0));
        let is_known = self.known.knows_stay(stay);
        // What is up already is completed while it is used, too.
        let is_explained = self.asks.explain(at) || self.up().next().is_some();
        let mut found = self.asks.started(at, is_known);
        if !is_explained && self.known.knows_since(earliest_ask(at)) {
            let sentence = "It was started, and no request explains it.".to_owned();
            let start = Finding::of(record, Kind::StartUnexplained, sentence);
            if is_known {
                found.push(start);
            } else {
                self.doubtful_starts.push(start);
            }
        }
        found.extend(once(&mut self.began, record, "started or adopted"));
        found
    }

    fn completed(&mut self, record: &AuditRecord) -> Vec<Finding> {
        let here = Mention::of(record);
        self.asks.was_up();
        self.asks.answered();
        let first = self.ready.insert(here.stay, here.at).is_none();
        let twice = || format!("Stay {} is ready twice.", here.stay);
        let mut ids = record.details.association_ids.iter();
        let began = ids.all(|id| self.began.contains_key(id)) || !self.known.knows_stay(here.stay);
        let unbegun = || format!("Stay {} is ready, and not all of it began.", here.stay);
        let mut found = finding(first, record, Kind::RecordedTwice, twice);
        found.extend(finding(began, record, Kind::NoOutcome, unbegun));
        found
    }

    fn stop(&mut self, record: &AuditRecord) -> Vec<Finding> {
        let here = Mention::of(record);
        self.asks.was_up();
        self.stops.insert(here.stay, here.at);
        let mut found = finding(
            !record.reason.is_empty(),
            record,
            Kind::StopUnexplained,
            || format!("The stop of stay {} has no reason.", here.stay),
        );
        // An order takes over a stop that was begun for another reason, and has a record of its own.
        let is_by_order = std::mem::take(&mut self.mode_changed);
        let before = self.open_stop.replace(here.clone());
        let left = before.filter(|before| !is_by_order || before.stay != here.stay);
        found.extend(left.map(|before| no_outcome(&before)));
        found
    }

    fn stop_failed(&mut self, record: &AuditRecord) -> Vec<Finding> {
        let stay = record.details.stay.unwrap_or(0);
        self.asks.was_up();
        self.asks.answered();
        let open = self.open_stop.take();
        let began = open.is_some_and(|open| open.stay == stay) || !self.known.knows_stay(stay);
        let sentence = || format!("A stop of stay {stay} failed that never began.");
        finding(began, record, Kind::NoOutcome, sentence)
    }

    /// A stop is over once nothing of its stay is up, whoever took it. What another hand takes of it does not end the stop.
    fn end_stop_if_down(&mut self, stay: u64) {
        if !self.is_up(stay) {
            self.open_stop.take_if(|open| open.stay == stay);
        }
    }

    fn end(&mut self, record: &AuditRecord) -> Vec<Finding> {
        let stay = record.details.stay.unwrap_or(0);
        let closing = record.details.closing.as_deref();
        let is_known = self.known.knows_ended(stay, closing);
        self.asks.was_up();
        let mut found = once(&mut self.ended, record, "gone");
        self.end_stop_if_down(stay);
        if record.event == Event::DisassociationCompleted {
            let stopped = self.stops.contains_key(&stay) || !is_known;
            found.extend(finding(stopped, record, Kind::StopUnexplained, || {
                format!("Stay {stay} ended by our stop, and no stop of it is on record.")
            }));
        }
        if closing.is_some() {
            let went_down = self.stops.get(&stay).copied();
            self.asks.stay_over(went_down.unwrap_or(record.occurred_at));
        }
        // A closing record has the cost of the whole stay.
        found.extend(match closing {
            Some(closing) => self.closed(record, closing),
            None => self.part_ended(record),
        });
        let was_ready = if is_known {
            self.ready.contains_key(&stay)
        } else {
            closing.is_none_or(|closing| closing.ready_since.is_some())
        };
        if self.up().next().is_none() && !was_ready {
            let sentence = format!("Stay {stay} was never ready.");
            found.push(Finding::of(record, Kind::NeverReady, sentence));
        }
        found
    }

    /// Each association is billed from its own acceptance, and the longest of them lasted as long as the record says.
    fn part_cost(&self, record: &AuditRecord) -> Option<Finding> {
        let details = &record.details;
        let (duration, cost) = (details.duration?, details.cost_usd?);
        let price = self.prices.at(record.occurred_at).fold(0.0, f64::max);
        let most = details.association_ids.iter();
        let most: f64 = most.map(|_| cost_usd(duration, price)).sum();
        (cost > most + ROUNDED_USD).then(|| {
            let sentence = format!("It costs USD {cost}, and by its duration {most} at most.");
            Finding::of(record, Kind::CostWrong, sentence)
        })
    }
}

/// Notes each association of a record, and finds those that were noted before.
fn once(
    noted: &mut BTreeMap<AssociationId, Mention>,
    record: &AuditRecord,
    what: &str,
) -> Vec<Finding> {
    let ids = record.details.association_ids.iter();
    ids.filter_map(|id| {
        let before = noted.insert(id.clone(), Mention::of(record))?;
        let sentence = format!("{id} is on record as {what} twice, first at {}.", before.at);
        Some(Finding::of(record, Kind::RecordedTwice, sentence))
    })
    .collect()
}
