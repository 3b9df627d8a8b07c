//! What is up right now, and for whom.

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::{EndpointState, ManagedEndpoint};

use super::{EndpointFacts, Finding};

/// The template sweeps each minute; its alarm fires after 15 without a sweep.
const SWEPT_WITHIN: TimeDelta = TimeDelta::minutes(15);

pub(super) fn findings(
    managed: &ManagedEndpoint,
    found: &EndpointFacts,
    now: DateTime<Utc>,
) -> Vec<Finding> {
    let name = &managed.name;
    let mut findings = Vec::new();
    match &found.networks {
        Ok(networks) => {
            let up: Vec<String> = networks
                .iter()
                .filter(|network| network.status != "disassociated")
                .map(|network| format!("{} {}", network.association_id, network.status))
                .collect();
            let up = if up.is_empty() {
                "it is off".to_owned()
            } else {
                up.join(", ")
            };
            let active = found.connections.as_ref().map_or(0, |connections| {
                connections
                    .iter()
                    .filter(|connection| connection.status == "active")
                    .count()
            });
            findings.push(Finding::Note(format!(
                "{name} right now: {up}; {active} connections"
            )));
        }
        Err(refusal) => findings.push(Finding::wrong(
            format!("the target networks of {name} cannot be read: {refusal}"),
            "neither a start nor a sweep can work",
            "may you, and the functions, call ec2:DescribeClientVpnTargetNetworks?",
        )),
    }
    match &found.state {
        None => {}
        Some(Ok(state)) => findings.extend(of_state(managed, state, now)),
        Some(Err(why)) => findings.push(Finding::wrong(
            format!("the items of {name} in the lease table cannot be read: {why}"),
            "neither a start nor a sweep can work",
            "if an item was changed by hand, correct or delete it (docs/operate.md)",
        )),
    }
    findings
}

fn of_state(managed: &ManagedEndpoint, state: &EndpointState, now: DateTime<Utc>) -> Vec<Finding> {
    let name = &managed.name;
    let mut findings = Vec::new();
    let running = state.leases.iter().filter(|lease| lease.runs(now));
    let holders: Vec<String> = running
        .map(|lease| format!("{} until {}", lease.email, lease.until))
        .collect();
    if !holders.is_empty() {
        findings.push(Finding::Note(format!(
            "{name} was asked for by {}",
            holders.join(", ")
        )));
    }
    if state.order.in_force(now).is_some() {
        findings.push(Finding::Note(format!(
            "{name} has the mode {}",
            state.order.text()
        )));
    }
    match state.sightings.last_sweep_at {
        Some(last) if now - last <= SWEPT_WITHIN => {
            findings.push(Finding::Fine(format!("{name} was swept at {last}")));
        }
        Some(last) => findings.push(Finding::wrong(
            format!("{name} was last swept at {last}"),
            "nothing takes it down, and it is billed while it is up",
            "is the reaper paused (ReaperState)? If not, see `…-no-sweep` in docs/operate.md",
        )),
        None => findings.push(Finding::Note(format!(
            "{name} was never swept; after the first deploy the first sweep comes within minutes"
        ))),
    }
    findings
}
