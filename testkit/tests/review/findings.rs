//! Pages of findings: limits, edges, and what is hostile.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use shared::history::Kind;
use shared::model::audit::{Actor, AuditRecord, Event, EventId};
use shared::model::item::Value;
use shared::model::{ConnectionId, EndpointState, ManagedEndpoint};
use shared::review::MAX_READ;
use shared::review::findings::{FindingsCursor, FindingsPage, findings};
use testkit::audit_reader::MemoryReader;

use crate::{PRICE, closed, endpoint, now_or_never, record, time};

fn page(
    reader: &MemoryReader,
    endpoints: &[ManagedEndpoint],
    range: [Option<&str>; 2],
    cursor: Option<FindingsCursor>,
    now: DateTime<Utc>,
) -> FindingsPage {
    let [from, to] = range.map(|date| date.map(|date| date.parse::<NaiveDate>().expect("a date")));
    let page = findings(reader, endpoints, from, to, cursor, Tz::UTC, PRICE, now);
    now_or_never(page).expect("a page")
}

fn kinds(page: &FindingsPage) -> Vec<Kind> {
    page.findings.iter().map(|it| it.finding.kind).collect()
}

/// When all of these histories have happened.
fn now() -> DateTime<Utc> {
    time("2027-06-20T12:00:00Z")
}

fn long_ago(days: i64) -> DateTime<Utc> {
    now() - TimeDelta::days(days)
}

#[test]
fn by_default_a_page_is_of_seven_days_and_goes_on_while_there_are_records() {
    let tokyo = endpoint("tokyo", '0', 1);
    let changes: Vec<_> = [1, 6, 8, 30]
        .map(|days| record(&tokyo, long_ago(days), Event::RoutesChanged))
        .into();
    let reader = MemoryReader::of(&changes);
    let endpoints = [tokyo];
    let (mut cursor, mut found) = (None, Vec::new());
    loop {
        let page = page(&reader, &endpoints, [None, None], cursor, now());
        found.push(page.findings.len());
        let Some(next) = page.next else { break };
        // As a link has it.
        cursor = Some(next.to_string().parse().expect("a cursor"));
    }
    assert_eq!(found, [2, 1, 0, 0, 1]);
    // A range that was asked for is not left.
    let week = [Some("2027-06-11"), Some("2027-06-15")];
    let page = page(&reader, &endpoints, week, None, now());
    assert_eq!((page.findings.len(), page.next), (2, None));
    assert_eq!(page.searched_back_to, time("2027-06-11T00:00:00Z"));
}

#[test]
fn an_empty_trail_offers_no_further_page() {
    let page = page(
        &MemoryReader::default(),
        &[endpoint("tokyo", '0', 1)],
        [None, None],
        None,
        now(),
    );
    assert_eq!((page.findings, page.next), (Vec::new(), None));
}

#[test]
fn a_long_history_is_read_a_limit_at_a_time_and_each_finding_is_shown_once() {
    let [tokyo, osaka] = [endpoint("tokyo", '0', 1), endpoint("osaka", '1', 1)];
    let mut records = Vec::new();
    for n in 0..9_000 {
        let at = long_ago(6) + TimeDelta::minutes(n % 8_640) + TimeDelta::milliseconds(n);
        let mut ended = record(&tokyo, at, Event::ConnectionEnded);
        ended.event_id = EventId::of_fact(at, &[&n.to_string()]);
        ended.actor = Actor::Client("hana".to_owned());
        ended.details.connection_id = Some(ConnectionId::observed(n.to_string()));
        records.push(ended);
    }
    for hours in 0..140 {
        let at = long_ago(6) + TimeDelta::hours(hours);
        records.push(record(&osaka, at, Event::RoutesChanged));
    }
    let reader = MemoryReader::of(&records).answers_hold(150);
    let (mut cursor, mut found, mut pages) = (None, Vec::new(), 0);
    let mut read = 0;
    loop {
        let range = [Some("2027-06-14"), Some("2027-06-20")];
        let page = page(
            &reader,
            &[tokyo.clone(), osaka.clone()],
            range,
            cursor,
            now(),
        );
        let calls: usize = reader.calls().iter().map(|(_, n)| n).sum();
        // And one from each partition, to know whether there is more.
        assert!(calls - read <= MAX_READ + 3, "{}", calls - read);
        read = calls;
        let dates: Vec<_> = page
            .findings
            .iter()
            .map(|it| it.finding.occurred_at)
            .collect();
        assert!(
            dates.is_sorted_by(|one, other| one >= other),
            "newest first"
        );
        found.extend(page.findings.iter().map(|it| it.finding.event_id.clone()));
        pages += 1;
        let Some(next) = page.next else { break };
        assert!(pages < 20, "it gets nowhere");
        cursor = Some(next);
    }
    let set: BTreeSet<_> = found.iter().cloned().collect();
    assert_eq!((found.len(), set.len()), (140, 140));
    println!("{pages} pages, {read} records read of {}", records.len());
    assert!(pages > 4);
}

#[test]
fn records_with_hostile_ids_and_times_are_found_whatever_they_say() {
    let tokyo = endpoint("tokyo", '0', 1);
    let good = record(&tokyo, long_ago(1), Event::LeaseReleased);
    let mut reader = MemoryReader::of([&good]);
    let forged = |id: &str, at: DateTime<Utc>| {
        let mut item = record(&tokyo, at, Event::LeaseReleased).to_item();
        item.insert("event_id".to_owned(), Value::S(id.to_owned()));
        item
    };
    // Of the future, of no version, of the present with a time of long ago, and no id at all.
    reader.put(forged("ffffffff-ffff-7fff-bfff-ffffffffffff", long_ago(1)));
    let now_with_old_time = EventId::first_at(long_ago(2)).to_string();
    reader.put(forged(&now_with_old_time, long_ago(900)));
    reader.put(forged("<script>", long_ago(1)));
    reader.put(forged("zzzz", long_ago(900)));
    let found = page(&reader, &[tokyo], [None, None], None, now());
    let count = |kind| kinds(&found).into_iter().filter(|it| *it == kind).count();
    assert_eq!(count(Kind::TimeAndIdDisagree), 2, "{found:?}");
    // Both sort behind all ids of ours, and so among the newest.
    assert_eq!(count(Kind::Unreadable), 2, "{found:?}");
}

#[test]
fn refusals_are_counted_over_endpoints_and_shown_where_the_latest_is() {
    let tokyo = endpoint("tokyo", '0', 1);
    let refused = |hour: i64, of: Option<&ManagedEndpoint>| {
        let at = long_ago(1) + TimeDelta::hours(hour);
        AuditRecord {
            endpoint: of.cloned(),
            actor: Actor::Employee("ren@example.com".parse().expect("an email")),
            ..record(&tokyo, at, Event::AccessDenied)
        }
    };
    let mut records = vec![refused(0, Some(&tokyo)), refused(1, None)];
    let of_two = MemoryReader::of(&records);
    let endpoints = [tokyo.clone()];
    assert!(
        page(&of_two, &endpoints, [None, None], None, now())
            .findings
            .is_empty()
    );
    records.push(refused(2, None));
    let found = page(
        &MemoryReader::of(&records),
        &endpoints,
        [None, None],
        None,
        now(),
    );
    let [one] = <[_; 1]>::try_from(found.findings).expect("one");
    assert_eq!(
        (one.finding.kind, one.endpoint_id.as_str()),
        (Kind::Denied, "-")
    );
}

#[test]
fn a_gap_in_sweeps_is_on_the_first_page_alone() {
    let tokyo = endpoint("tokyo", '0', 1);
    let mut state = EndpointState::default();
    state.sightings.last_sweep_at = Some(long_ago(1));
    let old = record(&tokyo, long_ago(10), Event::RoutesChanged);
    let reader = MemoryReader::of([&old]).with_state(tokyo.id.clone(), state);
    let endpoints = [tokyo];
    let first = page(&reader, &endpoints, [None, None], None, now());
    assert_eq!(kinds(&first), [Kind::SweepGap]);
    assert_eq!(first.findings[0].endpoint_name, "tokyo");
    let second = page(&reader, &endpoints, [None, None], first.next, now());
    assert_eq!(kinds(&second), [Kind::RoutesChangedByOthers]);
    let past = [Some("2027-06-01"), Some("2027-06-02")];
    assert_eq!(kinds(&page(&reader, &endpoints, past, None, now())), []);
}

#[test]
fn a_price_that_changed_is_remembered_from_page_to_page() {
    let tokyo = endpoint("tokyo", '0', 1);
    let mut changed = record(&tokyo, long_ago(3), Event::ConfigChanged);
    changed.endpoint = None;
    changed.reason = "The settings changed. Price of an association hour in USD \
        (ASSOCIATION_HOUR_PRICE_USD): from 0.3 to 0.15."
        .to_owned();
    let dear = |days| {
        let mut stay = closed(&tokyo, 1, long_ago(days), TimeDelta::hours(2));
        stay.details.cost_usd = Some(0.6);
        stay
    };
    for (days, is_wrong) in [(1, true), (5, false), (9, false)] {
        let records = [changed.clone(), dear(days)];
        let reader = MemoryReader::of(&records);
        let endpoints = [tokyo.clone()];
        let first = page(&reader, &endpoints, [None, None], None, now());
        let mut found = kinds(&first);
        if let Some(next) = first.next {
            found.extend(kinds(&page(
                &reader,
                &endpoints,
                [None, None],
                Some(next),
                now(),
            )));
        }
        assert_eq!(
            found.contains(&Kind::CostWrong),
            is_wrong,
            "{days}: {found:?}"
        );
    }
}
