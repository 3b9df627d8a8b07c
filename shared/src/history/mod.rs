//! Rules over audit records alone: what they say that cannot be so, and what they leave open. Whoever reads an
//! endpoint's records hands them in, oldest first; nothing else is asked.

mod closing;
mod finding;
mod open;
mod stays;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::audit::{AuditRecord, Event, cost_usd};
use crate::model::{AssociationId, ConnectionId, WANTED_FOR};
use finding::{Mention, ROUNDED_USD, finding, no_outcome};
use stays::Stays;

pub use finding::{Finding, Kind};

/// The records of one endpoint, as far as they were taken.
#[derive(Debug, Clone)]
pub struct Trail {
    hour_price_usd: f64,
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
    asked: Option<Mention>,
    unanswered: Option<Mention>,
}

/// Attempts, and the time that EC2 takes for each.
const STARTS_WITHIN: TimeDelta = TimeDelta::hours(1);
impl Trail {
    /// No record yet. `hour_price_usd`: what an hour of one association costs.
    pub fn new(hour_price_usd: f64) -> Self {
        Self {
            hour_price_usd,
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
            asked: None,
            unanswered: None,
        }
    }

    /// Takes the next record, and says what it shows.
    pub fn take(&mut self, record: &AuditRecord) -> Vec<Finding> {
        let ids = &record.details.association_ids;
        let here = Mention::of(record);
        match record.event {
            Event::AssociationRequested | Event::LeaseExtended => {
                if self.up().next().is_none() {
                    self.unanswered.get_or_insert_with(|| here.clone());
                }
                self.stays.asked(record);
                self.asked = Some(here);
                Vec::new()
            }
            Event::AssociationStarted => {
                let unexplained = self.unexplained(record);
                let twice = once(&mut self.began, record, "started or adopted");
                unexplained.into_iter().chain(twice).collect()
            }
            Event::AssociationAdopted => {
                self.adopted.extend(ids.iter().cloned());
                once(&mut self.began, record, "started or adopted")
            }
            Event::AssociationCompleted => {
                self.unanswered = None;
                let first = self.ready.insert(here.stay, here.at).is_none();
                let sentence = || format!("Stay {} is ready twice.", here.stay);
                finding(first, record, Kind::RecordedTwice, sentence)
            }
            Event::AssociationFailed => {
                self.unanswered = None;
                let twice = once(&mut self.failed, record, "failed");
                self.may_be_over(record);
                twice
            }
            Event::DisassociationStarted => self.stop(record),
            Event::DisassociationFailed => {
                let open = self.open_stop.take();
                let began = open.is_some_and(|open| open.stay == here.stay);
                let sentence = || format!("A stop of stay {} failed that never began.", here.stay);
                finding(began, record, Kind::NoOutcome, sentence)
            }
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
                self.unanswered = None;
                self.mode_changed = true;
                Vec::new()
            }
            Event::RoutesRestored
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

    /// What is up already is completed while it is used, too.
    fn unexplained(&self, record: &AuditRecord) -> Option<Finding> {
        let latest = record.occurred_at - WANTED_FOR - STARTS_WITHIN;
        let asked = self.asked.as_ref().is_some_and(|asked| asked.at >= latest);
        let explained = asked || self.up().next().is_some();
        let sentence = "It was started, and no request explains it.".to_owned();
        (!explained).then(|| Finding::of(record, Kind::StartUnexplained, sentence))
    }

    fn stop(&mut self, record: &AuditRecord) -> Vec<Finding> {
        let here = Mention::of(record);
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

    fn end(&mut self, record: &AuditRecord) -> Vec<Finding> {
        let stay = record.details.stay.unwrap_or(0);
        self.open_stop = self.open_stop.take().filter(|open| open.stay != stay);
        let mut found = once(&mut self.ended, record, "gone");
        if record.event == Event::DisassociationCompleted {
            let stopped = self.stops.contains_key(&stay);
            found.extend(finding(stopped, record, Kind::StopUnexplained, || {
                format!("Stay {stay} ended by our stop, and no stop of it is on record.")
            }));
        }
        // A closing record has the cost of the whole stay.
        found.extend(match &record.details.closing {
            Some(closing) => self.closed(record, closing),
            None => self.part_ended(record),
        });
        if self.up().next().is_none() && !self.ready.contains_key(&stay) {
            let sentence = format!("Stay {stay} was never ready.");
            found.push(Finding::of(record, Kind::NeverReady, sentence));
        }
        found
    }

    /// Each association is billed from its own acceptance, and the longest of them lasted as long as the record says.
    fn part_cost(&self, record: &AuditRecord) -> Option<Finding> {
        let details = &record.details;
        let (duration, cost) = (details.duration?, details.cost_usd?);
        let most = details.association_ids.iter();
        let most: f64 = most.map(|_| cost_usd(duration, self.hour_price_usd)).sum();
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
