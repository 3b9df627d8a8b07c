//! What is associated, and what the records say about it.

use std::collections::BTreeMap;

use sandbox::dynamo::Record;
use testkit::ec2::AssociationStatus;

use crate::chaos::evidence::{Evidence, endpoints};

/// No two target networks hold one subnet at the same time.
pub(super) fn one_for_each_subnet(evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    let networks: Vec<_> = evidence.truth.networks.iter().collect();
    for (place, (id, network)) in networks.iter().enumerate() {
        for (other_id, other) in &networks[place + 1..] {
            let same = network.endpoint == other.endpoint && network.subnet == other.subnet;
            let (Some((from, to)), Some((other_from, other_to))) = (network.held(), other.held())
            else {
                continue;
            };
            let apart = to.is_some_and(|to| to <= other_from)
                || other_to.is_some_and(|other_to| other_to <= from);
            if same && !apart {
                broken.push(format!("{id} and {other_id} hold {}", network.subnet));
            }
        }
    }
    broken
}

/// Each association was started or adopted on record, exactly once. One that failed may be on record as failed alone.
pub(super) fn explained_once(evidence: &Evidence) -> Vec<String> {
    let started = times(evidence, &["association.started", "association.adopted"]);
    let failed = times(evidence, &["association.failed"]);
    let mut broken = Vec::new();
    for (id, network) in &evidence.truth.networks {
        let found = started.get(id.as_str()).copied().unwrap_or(0);
        let has_failed = network
            .first(AssociationStatus::AssociationFailed)
            .is_some()
            && failed.contains_key(id.as_str());
        if found > 1 || (found == 0 && !has_failed) {
            broken.push(format!(
                "{id} of {} is on record {found} times: {:?}",
                network.endpoint, network.steps
            ));
        }
    }
    for id in started.keys() {
        let known = evidence
            .truth
            .networks
            .keys()
            .any(|known| known.as_str() == *id);
        if !known {
            broken.push(format!("{id} is on record and was never associated"));
        }
    }
    broken
}

/// Each association that came up and is gone is on record as gone, exactly once, by our stop or by another hand.
pub(super) fn ended_once(evidence: &Evidence) -> Vec<String> {
    let ended = times(
        evidence,
        &["disassociation.completed", "disassociation.external"],
    );
    let mut broken = Vec::new();
    for (id, network) in &evidence.truth.networks {
        let found = ended.get(id.as_str()).copied().unwrap_or(0);
        let was_up = network.first(AssociationStatus::Associated).is_some();
        let gone = network.first(AssociationStatus::Disassociated).is_some();
        if found > 1 || (found == 0 && was_up && gone) {
            broken.push(format!(
                "{id} of {} ended {found} times on record: {:?}",
                network.endpoint, network.steps
            ));
        }
        if found > 0 && !gone {
            broken.push(format!("{id} is on record as gone and is not"));
        }
    }
    broken
}

/// How often each association stands in records of these events.
fn times<'a>(evidence: &'a Evidence, events: &'a [&str]) -> BTreeMap<&'a str, usize> {
    let mut times = BTreeMap::new();
    let records = evidence
        .records
        .iter()
        .filter(|record| events.contains(&record.text("event")));
    for id in records.flat_map(|record: &Record| record.set("association_ids")) {
        *times.entry(id).or_default() += 1;
    }
    times
}

/// A route goes with its subnet's association, and is made again once with the next one.
pub(super) fn restored_once(evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    for (_, id) in endpoints() {
        let mut times: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for record in evidence.of(&id, &["routes.restored"]) {
            for subnet in record.set("subnet_ids") {
                for cidr in record.set("cidrs") {
                    *times.entry((subnet, cidr)).or_default() += 1;
                }
            }
        }
        for ((subnet, cidr), found) in times {
            let networks = evidence.truth.of(&id);
            let lives = networks
                .filter(|(_, network)| network.subnet.as_str() == subnet)
                .count();
            if found > lives {
                broken.push(format!(
                    "{cidr} through {subnet}, associated {lives} times, was made again {found} times"
                ));
            }
        }
    }
    broken
}

/// How many times up there were, for the report.
pub(super) fn stays(evidence: &Evidence) -> usize {
    endpoints()
        .map(|(_, id)| evidence.of(&id, &["association.completed"]).count())
        .sum()
}
