//! The VPN is not taken away from anybody.

use chrono::{DateTime, TimeDelta, Utc};
use testkit::ec2::AssociationStatus;

use crate::chaos::employee::{Answer, Wish};
use crate::chaos::evidence::{Evidence, GRACE_MINUTES, endpoints, occurred_at, told};
use crate::chaos::truth::{Did, Done, Network};

/// A call that took an associated network away, and the last look at the connections by the same process.
fn taken(evidence: &Evidence) -> impl Iterator<Item = (&Done, &Network, Option<&Done>)> {
    let calls = &evidence.truth.calls;
    calls.iter().enumerate().filter_map(move |(place, call)| {
        let Did::Disassociated(id) = &call.what else {
            return None;
        };
        let network = evidence.truth.networks.get(id)?;
        // What failed serves nobody.
        network.first(AssociationStatus::Associated)?;
        let look = calls[..place].iter().rev().find(|before| {
            before.what == Did::Looked
                && before.access_key == call.access_key
                && before.endpoint == call.endpoint
        });
        Some((call, network, look))
    })
}

/// Whoever was connected when the process looked for the last time, and still was when it called, was cut. Who connected
/// after that look is what EC2 leaves open.
pub(super) fn never_in_use(evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    for (call, network, look) in taken(evidence) {
        let Some(look) = look else { continue };
        for (id, connected) in &evidence.truth.connections {
            let same = connected.endpoint == network.endpoint;
            let seen = connected.from < look.at;
            let in_use = connected.to.is_none_or(|to| to >= call.at);
            if same && seen && in_use {
                broken.push(format!(
                    "{id}, connected since {}, was cut at {} although the connections were read at {}",
                    connected.from, call.at, look.at
                ));
            }
        }
    }
    broken
}

/// Every process that disassociates has read the connections itself.
pub(super) fn never_unseen(evidence: &Evidence) -> Vec<String> {
    taken(evidence)
        .filter(|(_, _, look)| look.is_none())
        .map(|(call, _, _)| format!("{:?} at {}", call.what, call.at))
        .collect()
}

/// No stop is committed while a lease runs whose owner was told so, and has neither given it back nor changed it since.
pub(super) fn never_within_a_lease(evidence: &Evidence) -> Vec<String> {
    let mut broken = Vec::new();
    for (name, id) in endpoints() {
        for record in evidence.of(&id, &["disassociation.started"]) {
            let at = occurred_at(record);
            let running = evidence
                .answers
                .iter()
                .filter(|answer| answer.endpoint == name && holds(answer, at))
                .filter(|answer| !changed_since(evidence, answer, at));
            broken.extend(running.map(|answer| {
                format!(
                    "{}, though {} was told at {} that {:?} is kept",
                    told(record),
                    answer.email,
                    answer.received_at,
                    answer.wish
                )
            }));
        }
    }
    broken
}

fn holds(answer: &Answer, at: DateTime<Utc>) -> bool {
    let minutes = match answer.wish {
        Wish::Ask | Wish::Open => GRACE_MINUTES,
        Wish::Extend(minutes) => minutes,
        Wish::Release | Wish::Status => return false,
    };
    let until = answer.sent_at + TimeDelta::minutes(minutes) - TimeDelta::seconds(1);
    answer.is_promise() && answer.received_at < at && at < until
}

/// Whether the same person did something else about it, whatever was answered to that: it may have been done.
fn changed_since(evidence: &Evidence, answer: &Answer, at: DateTime<Utc>) -> bool {
    evidence.answers.iter().any(|other| {
        other.email == answer.email
            && other.endpoint == answer.endpoint
            && matches!(other.wish, Wish::Release | Wish::Extend(_))
            && other.sent_at < at
            && other.received_at > answer.sent_at
            && other.trace != answer.trace
    })
}

/// Connections that were cut because they began after the last look: what EC2 leaves open.
pub(super) fn cut_behind_the_look(evidence: &Evidence) -> usize {
    let cut = |call: &Done, look: &Done| {
        let connections = evidence.truth.connections.values();
        connections
            .filter(|connected| {
                endpoint_is(&call.endpoint, connected)
                    && connected.from >= look.at
                    && connected.to == Some(call.at)
            })
            .count()
    };
    taken(evidence)
        .filter_map(|(call, _, look)| Some(cut(call, look?)))
        .sum()
}

fn endpoint_is(id: &str, connected: &crate::chaos::truth::Connected) -> bool {
    connected.endpoint.as_str() == id
}
