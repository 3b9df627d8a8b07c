//! Rules over audit records alone: what they say that cannot be so, and what they leave open. Whoever reads an
//! endpoint's records hands them in, oldest first; nothing else is asked.

mod open;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::audit::{AuditRecord, Event, EventId, cost_usd};
use crate::model::{AssociationId, ConnectionId, WANTED_FOR};

/// What kind of thing an administrator should look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// What happens once is on record twice.
    RecordedTwice,
    /// What began has no outcome on record, or an outcome has no beginning.
    NoOutcome,
    /// A stop that says no reason, or an end by our stop and no stop on record.
    StopUnexplained,
    /// A cost that does not follow from the times on record.
    CostWrong,
    /// A start that no request explains.
    StartUnexplained,
    /// A time up that was never ready.
    NeverReady,
    /// A request that nothing came of.
    Unanswered,
}

impl Kind {
    /// Whether only a mistake of this system explains it. The other kinds also come of what EC2 or an administrator did.
    pub fn is_our_mistake(self) -> bool {
        match self {
            Self::RecordedTwice | Self::NoOutcome | Self::StopUnexplained | Self::CostWrong => true,
            Self::StartUnexplained | Self::NeverReady | Self::Unanswered => false,
        }
    }
}

/// Something in the audit trail that an administrator should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing.
    pub kind: Kind,
    /// It in a sentence.
    pub sentence: String,
    /// The record that shows it.
    pub event_id: EventId,
    /// When that happened.
    pub occurred_at: DateTime<Utc>,
}

impl Finding {
    fn of(record: &AuditRecord, kind: Kind, sentence: String) -> Self {
        Self::at(&Mention::of(record), kind, sentence)
    }

    fn at(mention: &Mention, kind: Kind, sentence: String) -> Self {
        Self {
            kind,
            sentence,
            event_id: mention.event_id.clone(),
            occurred_at: mention.at,
        }
    }
}

/// Where something stands on record.
#[derive(Debug, Clone)]
struct Mention {
    event_id: EventId,
    at: DateTime<Utc>,
    stay: u64,
}

impl Mention {
    fn of(record: &AuditRecord) -> Self {
        Self {
            event_id: record.event_id.clone(),
            at: record.occurred_at,
            stay: record.details.stay.unwrap_or(0),
        }
    }
}

/// The records of one endpoint, as far as they were taken.
#[derive(Debug, Clone)]
pub struct Trail {
    hour_price_usd: f64,
    began: BTreeMap<AssociationId, Mention>,
    adopted: BTreeSet<AssociationId>,
    failed: BTreeMap<AssociationId, Mention>,
    ended: BTreeMap<AssociationId, Mention>,
    ready: BTreeSet<u64>,
    connections: BTreeSet<ConnectionId>,
    /// When a stop of each stay was put on record last.
    stops: BTreeMap<u64, DateTime<Utc>>,
    open_stop: Option<Mention>,
    asked: Option<Mention>,
    unanswered: Option<Mention>,
}

/// Attempts, and the time that EC2 takes for each.
const STARTS_WITHIN: TimeDelta = TimeDelta::hours(1);
/// An estimate is kept to a hundredth of a cent for each association.
const ROUNDED_USD: f64 = 0.01;

impl Trail {
    /// No record yet. `hour_price_usd`: what an hour of one association costs.
    pub fn new(hour_price_usd: f64) -> Self {
        Self {
            hour_price_usd,
            began: BTreeMap::new(),
            adopted: BTreeSet::new(),
            failed: BTreeMap::new(),
            ended: BTreeMap::new(),
            ready: BTreeSet::new(),
            connections: BTreeSet::new(),
            stops: BTreeMap::new(),
            open_stop: None,
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
                let first = self.ready.insert(here.stay);
                let sentence = || format!("Stay {} is ready twice.", here.stay);
                finding(first, record, Kind::RecordedTwice, sentence)
            }
            Event::AssociationFailed => {
                self.unanswered = None;
                once(&mut self.failed, record, "failed")
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
                self.unanswered = None;
                Vec::new()
            }
            Event::RoutesRestored
            | Event::RoutesChanged
            | Event::LeaseReleased
            | Event::ProfileDownloaded
            | Event::AccessDenied
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
        let before = self.open_stop.replace(here);
        found.extend(before.map(|before| no_outcome(&before)));
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
            found.extend(self.cost(record));
        }
        if self.up().next().is_none() && !self.ready.contains(&stay) {
            let sentence = format!("Stay {stay} was never ready.");
            found.push(Finding::of(record, Kind::NeverReady, sentence));
        }
        found
    }

    /// Each association is billed from its own acceptance, and the longest of them lasted as long as the record says.
    fn cost(&self, record: &AuditRecord) -> Option<Finding> {
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

fn finding(
    holds: bool,
    record: &AuditRecord,
    kind: Kind,
    sentence: impl FnOnce() -> String,
) -> Vec<Finding> {
    let found = (!holds).then(|| Finding::of(record, kind, sentence()));
    found.into_iter().collect()
}

fn no_outcome(stop: &Mention) -> Finding {
    let sentence = format!("The stop of stay {} has no outcome.", stop.stay);
    Finding::at(stop, Kind::NoOutcome, sentence)
}
