//! Each target over its seeds, and over so many mutations of them: the same ones in each run, and never by the clock.
//! `MUTATIONS=100 MUTATIONS_SEED=7 cargo test -p fuzz-targets --test seeds` runs a hundred times as many, others each seed.
#![expect(
    clippy::unwrap_used,
    reason = "clippy knows only test functions, not their helpers"
)]

use std::fs;
use std::path::Path;

use fuzz_targets::{TARGETS, Target};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// What mutations put in: what each format gives a meaning to, and what parsers trip over.
const WORDS: &[&str] = &[
    "",
    " ",
    "\n",
    "\0",
    "\u{feff}",
    "é",
    "-",
    "=",
    "==",
    ".",
    ",",
    ";",
    ":",
    "/",
    "//",
    "%",
    "%00",
    "&",
    "&amp;",
    "&x;",
    "<",
    ">",
    "</item>",
    "<item>",
    "<item/>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    "\\u0000",
    "null",
    "true",
    "0",
    "-1",
    "1e9",
    "65536",
    "9223372036854775808",
    "18446744073709551616",
    "NaN",
    "active",
    "terminated",
    "unknown",
    "2026-11-23 01:31:01",
    "2026-11-23T01:31:01Z",
    "9999-12-31T23:59:59Z",
    "+262142-12-31 23:59:59",
    "\n----\n",
    "nextToken",
    "N",
    "S",
    "SS",
    "L",
    "M",
    "B",
    "BOOL",
    "NULL",
    "$TOKEN",
    "minutes=",
    "until=",
    "days=",
    "date=",
    "ready_by=",
    "2026-12-01",
    "08:30",
    "email",
    "a@b",
];

#[derive(Debug, Clone)]
enum Edit {
    Flip(Index, u8),
    Insert(Index, &'static str),
    Replace(Index, Index, &'static str),
    Cut(Index, Index),
    Repeat(Index, Index),
    Splice(Index, Index, Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, bits)| Edit::Flip(at, bits)),
        (at(), select(WORDS)).prop_map(|(at, word)| Edit::Insert(at, word)),
        (at(), at(), select(WORDS)).prop_map(|(from, to, word)| Edit::Replace(from, to, word)),
        (at(), at()).prop_map(|(from, to)| Edit::Cut(from, to)),
        (at(), at()).prop_map(|(from, to)| Edit::Repeat(from, to)),
        (at(), at(), at()).prop_map(|(at, seed, from)| Edit::Splice(at, seed, from)),
    ]
}

impl Edit {
    fn apply(&self, data: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let place = |index: &Index, data: &[u8]| index.index(data.len() + 1);
        // Mostly a short piece: what is cut or repeated should leave the rest recognisable.
        let span = |from: &Index, length: &Index, data: &[u8]| {
            let start = place(from, data);
            start..(start + length.index(24)).min(data.len())
        };
        match self {
            Self::Flip(at, bits) => {
                let at = place(at, data);
                if let Some(byte) = data.get_mut(at) {
                    *byte ^= bits;
                }
            }
            Self::Insert(at, word) => {
                let at = place(at, data);
                data.splice(at..at, word.bytes());
            }
            Self::Replace(from, length, word) => {
                let span = span(from, length, data);
                data.splice(span, word.bytes());
            }
            Self::Cut(from, length) => {
                let span = span(from, length, data);
                data.drain(span);
            }
            Self::Repeat(from, length) => {
                let span = span(from, length, data);
                let piece = data[span.clone()].to_vec();
                data.splice(span.end..span.end, piece);
            }
            Self::Splice(at, seed, from) => {
                let other = &seeds[seed.index(seeds.len())];
                data.truncate(place(at, data));
                data.extend_from_slice(&other[place(from, other)..]);
            }
        }
    }
}

fn seeds(target: Target) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../seeds")
        .join(target.name);
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    // A folder's order is the file system's; the mutations must be the same everywhere.
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// A number set by hand, for a longer run.
fn number(variable: &str, default: u32) -> u32 {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap())
}

fn run(name: &str, mutations: u32) {
    let target = *TARGETS.iter().find(|target| target.name == name).unwrap();
    let seeds = seeds(target);
    for seed in &seeds {
        (target.run)(seed);
    }
    let mutation = (any::<Index>(), prop::collection::vec(edit(), 1..6));
    let config = Config {
        cases: mutations * number("MUTATIONS", 1),
        failure_persistence: None,
        max_shrink_iters: 500,
        ..Config::default()
    };
    let mut seed = [0; 32];
    seed[..4].copy_from_slice(&number("MUTATIONS_SEED", 0).to_be_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let checked = TestRunner::new_with_rng(config, rng).run(&mutation, |(seed, edits)| {
        let mut data = seeds[seed.index(seeds.len())].clone();
        for edit in &edits {
            edit.apply(&mut data, &seeds);
        }
        let shown = String::from_utf8_lossy(&data).into_owned();
        std::panic::catch_unwind(|| (target.run)(&data)).map_err(|_| TestCaseError::fail(shown))
    });
    if let Err(failure) = checked {
        panic!("{name}: {failure}");
    }
}

#[test]
fn exactly_the_tokens_of_design_8_are_believed() {
    run("token", 2000);
}

#[test]
fn only_the_signing_key_verifies() {
    run("key", 500);
}

#[test]
fn every_event_is_answered_and_none_reaches_aws_unproven() {
    run("event", 1000);
}

#[test]
fn an_accepted_extension_ends_within_its_limit() {
    run("extend", 1000);
}

#[test]
fn an_accepted_booking_is_one_within_its_limits() {
    run("book", 1000);
}

#[test]
fn what_ec2_answers_is_evidence_or_an_error() {
    run("ec2", 1500);
}

#[test]
fn what_the_lease_table_holds_is_a_state_or_an_error() {
    run("items", 1500);
}

#[test]
fn a_configuration_reads_the_same_once_written_out() {
    run("configuration", 1500);
}

/// No folder of seeds, and no binary of cargo-fuzz, without its target, and the other way round.
#[test]
fn each_target_has_seeds_and_a_binary() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let names = |folder: &str| {
        let entries = fs::read_dir(fuzz.join(folder)).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().path())
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    let mut targets: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    targets.sort_unstable();
    assert_eq!(names("seeds"), targets);
    assert_eq!(names("fuzz_targets"), targets);
}
