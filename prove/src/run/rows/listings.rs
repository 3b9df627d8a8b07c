//! Rows that listings settle, read one after the other.

use chrono::{DateTime, TimeDelta, Utc};

use super::{NOT_REACHED, Verdict, answer_of, not_settled, settled};
use crate::run::plan::{CIDR, Step};
use crate::run::record::Record;
use crate::seen::{Network, Route};
use crate::time::length;

pub(super) fn listed_in_time(record: &Record) -> (Verdict, String) {
    let (id, at) = match (
        answer_of(record, Step::Associate),
        record.changed_at(Step::Associate),
    ) {
        (Ok(Ok(id)), Some(at)) => (id, at),
        (Ok(_), _) => return not_settled(NOT_REACHED),
        (Err(why), _) => return why,
    };
    let has_it =
        |networks: &[Network]| networks.iter().any(|network| network.association_id == *id);
    match record.until(at, Step::WatchUp, has_it) {
        Some(after) => settled(
            after <= TimeDelta::minutes(2),
            format!("after {}", length(after)),
        ),
        None => match record.networks(Step::WatchUp).last() {
            Some((last, _)) if last - at > TimeDelta::minutes(2) => {
                settled(false, format!("not in {}", length(last - at)))
            }
            Some(_) | None => not_settled(NOT_REACHED),
        },
    }
}

pub(super) fn routes_made(record: &Record) -> (Verdict, String) {
    let mut observed = Vec::new();
    let mut all = true;
    for (step, kind) in [
        (Step::CreateRoute, "subnet"),
        (Step::CreateLocalRoute, "`local`"),
    ] {
        let refusal = match answer_of(record, step) {
            Ok(answer) => answer.as_ref().err(),
            Err(why) => return why,
        };
        let made_at = record.changed_at(step).unwrap_or_default();
        let active = active_after(record, made_at, step == Step::CreateLocalRoute);
        all &= active.is_some_and(|after| after <= TimeDelta::minutes(5));
        observed.push(match (refusal, active) {
            (Some(refusal), _) => format!("{kind}: {refusal}"),
            (None, Some(after)) => format!("{kind}: `active` after {}", length(after)),
            (None, None) => format!("{kind}: not `active`"),
        });
    }
    if all || record.routes(Step::WatchRoutes).next().is_some() {
        settled(all, observed.join("; "))
    } else {
        not_settled(NOT_REACHED)
    }
}

/// How long our route took until it was `active`. A subnet's route has a subnet as target, the `local` one anything else.
fn active_after(record: &Record, made_at: DateTime<Utc>, local: bool) -> Option<TimeDelta> {
    let mut listings = record.routes(Step::WatchRoutes);
    let found = listings.find(|(_, routes)| {
        routes.iter().any(|route| {
            record.is_ours(route) && route.status == "active" && route.is_through_subnet() != local
        })
    });
    found.map(|(at, _)| at - made_at)
}

pub(super) fn local_target(record: &Record) -> (Verdict, String) {
    match answer_of(record, Step::CreateLocalRoute) {
        Ok(Ok(_)) => {}
        Ok(Err(refusal)) => return not_settled(format!("the route was refused: {refusal}")),
        Err(why) => return why,
    }
    let Some((_, routes)) = record.routes(Step::WatchRoutes).last() else {
        return not_settled(NOT_REACHED);
    };
    let targets: Vec<&str> = routes
        .iter()
        .filter(|route| record.is_ours(route))
        .map(|route| route.target_subnet.as_deref().unwrap_or("none"))
        .collect();
    let read = record
        .adapters(Step::ReadByAdapters)
        .find_map(|(listing, read)| {
            let of_ours = listing == "local routes to the clients";
            Some(read.as_ref().ok().filter(|_| of_ours)? == "1")
        });
    match read {
        Some(read) => settled(
            read,
            format!("targets of this run's routes: {}", targets.join(", ")),
        ),
        None => not_settled(NOT_REACHED),
    }
}

pub(super) fn routes_go(record: &Record) -> (Verdict, String) {
    let Some(Ok(_)) = record.changed(Step::CreateRoute) else {
        return not_settled(NOT_REACHED);
    };
    let Some(accepted_at) = record.changed_at(Step::Disassociate) else {
        return not_settled(NOT_REACHED);
    };
    let ours = |routes: &[Route]| {
        let mut through_subnet = routes.iter().filter(|route| route.is_through_subnet());
        through_subnet.any(|it| it.cidr == CIDR && it.status != "deleting")
    };
    let before = record
        .routes(Step::WatchRoutes)
        .last()
        .is_some_and(|(_, routes)| ours(routes));
    if !before {
        return settled(
            false,
            "the route was not there before the subnet was disassociated",
        );
    }
    let mut after = record.routes(Step::WatchGone);
    let gone = after
        .find(|(_, routes)| !ours(routes))
        .map(|(at, _)| at - accepted_at);
    match (gone, record.routes(Step::WatchGone).last()) {
        (Some(gone), _) => settled(
            true,
            format!("gone {} after the call was accepted", length(gone)),
        ),
        (None, Some((at, _))) => settled(
            false,
            format!("still there after {}", length(at - accepted_at)),
        ),
        (None, None) => not_settled(NOT_REACHED),
    }
}

pub(super) fn dropped(record: &Record) -> (Verdict, String) {
    let listings: Vec<_> = record.networks(Step::WatchDropped).collect();
    let (Some((from, _)), Some((to, last))) = (listings.first(), listings.last()) else {
        return not_settled(NOT_REACHED);
    };
    let gone = last
        .iter()
        .filter(|network| network.status == "disassociated")
        .count();
    let time = length(*to - *from);
    match gone {
        0 => settled(true, format!("dropped within {time}")),
        _ if *to - *from < TimeDelta::minutes(10) => not_settled(NOT_REACHED),
        _ => settled(
            false,
            format!("{gone} still listed as `disassociated` after {time}"),
        ),
    }
}

pub(super) fn groups_survive(record: &Record) -> (Verdict, String) {
    let wanted = match answer_of(record, Step::ApplyGroups) {
        Ok(Ok(wanted)) => wanted,
        Ok(Err(refusal)) => return settled(false, format!("they cannot be applied: {refusal}")),
        Err(why) => return why,
    };
    let Some(endpoint) = record.endpoint(Step::ReadGroups) else {
        return not_settled(NOT_REACHED);
    };
    let found: Vec<&str> = endpoint
        .security_group_ids
        .iter()
        .map(String::as_str)
        .collect();
    let found = found.join(", ");
    let mut applied: Vec<&str> = wanted.split(", ").collect();
    applied.sort_unstable();
    settled(
        found == applied.join(", "),
        format!("applied {wanted}; after it was gone {found}"),
    )
}

pub(super) fn failed_listed(record: &Record) -> (Verdict, String) {
    let id = match record.changed(Step::AssociateSmall) {
        Some(Ok(id)) => id,
        Some(Err(refusal)) => {
            return not_settled(format!("EC2 refuses such a subnet at once: {refusal}"));
        }
        None => return not_settled("no `--small-subnet` was given"),
    };
    let statuses: Vec<&str> = record
        .networks(Step::WatchSmall)
        .map(|(_, networks)| {
            let found = networks
                .iter()
                .find(|network| network.association_id == *id);
            found.map_or("not listed", |network| network.status.as_str())
        })
        .collect();
    let observed: Vec<&str> = statuses
        .chunk_by(|one, other| one == other)
        .map(|same| same[0])
        .collect();
    match statuses.last().copied() {
        Some("association-failed") => settled(true, observed.join(", then ")),
        Some("associated") => not_settled("it was associated: the subnet is not too small"),
        Some("associating") | None => not_settled(NOT_REACHED),
        Some(_) => settled(false, observed.join(", then ")),
    }
}
