//! What people are told is so.

use chrono::{DateTime, TimeDelta, Utc};

use crate::chaos::employee::Answer;
use crate::chaos::evidence::{Evidence, JUMP, endpoint};
use crate::chaos::truth::Did;

/// An observation is kept to the second.
const WHOLE_SECOND: TimeDelta = TimeDelta::seconds(1);
/// How long a reading of EC2 takes at most, tries included.
const READING: TimeDelta = TimeDelta::seconds(15);
/// How long an observation serves everybody (DESIGN 5).
const FRESH: TimeDelta = TimeDelta::seconds(5);
/// An observation older than this is no answer.
const TOO_OLD: TimeDelta = TimeDelta::minutes(2);

/// Whoever is told `ready` is told what was seen, and it was so when it was seen.
pub(super) fn ready_is_usable(evidence: &Evidence) -> Vec<String> {
    let told_ready = evidence
        .answers
        .iter()
        .filter(|answer| answer.phase.as_deref() == Some("ready"));
    let false_ones = told_ready.filter(|answer| {
        let (Some(id), Some(seen)) = (endpoint(answer.endpoint), answer.observed_at) else {
            return true;
        };
        let (from, to) = seen_within(answer, seen);
        !evidence.truth.usable(&id, from, to)
    });
    false_ones.map(|answer| format!("{answer:?}")).collect()
}

/// From when to when EC2 was read for what was said to be seen then. The reading of somebody else has ended by the time of
/// the answer, too.
fn seen_within(answer: &Answer, seen: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let ended = answer.received_at.min(seen + READING + JUMP);
    (seen - WHOLE_SECOND, ended)
}

/// What people are told was seen a short while ago, apart from how long the answer took.
pub(super) fn nothing_old(evidence: &Evidence) -> Vec<String> {
    let old = evidence.answers.iter().filter(|answer| {
        let promises = matches!(answer.phase.as_deref(), Some("ready" | "off"));
        let age = answer
            .observed_at
            .map(|seen| answer.sent_at - seen - WHOLE_SECOND);
        promises && age.is_none_or(|age| age > TOO_OLD)
    });
    old.map(|answer| format!("{answer:?}")).collect()
}

/// Whoever was told `off` and finds it associating later finds that somebody asked since, or associated it by hand.
pub(super) fn off_stays_off(evidence: &Evidence) -> Vec<String> {
    let told_off = evidence
        .answers
        .iter()
        .filter(|answer| answer.phase.as_deref() == Some("off"));
    told_off
        .filter_map(|answer| came_back(evidence, answer))
        .collect()
}

fn came_back(evidence: &Evidence, answer: &Answer) -> Option<String> {
    let id = endpoint(answer.endpoint)?;
    let back = evidence.truth.calls.iter().find(|call| {
        call.endpoint == id.as_str() && call.what == Did::Associated && call.at > answer.received_at
    })?;
    // Who asked just before was perhaps not counted yet when EC2 was seen; and who got no answer may have been counted.
    let since = answer.sent_at - FRESH - JUMP;
    let asked = evidence.answers.iter().any(|other| {
        other.wish.asks()
            && other.endpoint == answer.endpoint
            && other.received_at >= since
            && other.sent_at <= back.at
    });
    let by_hand = evidence.made_by_hand.iter().any(|id| {
        let network = evidence.truth.networks.get(id);
        network
            .and_then(crate::chaos::truth::Network::held)
            .is_some_and(|(from, _)| from >= since && from <= back.at)
    });
    (!asked && !by_hand).then(|| format!("{answer:?}, and it was associated at {}", back.at))
}
