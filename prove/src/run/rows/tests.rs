//! Boundaries, and what a run did not come to.

use chrono::{DateTime, Utc};

use super::calls::{associate_twice, disassociate_twice, token_again};
use super::listings::listed_in_time;
use super::people::{counters_grow, idle_payload};
use super::*;
use crate::run::record::{Entry, Seen};
use crate::seen::{Connection, Network, Refusal};

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
}

fn record(entries: impl IntoIterator<Item = (i64, Step, Seen)>) -> Record {
    let entry = |(seconds, step, seen)| Entry {
        at: at(seconds),
        step,
        seen,
    };
    Record {
        entries: entries.into_iter().map(entry).collect(),
        client_cidr: String::new(),
    }
}

fn networks(ids: &[&str]) -> Seen {
    let network = |id: &&str| Network {
        association_id: (*id).to_owned(),
        subnet_id: None,
        status: "associating".to_owned(),
        message: None,
    };
    Seen::Networks(Ok(ids.iter().map(network).collect()))
}

#[test]
fn two_minutes_are_in_time_and_a_second_more_is_not() {
    for (seconds, verdict) in [
        (0, Verdict::AsExpected),
        (120, Verdict::AsExpected),
        (121, Verdict::Different),
    ] {
        let found = record([
            (0, Step::Associate, Seen::Changed(Ok("a".to_owned()))),
            (0, Step::WatchUp, networks(&["other"])),
            (seconds, Step::WatchUp, networks(&["other", "a"])),
        ]);
        assert_eq!(listed_in_time(&found).0, verdict, "{seconds}");
    }
}

#[test]
fn what_a_run_did_not_come_to_is_not_settled() {
    for row in ROWS {
        assert_eq!(
            (row.judge)(&Record::default()).0,
            Verdict::NotSettled,
            "{}",
            row.id
        );
    }
}

#[test]
fn a_call_without_an_answer_settles_nothing() {
    let silence = || Refusal {
        code: None,
        message: "dispatch failure".to_owned(),
    };
    let steps = [
        Step::Associate,
        Step::AssociateAgain,
        Step::AssociateTwice,
        Step::DisassociateAgain,
    ];
    let found = record(steps.map(|step| (0, step, Seen::Changed(Err(silence())))));
    for judge in [token_again, associate_twice, disassociate_twice] {
        assert_eq!(judge(&found).0, Verdict::NotSettled);
    }
}

fn connection(bytes: u64, packets: u64) -> Seen {
    let connection = Connection {
        connection_id: "c".to_owned(),
        user: String::new(),
        status: "active".to_owned(),
        end_time: "-".to_owned(),
        bytes: [bytes.to_string(), "0".to_owned()],
        packets: [packets.to_string(), "0".to_owned()],
    };
    Seen::Connections(Ok(vec![connection]))
}

/// 256 KiB an hour are 4369 bytes a minute; keepalives of up to 80 bytes a packet are none of it.
#[test]
fn payload_is_what_is_over_eighty_bytes_a_packet() {
    for (bytes, packets, verdict) in [
        (6_000, 120, Verdict::AsExpected),
        (9_600, 120, Verdict::AsExpected),
        (9_600 + 4_300, 120, Verdict::AsExpected),
        (9_600 + 4_400, 120, Verdict::Different),
    ] {
        let readings = (0..=10_i64).map(|minute| {
            let moved = minute.unsigned_abs();
            (
                minute * 60,
                Step::WatchIdle,
                connection(bytes * moved, packets * moved),
            )
        });
        let found = record(readings);
        assert_eq!(idle_payload(&found).0, verdict, "{bytes}");
        assert_eq!(counters_grow(&found).0, Verdict::AsExpected);
    }
}

#[test]
fn a_counter_that_went_down_says_nothing_of_payload() {
    let readings = [(0, 9_000, 90), (60, 10_000, 100), (300, 500, 5)];
    let found =
        record(readings.map(|(seconds, bytes, packets)| {
            (seconds, Step::WatchIdle, connection(bytes, packets))
        }));
    assert_eq!(idle_payload(&found).0, Verdict::NotSettled);
}
