//! Refusals of a person, in numbers: each is once an hour for each thing, so that one by mistake is none to look at.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::finding::{Finding, Mention};
use super::kind::Kind;
use crate::model::audit::{AuditRecord, Event};

/// From so many on, the refusals of one person in one day are worth a look.
pub const MANY_DENIALS: usize = 3;

/// The refusals of each person on each day, over all endpoints.
#[derive(Debug, Clone)]
pub struct Denials {
    zone: Tz,
    by_day: BTreeMap<(NaiveDate, String), (usize, Mention)>,
}

impl Denials {
    /// Days are of this zone.
    pub fn new(zone: Tz) -> Self {
        Self {
            zone,
            by_day: BTreeMap::new(),
        }
    }

    /// Counts a record if it is a refusal. Records may come in any order.
    pub fn take(&mut self, record: &AuditRecord) {
        if record.event != Event::AccessDenied {
            return;
        }
        let day = record.occurred_at.with_timezone(&self.zone).date_naive();
        let here = Mention::of(record);
        let known = self.by_day.entry((day, record.actor.to_string()));
        let (count, latest) = known.or_insert((0, here.clone()));
        *count += 1;
        if latest.at <= here.at {
            *latest = here;
        }
    }

    /// One for each person and day with many, at the latest of them.
    pub fn findings(&self) -> Vec<Finding> {
        let many = self.by_day.iter().filter(|(_, (n, _))| *n >= MANY_DENIALS);
        many.map(|((day, person), (count, latest))| {
            let sentence =
                format!("{person} was refused {count} times on {day}, each counted once an hour.");
            Finding::at(latest, Kind::Denied, sentence)
        })
        .collect()
    }
}
