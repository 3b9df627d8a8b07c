//! What a time up cost on record, and what EC2 bills for it.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use sandbox::dynamo::Record;
use shared::model::{AssociationId, EndpointId};
use testkit::ec2::AssociationStatus;

use super::{networks, usage};
use crate::chaos::evidence::{Evidence, endpoints, occurred_at, told};
use crate::chaos::truth::Network;

/// What an hour of one association costs, in US dollars.
const HOUR_PRICE_USD: f64 = 0.15;
/// How far a record may be off where the network let us hear in time.
const WITHIN: TimeDelta = TimeDelta::minutes(1);

/// A time up on record as ended by us.
struct Bill<'a> {
    record: &'a Record,
    /// From the accepted associate call to the accepted disassociate call, for each association.
    lasted: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// When the start and the stop were put on record.
    noted: (DateTime<Utc>, DateTime<Utc>),
}

/// Where only we acted, and heard from EC2 in time, record and bill differ by a minute at most for each association. Where
/// we heard late, the record lies within what EC2 did first and last.
pub(super) fn as_billed(evidence: &Evidence) -> Vec<String> {
    bills(evidence).iter().filter_map(Bill::is_wrong).collect()
}

impl Bill<'_> {
    fn is_wrong(&self) -> Option<String> {
        let claimed = self.record.number("duration_seconds");
        let each = f64::from(u32::try_from(self.lasted.len()).unwrap_or(u32::MAX));
        let cost = self.record.number("cost_usd");
        let by_duration = claimed / 3600.0 * each * HOUR_PRICE_USD;
        // Less where a subnet came later than the first: each is billed from when EC2 accepted it.
        if cost > by_duration + 0.01 {
            return Some(format!(
                "{} costs {cost}, and by its duration {by_duration} at most",
                told(self.record)
            ));
        }
        let billed: f64 = self
            .lasted
            .iter()
            .map(|(from, to)| seconds(*to - *from))
            .sum();
        let (first, last) = (
            self.lasted.iter().map(|(from, _)| *from).min()?,
            self.lasted.iter().map(|(_, to)| *to).max()?,
        );
        let off = |told: f64| (told - billed).abs() > seconds(WITHIN) * each;
        let wrong = if self.heard_in_time() {
            off(claimed * each) || off(cost / HOUR_PRICE_USD * 3600.0)
        } else {
            claimed < 0.0 || claimed > seconds(last - first) + seconds(WITHIN)
        };
        wrong.then(|| {
            format!(
                "{} says {claimed} s for each of {each}, and EC2 bills {billed} s: {:?}",
                told(self.record),
                self.lasted
            )
        })
    }

    /// Whether each call's answer came on record within half a minute, and all subnets went up and down together.
    fn heard_in_time(&self) -> bool {
        let (started, stopped) = self.noted;
        let near = |one: DateTime<Utc>, other: DateTime<Utc>| (one - other).abs() * 2 <= WITHIN;
        self.lasted
            .iter()
            .all(|(from, to)| near(*from, started) && near(*to, stopped))
    }
}

fn seconds(duration: TimeDelta) -> f64 {
    duration.as_seconds_f64()
}

fn bills(evidence: &Evidence) -> Vec<Bill<'_>> {
    let ids: Vec<EndpointId> = endpoints().map(|(_, id)| id).collect();
    ids.iter().flat_map(|id| bills_of(evidence, id)).collect()
}

fn bills_of<'a>(evidence: &'a Evidence, id: &EndpointId) -> Vec<Bill<'a>> {
    let records = |event: &str, stay: &str| -> Option<&'a Record> {
        let mut all = evidence.records.iter().filter(|record| {
            record.text("endpoint_id") == id.as_str()
                && record.text("event") == event
                && record.text("stay") == stay
        });
        all.next_back()
    };
    let completed = evidence.records.iter().filter(|record| {
        record.text("endpoint_id") == id.as_str()
            && record.text("event") == "disassociation.completed"
    });
    completed
        .filter_map(|record| {
            let stay = record.text("stay");
            let foreign = ["association.adopted", "disassociation.external"];
            if foreign.iter().any(|event| records(event, stay).is_some()) {
                return None;
            }
            let ids: BTreeSet<AssociationId> = record
                .set("association_ids")
                .into_iter()
                .map(AssociationId::observed)
                .collect();
            let by_hand = |id: &AssociationId| {
                evidence.left_by_hand.contains(id) || evidence.made_by_hand.contains(id)
            };
            if ids.iter().any(by_hand) {
                return None;
            }
            let lasted: Option<Vec<_>> = ids
                .iter()
                .map(|id| lasted(evidence.truth.networks.get(id)?))
                .collect();
            let started = records("association.started", stay)?;
            let stopped = records("disassociation.started", stay)?;
            Some(Bill {
                record,
                lasted: lasted?,
                noted: (occurred_at(started), occurred_at(stopped)),
            })
        })
        .collect()
}

fn lasted(network: &Network) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let (from, _) = network.held()?;
    Some((from, network.first(AssociationStatus::Disassociating)?))
}

/// For the report.
pub(in crate::chaos) fn summary(evidence: &Evidence) -> Vec<String> {
    let bills = bills(evidence);
    let in_time = bills.iter().filter(|bill| bill.heard_in_time()).count();
    let claimed: f64 = evidence
        .records
        .iter()
        .filter(|record| !record.text("cost_usd").is_empty())
        .map(|record| record.number("cost_usd"))
        .sum();
    vec![
        format!(
            "{} stays; {} of them ended by us alone, {in_time} of these with EC2's answers heard in time",
            networks::stays(evidence),
            bills.len()
        ),
        format!("cost on record USD {claimed:.2}"),
        format!(
            "{} connections cut that began after the last look (what EC2 leaves open)",
            usage::cut_behind_the_look(evidence)
        ),
    ]
}
