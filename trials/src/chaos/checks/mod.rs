//! What must hold whatever happened. Each rule is a function that tells what broke it; none of them asks the system.

mod asks;
pub(super) mod cost;
pub(super) mod in_time;
mod networks;
mod records;
#[cfg(test)]
mod tests;
mod told;
mod usage;

use super::evidence::Evidence;
use crate::checks::Checks;

/// A rule: what broke it, in sentences.
type Rule = fn(&Evidence) -> Vec<String>;

const RULES: [(&str, Rule); 19] = [
    (
        "nothing is disassociated while somebody uses it",
        usage::never_in_use,
    ),
    (
        "nothing is disassociated that was not looked at before",
        usage::never_unseen,
    ),
    (
        "nothing is stopped within a lease",
        usage::never_within_a_lease,
    ),
    (
        "a subnet has one association at a time",
        networks::one_for_each_subnet,
    ),
    (
        "a record explains each association, once",
        networks::explained_once,
    ),
    (
        "the end of each association is on record once",
        networks::ended_once,
    ),
    ("a stay is ready once", records::ready_once),
    ("each stop has its outcome", records::stops_have_outcomes),
    ("no record changes or disappears", records::unaltered),
    (
        "the end of each connection is on record once",
        records::connections_ended_once,
    ),
    ("a change by hand is on record once", records::changes_once),
    (
        "what is lost once is made again once",
        networks::restored_once,
    ),
    (
        "each ask that was promised is on record once",
        asks::on_record,
    ),
    (
        "each answer is one that people may get",
        asks::known_answers,
    ),
    (
        "nobody is told that EC2 refused what it did not refuse",
        asks::no_false_refusal,
    ),
    (
        "nobody is told `ready` when it cannot be used",
        told::ready_is_usable,
    ),
    (
        "nobody is told `off` when it comes back by itself",
        told::off_stays_off,
    ),
    ("nobody is told anything old", told::nothing_old),
    ("the cost on record is what EC2 bills", cost::as_billed),
];

/// Checks every rule.
pub(super) fn all(evidence: &Evidence, checks: &mut Checks) {
    for (claim, rule) in RULES {
        let broken = rule(evidence);
        checks.that(broken.is_empty(), claim);
        for broken in broken {
            println!("             {broken}");
        }
    }
}
