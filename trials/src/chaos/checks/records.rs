//! What is on record, by itself.

use std::collections::BTreeMap;

use sandbox::dynamo::Record;

use crate::chaos::evidence::{Evidence, endpoints, told};

/// The first ready of a stay is one record.
pub(super) fn ready_once(evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    for (_, id) in endpoints() {
        let mut stays: BTreeMap<&str, &Record> = BTreeMap::new();
        for record in evidence.of(&id, &["association.completed"]) {
            if let Some(before) = stays.insert(record.text("stay"), record) {
                broken.push(format!("{}, after {}", told(record), told(before)));
            }
        }
    }
    broken
}

/// Each stop that began is over, before the next one begins.
pub(super) fn stops_have_outcomes(evidence: &Evidence) -> Vec<String> {
    const STARTED: &str = "disassociation.started";
    const EVENTS: [&str; 4] = [
        STARTED,
        "disassociation.completed",
        "disassociation.failed",
        "disassociation.external",
    ];
    let mut broken = Vec::new();
    for (_, id) in endpoints() {
        let mut open: Option<&Record> = None;
        for record in evidence.of(&id, &EVENTS) {
            if record.text("event") != STARTED {
                open = open.filter(|started| started.text("stay") != record.text("stay"));
            } else if let Some(before) = open.replace(record) {
                broken.push(format!(
                    "{} has no outcome before {}",
                    told(before),
                    told(record)
                ));
            }
        }
        broken.extend(open.map(|started| format!("{} has no outcome", told(started))));
    }
    broken
}

/// There are no more records of changed routes and groups than there were changes.
pub(super) fn changes_once(evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    for (name, id) in endpoints() {
        let records: Vec<&Record> = evidence.of(&id, &["routes.changed"]).collect();
        let changes = evidence.edited_by_hand.get(&id).copied().unwrap_or(0);
        if records.len() > changes {
            let told: Vec<String> = records.into_iter().map(told).collect();
            broken.push(format!("{changes} changes at {name}, and {told:#?}"));
        }
    }
    broken
}

/// Records stay as they were written.
pub(super) fn unaltered(evidence: &Evidence) -> Vec<String> {
    evidence.altered.clone()
}

/// Each connection that is over is one record.
pub(super) fn connections_ended_once(evidence: &Evidence) -> Vec<String> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, id) in endpoints() {
        for record in evidence.of(&id, &["connection.ended"]) {
            *times.entry(record.text("connection_id")).or_default() += 1;
        }
    }
    let ended = evidence
        .truth
        .connections
        .iter()
        .filter(|(_, connected)| connected.to.is_some());
    ended
        .filter_map(|(id, connected)| {
            let found = times.get(id.as_str()).copied().unwrap_or(0);
            let wrong = found != 1;
            wrong.then(|| {
                format!(
                    "{id}, ended at {:?}, is on record {found} times",
                    connected.to
                )
            })
        })
        .collect()
}
