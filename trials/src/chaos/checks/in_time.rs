//! Once nothing is wrong any more, what nobody uses goes in time.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::EndpointId;
use testkit::ec2::AssociationStatus;

use crate::chaos::employee::Wish;
use crate::chaos::evidence::{Evidence, GRACE_MINUTES, IDLE_MINUTES, occurred_at};

/// Two sweeps, a minute apart.
const SWEEPS: TimeDelta = TimeDelta::minutes(2);
/// How long EC2 takes at most to disassociate.
const EC2: TimeDelta = TimeDelta::minutes(10);
/// A stop that the storm cut short is taken up after so long.
const STOP_IN_FORCE: TimeDelta = TimeDelta::minutes(3);

/// What of an endpoint went later than it should, or not at all.
pub(in crate::chaos) fn gone_late(evidence: &Evidence, name: &str, id: &EndpointId) -> Vec<String> {
    let latest = due(evidence, name, id) + SWEEPS;
    let mut broken = Vec::new();
    for (association, network) in evidence.truth.of(id) {
        let called = network.first(AssociationStatus::Disassociating);
        let gone = network.first(AssociationStatus::Disassociated);
        if called.is_none_or(|called| called > latest) {
            broken.push(format!(
                "{association} of {name} was to go by {latest} and went at {called:?}"
            ));
        } else if gone.is_none_or(|gone| gone > latest + EC2) {
            broken.push(format!("{association} of {name} went and is not gone"));
        }
    }
    broken
}

/// The last instant at which anything kept the endpoint.
fn due(evidence: &Evidence, name: &str, id: &EndpointId) -> DateTime<Utc> {
    let leases = evidence
        .answers
        .iter()
        .filter(|answer| answer.endpoint == name)
        .filter_map(|answer| {
            let minutes = match answer.wish {
                Wish::Ask | Wish::Open => GRACE_MINUTES,
                Wish::Extend(minutes) => minutes,
                Wish::Release | Wish::Status => return None,
            };
            Some(answer.received_at + TimeDelta::minutes(minutes))
        });
    let ready = evidence
        .of(id, &["association.completed"])
        .map(|record| occurred_at(record) + TimeDelta::minutes(GRACE_MINUTES));
    let used = evidence
        .truth
        .connections
        .values()
        .filter(|connected| connected.endpoint == *id)
        .filter_map(|connected| Some(connected.to? + TimeDelta::minutes(IDLE_MINUTES)));
    // Nothing is taken away while a subnet is still on its way.
    let moved = evidence
        .truth
        .of(id)
        .filter_map(|(_, network)| network.first(AssociationStatus::Associated));
    let calm = evidence.calm_from + STOP_IN_FORCE;
    leases
        .chain(ready)
        .chain(used)
        .chain(moved)
        .max()
        .map_or(calm, |last| last.max(calm))
}
