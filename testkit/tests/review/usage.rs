//! Use and cost, by hand.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use shared::model::audit::AuditRecord;
use shared::model::item::Value;
use shared::model::{AssociationId, EndpointState, ManagedEndpoint};
use shared::ports::Partition;
use shared::review::MAX_CLOSINGS;
use shared::review::usage::{
    EndpointUse, StartSeconds, Terms, UseError, UseReport, of_closings, report,
};
use testkit::audit_reader::MemoryReader;

use crate::{PRICE, closed, endpoint, now_or_never, time};

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn of(
    reader: &MemoryReader,
    endpoints: &[ManagedEndpoint],
    [from, to]: [&str; 2],
    zone: Tz,
    now: &str,
) -> Result<UseReport, UseError> {
    let hours = "09:00-18:00".parse().expect("a window");
    let (from, to) = (date(from), date(to));
    let report = report(reader, endpoints, from, to, zone, PRICE, hours, time(now));
    now_or_never(report)
}

fn only(closings: &[AuditRecord], range: [&str; 2], zone: Tz, now: &str) -> EndpointUse {
    let tokyo = endpoint("tokyo", '0', 1);
    let report = of(&MemoryReader::of(closings), &[tokyo], range, zone, now);
    let [only] = <[_; 1]>::try_from(report.expect("a report").endpoints).expect("one");
    only
}

fn near(one: f64, other: f64) {
    assert!((one - other).abs() < 1e-9, "{one} {other}");
}

const JUNE: [&str; 2] = ["2027-06-01", "2027-06-30"];

#[test]
fn a_stay_over_midnight_is_shared_by_its_time() {
    let tokyo = endpoint("tokyo", '0', 1);
    // In Tokyo from 23:00 to 02:00.
    let stay = closed(&tokyo, 1, time("2027-06-14T14:00:00Z"), TimeDelta::hours(3));
    let now = "2027-07-01T00:00:00Z";
    for (range, hours, requests, starts) in [
        (["2027-06-14", "2027-06-14"], 1.0, 1, true),
        (["2027-06-15", "2027-06-15"], 2.0, 0, false),
        (["2027-06-14", "2027-06-15"], 3.0, 1, true),
        (["2027-06-13", "2027-06-13"], 0.0, 0, false),
        (["2027-06-16", "2027-06-16"], 0.0, 0, false),
    ] {
        let found = only(std::slice::from_ref(&stay), range, Tz::Asia__Tokyo, now);
        near(found.hours, hours);
        near(found.cost_usd, hours * PRICE);
        assert_eq!(
            (found.requests, found.stays),
            (requests, u64::from(hours > 0.0))
        );
        assert_eq!(found.people.len(), usize::from(hours > 0.0), "{range:?}");
        assert_eq!(found.start_seconds.is_some(), starts, "{range:?}");
        near(found.saved_usd, found.always_on_usd - found.cost_usd);
    }
}

#[test]
fn days_on_which_clocks_change_have_23_and_25_hours() {
    let now = "2028-01-01T00:00:00Z";
    // 2027-03-28 and 2027-10-31 in Berlin; both are Sundays. Office hours that night cross the change.
    for (day, hours) in [
        ("2027-03-28", 23.0),
        ("2027-10-31", 25.0),
        ("2027-11-01", 24.0),
    ] {
        let found = only(&[], [day, day], Tz::Europe__Berlin, now);
        near(found.always_on_usd, hours * PRICE);
        let [only] = <[_; 1]>::try_from(found.days).expect("one day");
        near(
            f64::from(i32::try_from((only.ends - only.begins).num_minutes()).expect("a number"))
                / 60.0,
            hours,
        );
    }
    let terms = |from, to, hours: &str| {
        let berlin = [endpoint("berlin", '0', 2)];
        let terms = Terms {
            endpoints: &berlin,
            from: date(from),
            to: date(to),
            zone: Tz::Europe__Berlin,
            hour_price_usd: PRICE,
            office_hours: hours.parse().expect("a window"),
            now: time(now),
        };
        of_closings(terms, &[], &BTreeMap::new())[0].office_hours_usd / PRICE / 2.0
    };
    // A week: nine hours on five days.
    near(terms("2027-06-14", "2027-06-20", "09:00-18:00"), 45.0);
    near(terms("2027-06-19", "2027-06-20", "09:00-18:00"), 0.0);
    // Over midnight, the Friday's reaches into the Saturday and the Sunday's does not exist.
    near(terms("2027-06-19", "2027-06-20", "22:00-06:00"), 6.0);
    near(terms("2027-06-14", "2027-06-14", "22:00-06:00"), 2.0);
    // New York changes on a Sunday too; Apia once skipped a Friday.
    let apia = [endpoint("apia", '0', 1)];
    let skipped = Terms {
        endpoints: &apia,
        from: date("2011-12-29"),
        to: date("2011-12-31"),
        zone: Tz::Pacific__Apia,
        hour_price_usd: PRICE,
        office_hours: "09:00-18:00".parse().expect("a window"),
        now: time(now),
    };
    let found = &of_closings(skipped, &[], &BTreeMap::new())[0];
    near(found.office_hours_usd / PRICE, 9.0);
    near(found.always_on_usd / PRICE, 48.0);
}

#[test]
fn others_cost_nothing_after_now() {
    // Tuesday 2027-06-15, 12:00 in Tokyo; the month has run for 14.5 days, ten of them and three hours at work.
    let found = only(&[], JUNE, Tz::Asia__Tokyo, "2027-06-15T03:00:00Z");
    near(found.always_on_usd, 14.5 * 24.0 * PRICE);
    near(found.office_hours_usd, (10.0 * 9.0 + 3.0) * PRICE);
    let future = only(
        &[],
        ["2027-08-01", "2027-08-31"],
        Tz::Asia__Tokyo,
        "2027-06-15T03:00:00Z",
    );
    near(
        future.always_on_usd + future.office_hours_usd + future.saved_usd,
        0.0,
    );
    assert_eq!(future.days.len(), 31);
}

#[test]
fn what_is_up_still_is_counted_up_to_now_and_until_its_stop() {
    let tokyo = endpoint("tokyo", '0', 2);
    let began = time("2027-06-14T00:00:00Z");
    let mut state = EndpointState::default();
    state.demand.requests = 9;
    state.demand.served = 9;
    state.stay.number = 3;
    state.stay.up_since = Some(began);
    state.stay.ready_since = Some(began + TimeDelta::minutes(5));
    state.stay.requests_before = Some(7);
    state.stay.ended_seconds = 600;
    state.attempts.asked_at = Some(began);
    state.sightings.start_seconds = vec![1, 300];
    let [one, two] = ["one", "two"].map(AssociationId::observed);
    state.stay.association_ids = [one, two.clone()].into();
    let joined = began + TimeDelta::hours(1);
    state.stay.joined_at = [(two, joined)].into();
    let of_now = |state: &EndpointState, closings: &[AuditRecord], now: &str| {
        let reader = MemoryReader::of(closings).with_state(tokyo.id.clone(), state.clone());
        let report = of(
            &reader,
            std::slice::from_ref(&tokyo),
            JUNE,
            Tz::Asia__Tokyo,
            now,
        );
        let [only] = <[_; 1]>::try_from(report.expect("a report").endpoints).expect("one");
        only
    };
    let now = "2027-06-14T03:00:00Z";
    let found = of_now(&state, &[], now);
    let hours = 3.0 + 2.0 + 1.0 / 6.0;
    near(found.hours, hours);
    near(found.cost_usd, hours * PRICE);
    let up = found.up_now.clone().expect("up");
    assert_eq!((up.since, up.association_seconds), (began, 5 * 3600 + 600));
    assert_eq!((found.requests, found.stays, found.unused_stays), (2, 1, 0));
    let longest = found.start_seconds.map(|starts| starts.longest);
    assert_eq!(longest, Some(300));
    // Going down: its time is over with the commit of the stop.
    state.stay.stop.since = Some(time("2027-06-14T02:00:00Z"));
    near(of_now(&state, &[], now).hours, 2.0 + 1.0 + 1.0 / 6.0);
    // Over meanwhile: its closing record was read after the lease table, and counts alone.
    let over = closed(&tokyo, 3, began, TimeDelta::hours(2));
    let found = of_now(&state, &[over], now);
    near(found.hours, 2.0);
    assert_eq!((found.stays, found.up_now), (1, None));
}

#[test]
fn what_is_managed_no_more_comes_after_the_others_by_name() {
    let [tokyo, osaka, kobe] = [('0', "tokyo"), ('1', "osaka"), ('2', "kobe")]
        .map(|(digit, name)| endpoint(name, digit, 1));
    let began = time("2027-06-14T00:00:00Z");
    let mut closings = vec![
        closed(&osaka, 1, began, TimeDelta::hours(1)),
        closed(&kobe, 1, began, TimeDelta::hours(1)),
        closed(&kobe, 2, began + TimeDelta::days(40), TimeDelta::hours(1)),
    ];
    // Not in the range at all.
    closings.push(closed(
        &endpoint("nara", '3', 1),
        1,
        began + TimeDelta::days(40),
        TimeDelta::hours(1),
    ));
    let reader = MemoryReader::of(&closings);
    let report = of(&reader, &[tokyo], JUNE, Tz::UTC, "2027-09-01T00:00:00Z").expect("a report");
    let names: Vec<_> = report
        .endpoints
        .iter()
        .map(|it| it.endpoint.name.to_string())
        .collect();
    assert_eq!(names, ["tokyo", "kobe", "osaka"]);
    let kobe = &report.endpoints[1];
    assert_eq!((kobe.stays, kobe.endpoint.subnets.len()), (1, 0));
    near(
        kobe.always_on_usd + kobe.office_hours_usd + kobe.saved_usd,
        0.0,
    );
    assert_eq!(report.known_since, Some(began + TimeDelta::minutes(65)));
}

#[test]
fn the_months_read_are_those_that_a_stay_of_the_range_may_have_ended_in() {
    let months = |range, zone, now| {
        let reader = MemoryReader::default();
        of(&reader, &[endpoint("tokyo", '0', 1)], range, zone, now).expect("a report");
        let calls = reader.calls().into_iter();
        // The last 15 calls look for the oldest record.
        let months: Vec<_> = calls
            .map(|(partition, _)| match partition {
                Partition::Month(month) => month.format("%Y-%m").to_string(),
                Partition::Endpoint(_) | Partition::Actor(_) | Partition::Day(_) => panic!(),
            })
            .collect();
        let read = months.len() - 15;
        months[..read].to_vec()
    };
    let late = "2028-01-01T00:00:00Z";
    let tokyo = Tz::Asia__Tokyo;
    // The first of June in Tokyo begins in May of UTC.
    let june = ["2027-09", "2027-08", "2027-07", "2027-06", "2027-05"];
    assert_eq!(months(JUNE, tokyo, late), june);
    assert_eq!(
        months(JUNE, tokyo, "2027-06-15T00:00:00Z"),
        ["2027-06", "2027-05"]
    );
    assert_eq!(months(JUNE, Tz::UTC, late), june[..4]);
    assert!(
        months(
            ["2027-10-01", "2027-10-31"],
            Tz::UTC,
            "2027-06-15T00:00:00Z"
        )
        .is_empty()
    );
}

#[test]
fn ranges_that_cannot_be_are_refused_and_an_index_that_is_built_is_named() {
    let tokyo = [endpoint("tokyo", '0', 1)];
    let mut reader = MemoryReader::default();
    let now = "2027-09-01T00:00:00Z";
    let asked = |reader: &MemoryReader, range| of(reader, &tokyo, range, Tz::UTC, now);
    let backwards = asked(&reader, ["2027-06-02", "2027-06-01"]);
    assert!(
        matches!(backwards, Err(UseError::Backwards)),
        "{backwards:?}"
    );
    assert!(asked(&reader, ["2026-06-15", "2027-07-14"]).is_ok());
    let long = asked(&reader, ["2026-06-15", "2027-07-15"]);
    assert!(matches!(long, Err(UseError::TooLong)), "{long:?}");
    let end = NaiveDate::MAX.to_string();
    let endless = asked(&reader, [end.as_str(), end.as_str()]);
    assert!(endless.is_err(), "{endless:?}");
    reader.not_ready = Some("by-month");
    let building = asked(&reader, JUNE);
    assert!(
        matches!(building, Err(UseError::IndexNotReady { index: "by-month" })),
        "{building:?}"
    );
}

#[test]
fn malformed_closing_records_count_for_nothing_and_are_counted() {
    let tokyo = endpoint("tokyo", '0', 1);
    let began = time("2027-06-14T00:00:00Z");
    let good = closed(&tokyo, 1, began, TimeDelta::hours(1));
    let mut reader = MemoryReader::of([&good]).answers_hold(2);
    for (n, attribute) in [
        "up_since",
        "association_seconds",
        "people_count",
        "actor",
        "event_id",
    ]
    .into_iter()
    .enumerate()
    {
        let at = TimeDelta::days(i64::try_from(n).expect("a number") - 2);
        let mut item = closed(&tokyo, 2, began + at, TimeDelta::hours(2)).to_item();
        item.insert(attribute.to_owned(), Value::S("=1+1".to_owned()));
        reader.put(item);
    }
    let report = of(&reader, &[tokyo], JUNE, Tz::UTC, "2027-09-01T00:00:00Z").expect("a report");
    assert_eq!(report.unreadable, 5);
    near(report.endpoints[0].hours, 1.0);
}

#[test]
fn hostile_times_make_no_hours() {
    let tokyo = endpoint("tokyo", '0', 1);
    let began = time("2027-06-14T00:00:00Z");
    // By clocks that differ it ends before it began; its time then counts where it began.
    let mut backwards = closed(&tokyo, 1, began, TimeDelta::seconds(-3));
    let mut lasting = closed(&tokyo, 2, began + TimeDelta::hours(5), TimeDelta::hours(1));
    for record in [&mut backwards, &mut lasting] {
        let closing = record.details.closing.as_deref_mut();
        closing.expect("a closing record").association_seconds = 3600;
    }
    backwards.details.duration = Some(TimeDelta::seconds(-3));
    lasting.details.duration = Some(TimeDelta::days(100_000));
    let mut absurd = closed(&tokyo, 3, began - TimeDelta::days(60), TimeDelta::hours(1));
    absurd.details.duration = Some(TimeDelta::MAX);
    let closing = absurd
        .details
        .closing
        .as_deref_mut()
        .expect("a closing record");
    closing.association_seconds = u64::MAX;
    closing.requests = Some(u64::MAX);
    let whole = only(
        &[absurd.clone(), absurd.clone()],
        ["2027-04-01", "2027-06-30"],
        Tz::UTC,
        "2027-09-01T00:00:00Z",
    );
    assert_eq!(whole.requests, u64::MAX);
    let found = only(
        &[backwards, lasting, absurd],
        JUNE,
        Tz::UTC,
        "2027-09-01T00:00:00Z",
    );
    near(found.hours, 2.0);
    let day: f64 = found.days.iter().map(|day| day.hours).sum();
    near(day, 2.0);
}

#[test]
fn at_most_20_000_closing_records_are_read_and_the_report_says_how_far() {
    let tokyo = endpoint("tokyo", '0', 1);
    let began = time("2027-06-01T00:00:00Z");
    let at = |n: usize| began + TimeDelta::minutes(2 * i64::try_from(n).expect("a number"));
    let stays: Vec<_> = (0..MAX_CLOSINGS + 100)
        .map(|n| closed(&tokyo, n as u64, at(n), TimeDelta::minutes(1)))
        .collect();
    let reader = MemoryReader::of(&stays);
    let now = "2027-07-20T00:00:00Z";
    let report = of(
        &reader,
        &[tokyo],
        ["2027-06-01", "2027-07-19"],
        Tz::UTC,
        now,
    );
    let report = report.expect("a report");
    let read: usize = reader.calls().iter().map(|(_, n)| n).sum();
    assert_eq!(report.endpoints[0].stays, MAX_CLOSINGS as u64);
    // And one, to know since when there are closing records.
    assert_eq!(read, MAX_CLOSINGS + 1);
    let oldest: DateTime<Utc> = stays[100].occurred_at;
    assert_eq!(report.read_back_to, Some(oldest));
    assert_eq!(report.known_since, Some(stays[0].occurred_at));
}

#[test]
fn nine_in_ten_starts_took_no_longer_than_the_90th_percentile() {
    let of = |seconds: &[u64]| {
        let starts = StartSeconds::of(seconds.to_vec());
        starts.map(|it| (it.median, it.p90, it.longest))
    };
    assert_eq!(of(&[]), None);
    assert_eq!(of(&[7]), Some((7, 7, 7)));
    assert_eq!(of(&[2, 1]), Some((1, 2, 2)));
    assert_eq!(of(&[3, 1, 2]), Some((2, 3, 3)));
    let ten: Vec<u64> = (1..=10).rev().collect();
    assert_eq!(of(&ten), Some((5, 9, 10)));
    let eleven: Vec<u64> = (1..=11).collect();
    assert_eq!(of(&eleven), Some((6, 10, 11)));
}
