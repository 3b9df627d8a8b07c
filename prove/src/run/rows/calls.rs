//! Rows that one answer settles.

use std::collections::BTreeMap;

use shared::ec2_errors::{answered, is_already_gone, is_already_there};

use super::{NOT_REACHED, Verdict, answer_of, not_settled, settled};
use crate::aws::{Collisions, DONE};
use crate::run::plan::Step;
use crate::run::record::Record;
use crate::seen::Refusal;

pub(super) fn empty_listing(record: &Record) -> (Verdict, String) {
    let text = record
        .of(Step::ReadEmptyListing)
        .find_map(|entry| entry.seen.text());
    let read = record
        .adapters(Step::ReadEmptyListing)
        .map(|(_, read)| read)
        .next();
    match (text, read) {
        (Some(Ok(text)), Some(read)) => {
            let tail: String = {
                let tail: Vec<char> = text.trim_end().chars().rev().take(70).collect();
                tail.into_iter().rev().collect()
            };
            let read = match read {
                Ok(count) => format!("read as {count} connections"),
                Err(why) => format!("cannot be read: {why}"),
            };
            settled(
                !read.starts_with("cannot"),
                format!("it ends `{}`, {read}", tail.replace('\n', " ")),
            )
        }
        (Some(Err(refusal)), _) => not_settled(refusal.to_string()),
        (Some(Ok(_)) | None, _) => not_settled(NOT_REACHED),
    }
}

fn same_as_first(record: &Record, again: Step) -> (Verdict, String) {
    match (answer_of(record, Step::Associate), answer_of(record, again)) {
        (Ok(Ok(first)), Ok(Ok(again))) => {
            settled(first == again, format!("first `{first}`, again `{again}`"))
        }
        (Ok(Ok(first)), Ok(Err(refusal))) => {
            settled(false, format!("first `{first}`, again {refusal}"))
        }
        (Ok(Err(refusal)), _) => not_settled(refusal.to_string()),
        (Err(why), _) | (_, Err(why)) => why,
    }
}

pub(super) fn token_again(record: &Record) -> (Verdict, String) {
    same_as_first(record, Step::AssociateAgain)
}

pub(super) fn token_after_gone(record: &Record) -> (Verdict, String) {
    same_as_first(record, Step::AssociateWhenGone)
}

fn refused_as(
    record: &Record,
    step: Step,
    is_expected: impl Fn(&Refusal) -> bool,
) -> (Verdict, String) {
    match answer_of(record, step) {
        Ok(Err(refusal)) => settled(is_expected(refusal), refusal.to_string()),
        Ok(Ok(accepted)) => settled(false, format!("accepted: `{accepted}`")),
        Err(why) => why,
    }
}

fn is_there(refusal: &Refusal) -> bool {
    is_already_there(&answered(refusal.code(), "", 400))
}

fn is_gone(refusal: &Refusal) -> bool {
    is_already_gone(&answered(refusal.code(), "", 400))
}

pub(super) fn associate_twice(record: &Record) -> (Verdict, String) {
    refused_as(record, Step::AssociateTwice, is_there)
}

pub(super) fn disassociate_twice(record: &Record) -> (Verdict, String) {
    let is_expected = |refusal: &Refusal| refusal.code() == "IncorrectState" || is_gone(refusal);
    refused_as(record, Step::DisassociateAgain, is_expected)
}

pub(super) fn disassociate_gone(record: &Record) -> (Verdict, String) {
    refused_as(record, Step::DisassociateGone, is_gone)
}

pub(super) fn profile(record: &Record) -> (Verdict, String) {
    let exported = record
        .adapters(Step::ExportProfile)
        .map(|(_, read)| read)
        .next();
    match exported {
        Some(Ok(text)) => settled(!text.contains("no remote"), text),
        Some(Err(why)) => settled(false, why),
        None => not_settled(NOT_REACHED),
    }
}

pub(super) fn readable(record: &Record) -> (Verdict, String) {
    let reads: Vec<(&str, &Result<String, String>)> =
        record.adapters(Step::ReadByAdapters).collect();
    if reads.is_empty() {
        return not_settled(NOT_REACHED);
    }
    let failed: Vec<String> = reads
        .iter()
        .filter_map(|(listing, read)| Some(format!("{listing}: {}", read.as_ref().err()?)))
        .collect();
    let observed = if failed.is_empty() {
        "all was read".to_owned()
    } else {
        failed.join("; ")
    };
    settled(failed.is_empty(), observed)
}

pub(super) fn collisions(
    record: &Record,
    of: fn(&Collisions) -> &BTreeMap<String, usize>,
    expected: &str,
) -> (Verdict, String) {
    let found = record
        .of(Step::Collide)
        .find_map(|entry| entry.seen.collisions());
    let counts = match found {
        Some(Ok(seen)) => of(seen),
        Some(Err(refusal)) => return not_settled(refusal.to_string()),
        None => return not_settled("LEASE_TABLE is not set, or the run did not get this far"),
    };
    // Throttling says nothing about conflicts.
    let mut met = counts.keys().filter(|outcome| {
        *outcome != DONE && !outcome.contains("Throttl") && !outcome.contains("no answer")
    });
    let observed = format!("{counts:?}");
    match met.next() {
        None => not_settled(format!("no two writes met: {observed}")),
        Some(first) => settled(
            first == expected && met.all(|other| other == expected),
            observed,
        ),
    }
}
