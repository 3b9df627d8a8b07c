//! What records leave open.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::Trail;
use super::finding::{Finding, Mention, no_outcome};
use super::kind::Kind;
use super::single::{LONG, up_long};
use crate::model::EndpointState;

/// EC2 takes up to half an hour to disassociate, and what it refuses is tried again every ten minutes.
const STOPS_WITHIN: TimeDelta = TimeDelta::hours(2);
/// The records of one transaction have one time.
const CLOSES_WITHIN: TimeDelta = TimeDelta::minutes(1);

impl Trail {
    /// What has begun and has no outcome yet. Once nothing is up any more, none of it should be left.
    pub fn open(&self) -> Vec<Finding> {
        let stop = self.open_stop.iter().map(no_outcome);
        let endless = self.up().filter_map(|id| {
            let sentence = format!("{id} was associated, and its end is not on record.");
            let began = self.began.get(id)?;
            Some(Finding::at(began, Kind::NoOutcome, sentence))
        });
        let unclosed = self.stays.unclosed(DateTime::<Utc>::MAX_UTC);
        stop.chain(endless)
            .chain(self.asks.waiting())
            .chain(unclosed)
            .collect()
    }

    /// What has begun so long before `now` that it should be over by then, and is not: `now` is when the records were read,
    /// or the time up to which they were. `state`: what the lease table says, where that is the present.
    pub fn open_at(&self, now: DateTime<Utc>, state: Option<&EndpointState>) -> Vec<Finding> {
        let stop = self.open_stop.iter();
        let stop = stop.filter(|stop| now - stop.at > STOPS_WITHIN);
        let stop = stop.map(no_outcome);
        let unanswered = self.asks.open_at(now, state);
        let unclosed = self.stays.unclosed(now - CLOSES_WITHIN);
        // What is up says itself when it began.
        let up_since = state.and_then(|state| state.stay.up_since);
        let is_known = up_since.is_some_and(|since| self.known.knows_since(since));
        let starts = self.doubtful_starts.iter().filter(|_| is_known).cloned();
        stop.chain(starts)
            .chain(self.up_long_at(now))
            .chain(unanswered)
            .chain(unclosed)
            .collect()
    }

    /// One for each stay that has been up for longer than a day, where it began.
    fn up_long_at(&self, now: DateTime<Utc>) -> Vec<Finding> {
        let began = self.up().filter_map(|id| self.began.get(id));
        let long = began.filter(|began| now - began.at > LONG);
        let mut stays = BTreeSet::new();
        let first: Vec<&Mention> = long.filter(|it| stays.insert(it.stay)).collect();
        first
            .into_iter()
            .map(|began| {
                let sentence = up_long(began.stay, now - began.at);
                Finding::at(began, Kind::UpLong, sentence)
            })
            .collect()
    }
}
