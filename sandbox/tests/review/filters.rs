//! Filters hold for all records, alone and combined, and days are of the office's zone.

use chrono::{Days, NaiveDate, TimeDelta};
use chrono_tz::Tz;
use shared::model::audit::{Actor, AuditRecord, Details, Event};
use shared::model::item::{Item, Value};
use shared::model::{BookingId, ConnectionId};
use shared::review::log::{self, LogError, LogFilter};
use testkit::dice::Dice;

use crate::company::Company;
use crate::table::{Table, at, employee, key_set, osaka, record, tokyo};

const NOW: &str = "2026-01-20T12:00:00Z";

fn company() -> Company {
    Company {
        employees: 5,
        endpoints: 3,
        first_day: "2026-01-02".parse().unwrap(),
        days: 17,
        uses: 9,
    }
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The same rule by another way: the local date of each record, and plain words.
fn holds(filter: &LogFilter, item: &Item, zone: Tz) -> bool {
    let text = |name: &str| match item.get(name) {
        Some(Value::S(text)) => text.clone(),
        _ => String::new(),
    };
    let local = at(&text("occurred_at")).with_timezone(&zone).date_naive();
    let ids = match item.get("association_ids") {
        Some(Value::Ss(ids)) => ids.iter().cloned().collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    };
    let searched = [
        text("reason"),
        text("actor"),
        text("event_id"),
        text("endpoint_id"),
        text("connection_id"),
        text("booking_id"),
        text("booked_by"),
        text("trace_id"),
        ids,
    ];
    let event = text("event");
    filter
        .endpoint
        .as_ref()
        .is_none_or(|e| e.id.as_str() == text("endpoint_id"))
        && filter
            .actor
            .as_ref()
            .is_none_or(|actor| *actor == text("actor"))
        && (filter.events.is_empty()
            || filter
                .events
                .iter()
                .any(|e| event == *e || e.ends_with('.') && event.starts_with(e)))
        && filter.from.is_none_or(|from| local >= from)
        && filter.to.is_none_or(|to| local <= to)
        && filter.text.as_ref().is_none_or(|wanted| {
            searched
                .iter()
                .any(|text| text.to_lowercase().contains(&wanted.to_lowercase()))
        })
}

fn any_filter(dice: &mut Dice) -> LogFilter {
    let events = [
        "association.",
        "connection.ended",
        "disassociation.",
        "lease.",
        "association.requested",
    ];
    let texts = [
        "VPN",
        "EMPLOYEE0003",
        "cvpn-ASSOC-00",
        "Root=1-69",
        "nothing like it",
        "site1",
        "-0c00",
    ];
    let day = |dice: &mut Dice| date("2026-01-01") + Days::new(dice.between(0, 21));
    let mut filter = LogFilter::default();
    if dice.chance(40) {
        filter.endpoint = Some(Company::endpoint(
            usize::try_from(dice.between(0, 3)).unwrap(),
        ));
    }
    if dice.chance(40) {
        let actors = [
            "reaper",
            "employee0001@example.com",
            "employee0004@example.com",
            "external",
        ];
        filter.actor = dice.pick(&actors).map(ToString::to_string);
    }
    for _ in 0..dice.between(0, 2) {
        filter
            .events
            .extend(dice.pick(&events).map(ToString::to_string));
    }
    if dice.chance(40) {
        filter.from = Some(day(dice));
    }
    if dice.chance(40) {
        filter.to = Some(day(dice));
    }
    if dice.chance(40) {
        filter.text = dice.pick(&texts).map(ToString::to_string);
    }
    filter
}

#[tokio::test]
async fn whatever_filters_are_combined_all_that_they_leave_is_shown() {
    let all = company().records();
    let table = Table::of(&all).await;
    let mut dice = Dice::seeded(5);
    let mut shown_at_all = 0;
    for round in 0..80 {
        let filter = any_filter(&mut dice);
        let zone = *dice
            .pick(&[
                Tz::Asia__Tokyo,
                Tz::America__Los_Angeles,
                Tz::Pacific__Kiritimati,
            ])
            .unwrap();
        let limit = usize::try_from(dice.between(3, 120)).unwrap();
        let expected: Vec<Item> = all
            .iter()
            .filter(|item| holds(&filter, item, zone))
            .cloned()
            .collect();
        let shown = table.log(&filter, limit, zone, NOW).await;
        shown_at_all += shown.len();
        assert_eq!(
            key_set(&shown),
            key_set(&expected),
            "{round}: {filter:?} in {zone}"
        );
    }
    assert!(shown_at_all > 500, "{shown_at_all}");
}

#[tokio::test]
async fn a_day_has_the_hours_that_the_office_has() {
    for (zone, day, half_hours) in [
        (Tz::Europe__Berlin, "2026-03-29", 46),
        (Tz::Europe__Berlin, "2026-10-25", 50),
        (Tz::Asia__Tokyo, "2026-10-25", 48),
        // Midnight does not exist there on that day.
        (Tz::America__Asuncion, "2023-10-01", 46),
        (Tz::Asia__Kathmandu, "2026-10-25", 48),
        (Tz::Australia__Lord_Howe, "2026-04-05", 49),
    ] {
        let noon = date(day).and_hms_opt(12, 0, 0).unwrap().and_utc();
        let times = (-72..=72).map(|half| noon + TimeDelta::minutes(30 * half));
        let records = times.map(|time| record(time, Event::LeaseExtended, employee("yuki"), "on"));
        let items: Vec<Item> = records.map(|record| record.to_item()).collect();
        let table = Table::of(&items).await;
        let now = (noon + TimeDelta::days(30)).to_rfc3339();
        for (endpoint, actor) in [
            (None, None),
            (Some(tokyo()), None),
            (None, Some("yuki@example.com".to_owned())),
        ] {
            let filter = LogFilter {
                endpoint,
                actor,
                from: Some(date(day)),
                to: Some(date(day)),
                ..LogFilter::default()
            };
            let shown = table.log(&filter, 20, zone, &now).await;
            assert_eq!(shown.len(), half_hours, "{day} in {zone}");
        }
    }
}

#[tokio::test]
async fn a_range_holds_for_when_it_happened_and_not_for_the_id() {
    // Noted at 00:10 of the next day, and made of a fact of the day before.
    let ended = record(
        at("2026-01-10T23:50:00Z"),
        Event::ConnectionEnded,
        Actor::Client("yuki".to_owned()),
        "end",
    );
    let late = AuditRecord {
        event_id: shared::model::audit::EventId::of_fact(at("2026-01-11T00:10:00Z"), &["late"]),
        ..ended.clone()
    };
    let table = Table::of(&[ended.to_item(), late.to_item()]).await;
    let of_day = |day| LogFilter {
        endpoint: Some(tokyo()),
        from: Some(date(day)),
        to: Some(date(day)),
        ..LogFilter::default()
    };
    assert_eq!(
        table
            .log(&of_day("2026-01-10"), 10, Tz::UTC, NOW)
            .await
            .len(),
        2
    );
    assert_eq!(
        table
            .log(&of_day("2026-01-11"), 10, Tz::UTC, NOW)
            .await
            .len(),
        0
    );
    assert_eq!(
        table
            .log(&of_day("2026-01-11"), 10, Tz::Asia__Tokyo, NOW)
            .await
            .len(),
        2
    );
}

#[tokio::test]
async fn a_text_is_found_whatever_its_case_in_reason_actor_and_ids() {
    let mut found = record(
        at("2026-01-19T03:00:00Z"),
        Event::ConnectionEnded,
        Actor::Client("Ørsted ÅSA".to_owned()),
        "ＶＰＮ über Straße",
    );
    found.details = Details {
        connection_id: Some(ConnectionId::observed("cvpn-connection-0ABC")),
        booking_id: Some(BookingId::observed("b00c4ed5")),
        booked_by: Some("hana@example.com".parse().unwrap()),
        ..Details::default()
    };
    found.details.origin.trace_id = Some("Root=1-Trace".to_owned());
    found.details.origin.user_agent = Some("only here".to_owned());
    let other = record(
        at("2026-01-19T04:00:00Z"),
        Event::ModeChanged,
        employee("ren"),
        "held",
    );
    let table = Table::of(&[found.to_item(), other.to_item()]).await;
    for (text, hits) in [
        ("ørsted åsa", 1),
        ("ｖｐｎ ÜBER", 1),
        ("CONNECTION-0abc", 1),
        ("root=1-TRACE", 1),
        ("B00C4ED5", 1),
        ("HANA@", 1),
        (&found.event_id.to_string().to_uppercase()[..20], 1),
        ("CVPN-ENDPOINT-0A1B", 2),
        ("only here", 0),
        ("", 2),
    ] {
        let filter = LogFilter {
            text: Some(text.to_owned()),
            ..LogFilter::default()
        };
        let shown = table.log(&filter, 10, Tz::UTC, NOW).await;
        assert_eq!(shown.len(), hits, "{text}");
    }
}

#[tokio::test]
async fn a_cursor_of_another_view_is_refused() {
    let table = Table::of(&company().records()).await;
    let plain = LogFilter::default();
    let of_tokyo = LogFilter {
        endpoint: Some(Company::endpoint(0)),
        ..plain.clone()
    };
    let of_osaka = LogFilter {
        endpoint: Some(osaka()),
        ..plain.clone()
    };
    let by_reaper = LogFilter {
        actor: Some("reaper".to_owned()),
        ..plain.clone()
    };
    let early = LogFilter {
        to: Some(date("2026-01-05")),
        ..plain.clone()
    };
    let late = LogFilter {
        from: Some(date("2026-01-18")),
        ..plain.clone()
    };
    let early_tokyo = LogFilter {
        to: Some(date("2026-01-05")),
        ..of_tokyo.clone()
    };
    let page = |filter: LogFilter, cursor: Option<log::Cursor>| {
        let reader = &table.reader;
        async move { log::page(reader, &filter, cursor.as_ref(), 5, Tz::UTC, at(NOW)).await }
    };
    let next = async |filter: &LogFilter| page(filter.clone(), None).await.unwrap().next.unwrap();
    for (from, to) in [
        (&plain, &of_tokyo),
        (&plain, &by_reaper),
        (&of_tokyo, &plain),
        (&of_tokyo, &of_osaka),
        (&of_tokyo, &by_reaper),
        (&by_reaper, &of_tokyo),
        (&by_reaper, &plain),
        (&plain, &early),
        (&early, &late),
        (&of_tokyo, &early_tokyo),
    ] {
        let answer = page(to.clone(), Some(next(from).await)).await;
        assert!(
            matches!(answer, Err(LogError::Cursor(_))),
            "{from:?} {to:?}: {answer:?}"
        );
    }
    // Far days are no place to go on from either.
    for day in ["+262142-12-31", "-262143-01-01", "9999-12-31", "0001-01-01"] {
        use base64::Engine as _;
        let json = format!("[1,\"{day}\",null]");
        let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(json);
        if let Ok(cursor) = text.parse() {
            let answer = page(plain.clone(), Some(cursor)).await;
            assert!(
                matches!(answer, Err(LogError::Cursor(_))),
                "{day}: {answer:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_range_at_the_ends_of_time_is_empty_or_whole_and_never_a_panic() {
    let table = Table::of(&company().records()).await;
    for day in [
        NaiveDate::MIN,
        NaiveDate::MAX,
        date("0001-01-01"),
        date("9999-12-31"),
    ] {
        for (from, to) in [(Some(day), None), (None, Some(day)), (Some(day), Some(day))] {
            for endpoint in [None, Some(Company::endpoint(0))] {
                let filter = LogFilter {
                    from,
                    to,
                    endpoint,
                    ..LogFilter::default()
                };
                for zone in [Tz::UTC, Tz::Pacific__Kiritimati, Tz::Pacific__Pago_Pago] {
                    let page = log::page(&table.reader, &filter, None, 500, zone, at(NOW)).await;
                    let is_past = day < date("2026-01-01");
                    let all = from.is_none_or(|_| is_past) && to.is_none_or(|_| !is_past);
                    assert_eq!(!page.unwrap().records.is_empty(), all, "{filter:?}");
                }
            }
        }
    }
}
