//! The rows of `docs/not-yet-proven-on-aws.md` that a run settles: what is expected, how the record settles it, and what a
//! difference means. Pure: a row sees only the record.

mod calls;
mod listings;
mod people;
#[cfg(test)]
mod tests;

use super::plan::Step;
use super::record::Record;
use crate::seen::Answer;

/// What the record says about a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    AsExpected,
    Different,
    /// This run could not tell.
    NotSettled,
}

/// One expectation about AWS.
#[derive(Debug)]
pub struct Row {
    /// Its name, in the document too.
    pub id: &'static str,
    pub expected: &'static str,
    /// What it means if it is different.
    pub means: &'static str,
    /// What to change then.
    pub change: &'static str,
    /// How to check by hand, where a run cannot tell.
    pub by_hand: &'static str,
    judge: fn(&Record) -> (Verdict, String),
}

/// A row with what was observed.
#[derive(Debug, Clone)]
pub struct Judged {
    pub row: &'static Row,
    /// Whether it is as expected.
    pub verdict: Verdict,
    pub observed: String,
}

pub fn judge(record: &Record) -> Vec<Judged> {
    let judged = |row: &'static Row| {
        let (verdict, observed) = (row.judge)(record);
        Judged {
            row,
            verdict,
            observed,
        }
    };
    ROWS.iter().map(judged).collect()
}

pub const ROWS: &[Row] = &[
    Row {
        id: "empty-listing",
        expected: "An empty listing is a complete answer: it ends with `</…Response>`",
        means: "Every sweep fails while no client is connected, and says `the answer was cut off`",
        change: "`answer_guards.rs`: accept this end as complete",
        by_hand: "`aws ec2 describe-client-vpn-connections --debug` on an endpoint without connections: the end of the answer",
        judge: calls::empty_listing,
    },
    Row {
        id: "token-again",
        expected: "A `ClientToken` used again while its association is under way is answered with the first result",
        means: "A resumed start fails as a duplicate, which counts as success, but the association's id has to be read from the listing",
        change: "nothing urgent: `reconcile/execute/start.rs` takes the listing's id",
        by_hand: "`aws ec2 associate-client-vpn-target-network` twice with one `--client-token`",
        judge: calls::token_again,
    },
    Row {
        id: "associate-twice",
        expected: "Associating a subnet that is being associated is refused as a duplicate (`InvalidClientVpnDuplicateAssociationException` or `ClientVpnEndpointAssociationExists`)",
        means: "Two starts at the same time count as a failed attempt, or associate (and bill) twice",
        change: "`ec2_errors.rs`: add the code to `ALREADY_THERE`; where no code came, start only what the listing lacks",
        by_hand: "`aws ec2 associate-client-vpn-target-network` twice, each with its own `--client-token`",
        judge: calls::associate_twice,
    },
    Row {
        id: "listed-in-time",
        expected: "A new association is in the listing within two minutes of being accepted",
        means: "It counts as gone, and `disassociation.external` is recorded while the VPN is coming up",
        change: "the two minutes after which what is not listed counts as gone (`policy/decide.rs`)",
        by_hand: "associate, and `aws ec2 describe-client-vpn-target-networks` each second",
        judge: listings::listed_in_time,
    },
    Row {
        id: "routes-made",
        expected: "A manual route and a `local` one are `active` within five minutes of being made",
        means: "Every start is called ready five minutes late, with a warning",
        change: "the five minutes (`policy/routing.rs`); a code that refuses `local` goes into the operator's table",
        by_hand: "`aws ec2 create-client-vpn-route`, with `--target-vpc-subnet-id local` too, and watch the routes",
        judge: listings::routes_made,
    },
    Row {
        id: "local-target",
        expected: "A `local` route is listed with `TargetSubnet` = `local`, or without a target, and is read as `local`",
        means: "It is taken for a route to a subnet and never found again: a start waits five minutes for it",
        change: "`ec2_answers.rs`: read this target as `local`",
        by_hand: "`aws ec2 describe-client-vpn-routes` with a `local` route",
        judge: listings::local_target,
    },
    Row {
        id: "readable",
        expected: "The adapters read every listing of an endpoint that is up",
        means: "Starts wait and sweeps fail, and say what they cannot read",
        change: "`ec2_answers.rs`: read what is shown under `observed`",
        by_hand: "the reaper's log: `not swept`",
        judge: calls::readable,
    },
    Row {
        id: "profile",
        expected: "`ExportClientVpnClientConfiguration` hands out a profile with a `remote` line",
        means: "Employees cannot download the profile",
        change: "hand out the profile in another way until this is understood",
        by_hand: "`aws ec2 export-client-vpn-client-configuration`",
        judge: calls::profile,
    },
    Row {
        id: "counters-grow",
        expected: "The counters of a connection in use, keepalives included, have grown two minutes later",
        means: "A connection in use looks silent; under a stale rule the VPN would be taken down while in use",
        change: "`OVERNIGHT_STALE_CONNECTION_MINUTES=0` and `STALE_CONNECTION_MINUTES=0`",
        by_hand: "`--connect`; or `aws ec2 describe-client-vpn-connections` twice during a download",
        judge: people::counters_grow,
    },
    Row {
        id: "idle-payload",
        expected: "A client that does nothing moves less than 256 KiB of payload in an hour (bytes less 80 for each packet)",
        means: "A laptop left on counts as in use, and the VPN stays up overnight",
        change: "`SILENT_BELOW_KIB_PER_HOUR`: above what is shown under `observed`",
        by_hand: "`--connect`; or leave a laptop connected, and compare the counters",
        judge: people::idle_payload,
    },
    Row {
        id: "end-time",
        expected: "A connection that is `terminated` has its `ConnectionEndTime`",
        means: "Its end counts as now while EC2 lists it: the VPN stays up for up to an hour longer",
        change: "`ec2_answers.rs`: take the end from what is shown under `observed`",
        by_hand: "`--connect`; or end a connection and `aws ec2 describe-client-vpn-connections`",
        judge: people::end_time,
    },
    Row {
        id: "disassociate-twice",
        expected: "Disassociating what is `disassociating` is answered `IncorrectState`, or as not found",
        means: "A sweep that repeats a stop reports a failure though nothing failed",
        change: "`ec2_errors.rs`: add the code to `TRY_LATER` or `ALREADY_GONE`",
        by_hand: "`aws ec2 disassociate-client-vpn-target-network` twice",
        judge: calls::disassociate_twice,
    },
    Row {
        id: "routes-go",
        expected: "Manual routes exist until their subnet is disassociated, and are gone then",
        means: "Gone before: a snapshot lacks them. Still there: nothing, the next start finds them in place",
        change: "gone before: take the snapshot earlier (`policy/routing.rs`)",
        by_hand: "watch `aws ec2 describe-client-vpn-routes` while disassociating",
        judge: listings::routes_go,
    },
    Row {
        id: "disassociate-gone",
        expected: "Disassociating what is gone is answered as not found (`InvalidClientVpnAssociationIdNotFound` or `InvalidClientVpnAssociationId.NotFound`)",
        means: "A stop that an administrator made by hand counts as a failed one",
        change: "`ec2_errors.rs`: add the code to `ALREADY_GONE`",
        by_hand: "`aws ec2 disassociate-client-vpn-target-network` after the association has gone",
        judge: calls::disassociate_gone,
    },
    Row {
        id: "token-after-gone",
        expected: "A `ClientToken` used again after its association is gone is answered with the first result",
        means: "A resumed start associates again, as intended: harmless",
        change: "nothing",
        by_hand: "associate with a token, disassociate, wait, associate with the same token",
        judge: calls::token_after_gone,
    },
    Row {
        id: "dropped",
        expected: "The listing drops a disassociated target network within ten minutes",
        means: "Nothing: it counts as gone as soon as it is `disassociated`",
        change: "nothing",
        by_hand: "watch `aws ec2 describe-client-vpn-target-networks`",
        judge: listings::dropped,
    },
    Row {
        id: "groups-survive",
        expected: "Security groups applied with `ApplySecurityGroupsToClientVpnTargetNetwork` survive the last disassociation",
        means: "Nothing: each start compares them with the snapshot and applies them again",
        change: "nothing",
        by_hand: "apply other groups, disassociate, and `aws ec2 describe-client-vpn-endpoints`",
        judge: listings::groups_survive,
    },
    Row {
        id: "failed-listed",
        expected: "A failed association stays listed as `association-failed` until it is disassociated",
        means: "The next attempt is refused as a duplicate, or the failure is never seen; the ask ends as given up, on record",
        change: "`policy/decide.rs`: what a start does about `association-failed`",
        by_hand: "`--small-subnet` with a subnet that has fewer than 20 free addresses and a zone of its own",
        judge: listings::failed_listed,
    },
    Row {
        id: "transaction-conflict",
        expected: "A transaction that meets another write on one item is cancelled with the reason `TransactionConflict`",
        means: "It is not retried at once; the pass fails and the next one carries on",
        change: "`dynamo.rs`: try this reason again too",
        by_hand: "two scripts with `aws dynamodb transact-write-items` on one item",
        judge: |record| calls::collisions(record, |seen| &seen.transactions, "TransactionConflict"),
    },
    Row {
        id: "write-conflict",
        expected: "A plain write that meets a transaction on one item is refused with `TransactionConflictException`",
        means: "It is not retried at once; the pass fails and the next one carries on",
        change: "`dynamo.rs`: try this code again too",
        by_hand: "the same, one of them with `aws dynamodb update-item`",
        judge: |record| {
            calls::collisions(record, |seen| &seen.writes, "TransactionConflictException")
        },
    },
];

fn not_settled(why: impl Into<String>) -> (Verdict, String) {
    (Verdict::NotSettled, why.into())
}

fn settled(as_expected: bool, observed: impl Into<String>) -> (Verdict, String) {
    let verdict = if as_expected {
        Verdict::AsExpected
    } else {
        Verdict::Different
    };
    (verdict, observed.into())
}

const NOT_REACHED: &str = "the run did not get this far";

/// The answer of a step's change, or why it cannot be judged.
fn answer_of(record: &Record, step: Step) -> Result<&Answer<String>, (Verdict, String)> {
    if let Some(why) = record.left_out(step) {
        return Err(not_settled(why));
    }
    let answer = record
        .changed(step)
        .ok_or_else(|| not_settled(NOT_REACHED))?;
    match answer {
        Err(refusal) if refusal.code.is_none() => Err(not_settled(refusal.to_string())),
        Ok(_) | Err(_) => Ok(answer),
    }
}
