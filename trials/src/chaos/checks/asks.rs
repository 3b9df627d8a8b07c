//! What people asked, what they were answered, and what is on record of it.

use sandbox::dynamo::Record;
use testkit::alb::TOKEN_LIFE;

use crate::chaos::employee::{Answer, Wish};
use crate::chaos::evidence::Evidence;

/// The records of a request.
fn records<'a>(evidence: &'a Evidence, answer: &'a Answer) -> impl Iterator<Item = &'a Record> {
    evidence
        .records
        .iter()
        .filter(|record| record.text("trace_id").contains(&answer.trace))
}

/// An ask that was promised has one record, of its person. Of any other there may be one: what is answered by an error may
/// have been half done, but not twice.
pub(super) fn on_record(evidence: &Evidence) -> Vec<String> {
    const EVENTS: [&str; 2] = ["association.requested", "lease.extended"];
    let mut broken = Vec::new();
    for answer in evidence.answers.iter().filter(|answer| answer.wish.asks()) {
        let found: Vec<&Record> = records(evidence, answer)
            .filter(|record| EVENTS.contains(&record.text("event")))
            .collect();
        let theirs = found
            .iter()
            .all(|record| record.text("actor") == answer.email);
        if found.len() > 1 || !theirs || (found.is_empty() && answer.is_promise()) {
            broken.push(format!("{answer:?} has {} records", found.len()));
        }
    }
    broken
}

/// 503 and the load balancer's own 502 are expected here; mistakes of people's, or of ours, are not.
pub(super) fn known_answers(evidence: &Evidence) -> Vec<String> {
    let unknown = |answer: &&Answer| {
        let by_balancer = answer.status == 502 && answer.text.starts_with('<');
        let refused = answer.status == 502 && answer.code.is_some();
        let page = if answer.wish == Wish::Open { '<' } else { '{' };
        let unavailable = answer.status == 503 && answer.text.starts_with(page);
        // The load balancer's token was too old when the function came to look at it.
        let expired = answer.status == 401 && answer.received_at - answer.sent_at >= TOKEN_LIFE;
        let fine = matches!(answer.status, 200 | 202 | 303);
        !(fine || by_balancer || refused || unavailable || expired)
    };
    let answers = evidence.answers.iter().filter(unknown);
    answers.map(|answer| format!("{answer:?}")).collect()
}

/// EC2 refuses nothing for good in this story.
pub(super) fn no_false_refusal(evidence: &Evidence) -> Vec<String> {
    let refused = evidence
        .answers
        .iter()
        .filter(|answer| answer.code.is_some());
    let people = refused.map(|answer| format!("{answer:?}"));
    let recorded = evidence.records.iter().filter(|record| {
        let code = record.text("error_code");
        !code.is_empty() && code != "association-failed"
    });
    let on_record = recorded.map(|record| format!("{record:?}"));
    people.chain(on_record).collect()
}
