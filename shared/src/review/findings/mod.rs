//! Findings in the records of a range, a page at a time, newest first.
//!
//! A page shows what the records of its part of the range show. It also reads some before that part, for what explains what
//! happened in it, and some after it, for what came of it. Where the limit cuts the part short, the next page goes on from
//! there. A record is in the part by its id, which is what records are ordered by: a forged time hides none.

mod part;
mod read;

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, TimeZone as _, Utc};
use chrono_tz::Tz;

use crate::history::{Denials, Finding, Prices, Scope, Trail, present_findings};
use crate::model::ManagedEndpoint;
use crate::model::audit::{AuditRecord, EventId};
use crate::ports::{AuditReader, StoreError};
use part::{LEAD, Part};
use read::{Records, has_older, read};

/// A page of findings.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingsPage {
    /// Newest first.
    pub findings: Vec<FindingAt>,
    /// Records that are older have not been judged.
    pub searched_back_to: DateTime<Utc>,
    /// Where the next page goes on, further back; `None`: there is no more.
    pub next: Option<FindingsCursor>,
}

/// A finding and where it is.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingAt {
    pub finding: Finding,
    /// `-` where it is about no endpoint.
    pub endpoint_id: String,
    pub endpoint_name: String,
}

/// Where a page of findings goes on: before which instant, and what an association hour cost then.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FindingsCursor {
    before: DateTime<Utc>,
    hour_price_usd: f64,
}

/// A text that is no cursor of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not where a page of findings ends")]
pub struct InvalidCursor;

impl fmt::Display for FindingsCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}_{}",
            self.before.timestamp_millis(),
            self.hour_price_usd
        )
    }
}

impl FromStr for FindingsCursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let (millis, price) = text.split_once('_').ok_or(InvalidCursor)?;
        let millis = millis.parse().map_err(|_| InvalidCursor)?;
        let before = Utc.timestamp_millis_opt(millis).single();
        // Ids hold 48 bits of milliseconds.
        let before = before.filter(|_| (0..1 << 47).contains(&millis));
        let hour_price_usd = price.parse().map_err(|_| InvalidCursor)?;
        let cursor = Self {
            before: before.ok_or(InvalidCursor)?,
            hour_price_usd,
        };
        if (0.0..=100.0).contains(&hour_price_usd) && cursor.to_string() == text {
            Ok(cursor)
        } else {
            Err(InvalidCursor)
        }
    }
}

/// The findings from one day to another, both included, in the zone; without them, of the last seven days, and then
/// further back as long as there are records.
#[expect(clippy::too_many_arguments, reason = "a range, and what is configured")]
pub async fn findings(
    reader: &dyn AuditReader,
    endpoints: &[ManagedEndpoint],
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    cursor: Option<FindingsCursor>,
    zone: Tz,
    hour_price_usd: f64,
    now: DateTime<Utc>,
) -> Result<FindingsPage, StoreError> {
    let part = Part::of(from, to, cursor.map(|cursor| cursor.before), zone, now);
    let price = cursor.map_or(hour_price_usd, |cursor| cursor.hour_price_usd);
    let (records, closings_since, has_older) = futures::join!(
        read(reader, endpoints, &part, now),
        super::usage::known_since(reader, now),
        has_older(reader, endpoints, part.from),
    );
    let records = records?;
    // While the index is being built, no stay is missed there.
    let closings_since = match closings_since {
        Err(StoreError::IndexNotReady { .. }) => None,
        closings_since => closings_since?,
    };
    let has_older = has_older?;
    let cut_at = records.iter().filter_map(|it| it.cut_at).max();
    let judged_from = part.judged_from(cut_at, now);
    let prices = prices_of(&records, price);
    let mut found = Vec::new();
    let mut denials = Denials::new(zone);
    for of_endpoint in &records {
        let scope = Scope {
            from: of_endpoint.cut_at.or(Some(part.from - LEAD)),
            closings_since,
        };
        let trail = Trail::within(scope, prices.clone());
        let judgement = Judgement {
            trail,
            part,
            judged_from,
            now,
        };
        found.extend(judgement.findings(of_endpoint, &mut denials));
    }
    found.extend(denied(&denials, &records, part, judged_from));
    found.sort_by(|one, other| {
        let key = |it: &FindingAt| (it.finding.occurred_at, it.finding.event_id.clone());
        key(other).cmp(&key(one))
    });
    let goes_on = judged_from > part.from || (from.is_none() && has_older);
    Ok(FindingsPage {
        findings: found,
        searched_back_to: judged_from,
        next: goes_on.then(|| FindingsCursor {
            before: judged_from,
            hour_price_usd: prices.price_at(judged_from),
        }),
    })
}

/// What an hour cost, and before that: settings that changed are on record under no endpoint.
fn prices_of(records: &[Records], hour_price_usd: f64) -> Prices {
    let mut prices = Prices::now(hour_price_usd);
    let settings = records.iter().filter(|it| it.is_of_none());
    let newest_first = settings.flat_map(|it| it.items.iter().rev());
    for record in newest_first.filter_map(|item| AuditRecord::parse(item).ok()) {
        prices.learn(&record);
    }
    prices
}

/// How a partition's records are judged.
struct Judgement {
    trail: Trail,
    part: Part,
    judged_from: DateTime<Utc>,
    now: DateTime<Utc>,
}

impl Judgement {
    fn findings(mut self, records: &Records, denials: &mut Denials) -> Vec<FindingAt> {
        let mut found = Vec::new();
        let mut before: Option<EventId> = None;
        for item in &records.items {
            for finding in self.trail.take_item(item) {
                // Where an id is none of ours, its place among others has to do.
                let id = finding.event_id.as_ref().or(before.as_ref());
                let is_shown = id.is_none_or(|id| self.part.has(id, self.judged_from));
                found.extend(is_shown.then_some(finding));
            }
            before = read::id(item).or(before);
            if let Ok(record) = AuditRecord::parse(item) {
                denials.take(&record);
            }
        }
        let state = records
            .state
            .as_ref()
            .filter(|_| self.part.before.is_none());
        let until = records.read_to.unwrap_or(self.now);
        let open = self.trail.open_at(until, state);
        if let Some(state) = state {
            let present = present_findings(state, self.now);
            let is_new = |it: &Finding| !open.iter().any(|other| other.kind == it.kind);
            found.extend(present.into_iter().filter(is_new));
        }
        let is_shown = |it: &Finding| {
            let id = it.event_id.as_ref();
            id.is_some_and(|id| self.part.has(id, self.judged_from))
        };
        found.extend(open.into_iter().filter(is_shown));
        found
            .into_iter()
            .map(|finding| records.at(finding))
            .collect()
    }
}

/// Persons who were refused again and again, at the latest record of each.
fn denied(
    denials: &Denials,
    records: &[Records],
    part: Part,
    judged_from: DateTime<Utc>,
) -> Vec<FindingAt> {
    let found = denials.findings().into_iter().filter(|finding| {
        let id = finding.event_id.as_ref();
        id.is_some_and(|id| part.has(id, judged_from))
    });
    let at = |finding: Finding| {
        let id = finding.event_id.as_ref()?.to_string();
        let of = records.iter().find(|it| it.has(&id))?;
        Some(of.at(finding))
    };
    found.filter_map(at).collect()
}

impl Records {
    fn at(&self, finding: Finding) -> FindingAt {
        FindingAt {
            finding,
            endpoint_id: self.endpoint_id.clone(),
            endpoint_name: self.endpoint_name.clone(),
        }
    }

    fn has(&self, id: &str) -> bool {
        self.items.iter().any(|item| read::key(item) == Some(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_has_one_spelling() {
        let cursor = FindingsCursor {
            before: "2026-11-23T01:31:01.042Z".parse().unwrap(),
            hour_price_usd: 0.15,
        };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for wrong in [
            "",
            "_",
            "1_",
            "_0.15",
            "1_0.150",
            "01_0.15",
            "-1_0.15",
            "1_-0.15",
            "1_NaN",
            "1_inf",
            "1_101",
            "1_0.15_",
            "140737488355328_0.15",
            "99999999999999999999_0.15",
            "9223372036854775807_0.15",
        ] {
            assert_eq!(
                wrong.parse::<FindingsCursor>(),
                Err(InvalidCursor),
                "{wrong}"
            );
        }
    }
}
