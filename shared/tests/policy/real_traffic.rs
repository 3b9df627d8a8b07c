//! What the rule says of what clients really do, as `docs/operate.md` has it.
//!
//! Sizes are those of `OpenVPN` with AES-256-GCM: 24 bytes beside each IP packet (opcode and peer id, packet id,
//! tag: <https://openvpn.github.io/openvpn-rfc/openvpn-wire-protocol.html>). Keepalive packets go on whatever else moves,
//! which a real client's do not: what is use here is use there.

use shared::model::Rules;

use crate::counted::Counted;
use crate::world::{minutes, noon, rules};

const DOCUMENT: &str = include_str!("../../../docs/operate.md");

/// Packets of a size: bytes, and how many.
type Packets = (u64, u64);

/// Each side sends one a second.
const KEEPALIVE: Packets = (50, 120);
/// A look-up: question and answer.
const fn look_ups(count: u64) -> [Packets; 2] {
    [(92, count), (202, count)]
}
/// Keys typed over SSH, each with its echo and an acknowledgement.
const fn keys(count: u64) -> [Packets; 2] {
    [(112, 2 * count), (76, count)]
}
/// A download in packets of full size, every other one acknowledged.
const fn full_packets(count: u64) -> [Packets; 2] {
    [(1_424, count), (76, count / 2)]
}

/// Something that clients do.
struct Habit {
    name: &'static str,
    /// What they do beside keepalive packets, once in so many minutes.
    every: u64,
    does: Vec<Packets>,
    verdict: &'static str,
}

fn habit(name: &'static str, every: u64, does: &[Packets], verdict: &'static str) -> Habit {
    Habit {
        name,
        every,
        does: does.to_vec(),
        verdict,
    }
}

const SILENT: &str = "silent after 120 minutes";
const IN_USE: &str = "in use";

fn habits() -> Vec<Habit> {
    // A screen of 2 KB is two packets and an acknowledgement.
    let screens = [keys(60).as_slice(), &[(1_124, 12), (76, 6)]].concat();
    vec![
        habit("keepalive packets alone: a laptop left on", 1, &[], SILENT),
        habit(
            "DNS chatter: ten look-ups a minute",
            1,
            &look_ups(10),
            SILENT,
        ),
        habit(
            "a chat program's heartbeats, two a minute",
            1,
            &[(150, 4), (76, 4)],
            SILENT,
        ),
        habit(
            "a mail program that looks every five minutes",
            5,
            &[(1_424, 5), (100, 10)],
            SILENT,
        ),
        habit(
            "one key a second over SSH, and nothing but echoes",
            1,
            &keys(60),
            SILENT,
        ),
        habit(
            "three keys a second over SSH, and nothing but echoes",
            1,
            &keys(180),
            IN_USE,
        ),
        habit(
            "a person typing over SSH: a key a second, a screen of 2 KB every ten",
            1,
            &screens,
            IN_USE,
        ),
        habit(
            "a web page of 1 MB every ten minutes",
            10,
            &full_packets(720),
            IN_USE,
        ),
        habit(
            "a download of 1 MB a second",
            1,
            &full_packets(42_000),
            IN_USE,
        ),
    ]
}

/// The rule of the night in force at any time.
fn two_hours() -> Rules {
    Rules {
        overnight_window: None,
        stale_connection: Some(minutes(120)),
        ..rules()
    }
}

fn moved(counted: &mut Counted, packets: &[Packets]) -> u64 {
    packets
        .iter()
        .map(|(bytes, count)| {
            counted.moves(bytes * count, *count);
            bytes * count
        })
        .sum()
}

/// A row of the table: bytes and payload an hour, in KiB, and what the rule says of ten hours of it.
fn row(habit: &Habit) -> String {
    let mut counted = Counted::since(two_hours(), noon());
    let (mut bytes, mut payload, mut silent_after) = (0, 0, None);
    for minute in 1..=600 {
        bytes += moved(&mut counted, &[KEEPALIVE]);
        if minute % habit.every == 0 {
            bytes += moved(&mut counted, &habit.does);
        }
        let in_use = counted.reads(noon() + minutes(minute.try_into().unwrap_or(0)));
        payload += counted.remembered().rate.expect("it is known");
        if !in_use && silent_after.is_none() {
            silent_after = Some(minute);
        }
        let still = silent_after.is_some_and(|_| !in_use);
        assert_eq!(still, silent_after.is_some(), "{}: {minute}", habit.name);
    }
    let verdict = silent_after.map_or_else(
        || IN_USE.to_owned(),
        |minute| format!("silent after {minute} minutes"),
    );
    assert_eq!(verdict, habit.verdict, "{}", habit.name);
    let (bytes, payload) = (bytes / 10 / 1024, payload / 600);
    format!("| {} | {bytes} | {payload} | {verdict} |", habit.name)
}

#[test]
fn the_document_has_what_the_rule_says_of_real_traffic() {
    let rows: Vec<String> = habits().iter().map(row).collect();
    let missing: Vec<&String> = rows
        .iter()
        .filter(|row| !DOCUMENT.lines().any(|line| line == row.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "docs/operate.md lacks\n{}",
        rows.join("\n")
    );
}

#[test]
fn ten_idle_hours_are_no_credit_against_the_work_that_follows() {
    let mut counted = Counted::since(two_hours(), noon());
    for minute in 1..=600 {
        moved(&mut counted, &[KEEPALIVE]);
        let in_use = counted.reads(noon() + minutes(minute));
        assert_eq!(in_use, minute < 120, "{minute}");
    }
    // A page of 1 MB.
    moved(&mut counted, &[KEEPALIVE]);
    moved(&mut counted, &full_packets(720));
    assert!(
        counted.reads(noon() + minutes(601)),
        "the next sweep sees it"
    );
    let row = "| ten idle hours, then a web page of 1 MB | | | silent after 120 minutes; in use from the next sweep on |";
    assert!(
        DOCUMENT.lines().any(|line| line == row),
        "docs/operate.md lacks {row}"
    );
}
