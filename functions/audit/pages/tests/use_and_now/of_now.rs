//! Now: what is late, low, ordered and in force.

use audit_pages::{EndpointNow, Language};
use chrono::{DateTime, TimeDelta, Utc, WeekdaySet};
use shared::model::{BookedOn, Booking, Mode, WORKDAYS};
use shared::policy::{Phase, Reason};
use shared::reconcile::{LeaseView, ModeView};

use crate::between;
use crate::generated::date;
use crate::generated::now;
use crate::generated::now::{booked, booking, connection, endpoint, endpoints, now_page, status};

#[test]
fn the_page_now_stays_below_it_too() {
    let crowd = |n: usize| {
        let name = format!("vpn-{n}");
        let mut stands = status(&name, Phase::Ready, Reason::InUse { connections: 500 });
        stands.active_connections = Some(500);
        let lease = |n| LeaseView {
            email: format!("employee.{n}@example.com"),
            until: Some(now()),
        };
        stands.leases = (0..500).map(lease).collect();
        let user = "\"\u{202e}'<&\"".repeat(40);
        let of_user = |_| connection(&user, "2026-11-26T00:00:00Z", Some(1), true);
        let of_owner = |n: u32| {
            let owner = format!("{}{n}@example.com", "\"'<&".repeat(4));
            booking(&owner, BookedOn::Days(WORKDAYS), "08:30")
        };
        EndpointNow {
            connections: (0..500).map(of_user).collect(),
            bookings: booked((0..500).map(of_owner).collect(), Some(Mode::Hold)),
            more_bookings: 7,
            ..endpoint(stands, &[])
        }
    };
    let all: Vec<EndpointNow> = (0..50).map(crowd).collect();
    for endpoints in [1, 5, 50] {
        let page = now_page(Language::En, &all[..endpoints], true);
        let escaped = page.len() + page.matches(['"', '\n']).count();
        assert!(escaped < 900_000, "{endpoints} endpoints: {escaped} bytes");
        let listed = page.matches("<td role=\"cell\">silent</td>").count();
        assert_eq!(listed, endpoints * 200.min(600 / endpoints));
        assert!(page.contains("and 470 more"));
        let listed = page.matches("Cancel this booking").count();
        assert_eq!(listed, endpoints * (250 / endpoints));
        let more = 507 - 250 / endpoints;
        assert!(page.contains(&format!("{more} more are booked, not listed here.")));
    }
    assert!(
        now_page(Language::En, &all[..1], true).contains("300 more are connected, not listed here")
    );
}

fn swept_at(at: Option<DateTime<Utc>>) -> String {
    let tokyo = EndpointNow {
        last_sweep_at: at,
        ..endpoint(status("tokyo", Phase::Off, Reason::NotWanted), &[])
    };
    now_page(Language::En, &[tokyo], true)
}

#[test]
fn sweeps_that_are_late_by_more_than_five_minutes_are_a_warning() {
    for (seconds, is_late) in [(299, false), (300, false), (301, true)] {
        let page = swept_at(Some(now() - TimeDelta::seconds(seconds)));
        assert_eq!(
            page.contains("The last sweep of tokyo was"),
            is_late,
            "{seconds} s"
        );
    }
    // A clock that is ahead is not late.
    assert!(!swept_at(Some(now() + TimeDelta::seconds(30))).contains("role=\"alert\""));
    assert!(swept_at(None).contains("No sweep of tokyo is on record yet."));
}

#[test]
fn connections_stand_beside_the_limit_that_judges_them() {
    let rates = [
        (Some(255), false),
        (Some(256), false),
        (Some(3), true),
        (None, false),
    ];
    let users = ["below", "at", "asleep", "unmeasured"];
    let connections = users
        .iter()
        .zip(rates)
        .map(|(user, (rate, is_silent))| connection(user, "2026-11-26T00:00:00Z", rate, is_silent));
    let tokyo = EndpointNow {
        connections: connections.collect(),
        ..endpoint(
            status("tokyo", Phase::Ready, Reason::InUse { connections: 3 }),
            &[],
        )
    };
    let page = now_page(Language::En, &[tokyo], true);
    let table = between(&page, "<table class=\"rates\"", "</table>");
    let rows: Vec<&str> = table.split("<tr").skip(2).collect();
    let expected = [
        ("at", "in use"),
        ("below", "in use, below the limit now"),
        ("asleep", "silent"),
        ("unmeasured", "in use"),
    ];
    for (row, (user, counts)) in rows.iter().zip(expected) {
        assert!(row.contains(&format!("<bdi>{user}</bdi>")), "{row}");
        assert!(
            row.contains(&format!("<td role=\"cell\">{counts}</td>")),
            "{row}"
        );
    }
    assert!(page.contains("The limit is 256 KiB an hour"));
}

#[test]
fn orders_are_for_administrators() {
    let [administrators, auditors] =
        [true, false].map(|is| now_page(Language::En, &endpoints(), is));
    assert!(administrators.contains("href=\"/vpn/tokyo/status#orders\""));
    assert!(!auditors.contains("#orders"));
    // All read the log.
    assert!(auditors.contains("href=\"/audit/records?endpoint=tokyo\""));
}

#[test]
fn the_policy_in_force_is_told_setting_by_setting() {
    let page = now_page(Language::En, &endpoints(), false);
    let table = between(&page, "<table class=\"settings\">", "</table>");
    assert!(table.contains("Idle minutes before the VPN is taken down <code>IDLE_TIMEOUT_MINUTES</code></th><td><bdi class=\"line\">60</bdi></td>"));
    assert!(
        table.contains(
            "<bdi class=\"line\">10.0.0.0/8</bdi><bdi class=\"line\">172.16.0.0/12</bdi>"
        )
    );
    assert!(table.contains("<code>ALLOWED_EMAIL_DOMAINS</code></th><td>none</td>"));
    assert!(page.contains("Since 2 Nov 10:12 JST"));
}

/// The bookings on the card of an endpoint that is off, as this viewer sees them.
fn bookings_of(bookings: Vec<Booking>, order: Option<Mode>, is_administrator: bool) -> String {
    let mut stands = status("tokyo", Phase::Off, Reason::NotWanted);
    stands.mode = order.clone().map(|mode| ModeView {
        mode: mode.as_str().to_owned(),
        until: None,
        by: None,
        reason: None,
        text: String::new(),
    });
    let tokyo = EndpointNow {
        bookings: booked(bookings, order),
        ..endpoint(stands, &[])
    };
    let page = now_page(Language::En, &[tokyo], is_administrator);
    between(&page, "<div class=\"bookings\">", "<div class=\"facts\">").to_owned()
}

fn workdays(owner: &str, ready_by: &str) -> Booking {
    booking(owner, BookedOn::Days(WORKDAYS), ready_by)
}

#[test]
fn bookings_that_stand_are_told_in_the_order_in_which_they_come_next() {
    let ended = Booking {
        ended_at: Some(now()),
        ..workdays("gone@example.com", "08:00")
    };
    let past = booking(
        "past@example.com",
        BookedOn::Date(date("2026-11-26")),
        "17:20",
    );
    let placed = Booking {
        placed_for: Some(date("2026-11-27")),
        ..workdays("placed@example.com", "08:30")
    };
    let mondays = BookedOn::Days(WeekdaySet::single(chrono::Weekday::Mon));
    let mut long = booking("long@example.com", BookedOn::Days(WeekdaySet::ALL), "22:00");
    long.times.stay_until = Some(chrono::NaiveTime::MIN);
    let card = bookings_of(
        vec![
            booking("holiday@example.com", mondays, "09:00"),
            ended,
            past,
            placed,
            long,
            booking(
                "date@example.com",
                BookedOn::Date(date("2026-11-28")),
                "09:00",
            ),
        ],
        None,
        false,
    );
    let rows: Vec<&str> = card
        .split("<tr role=\"row\"><th role=\"rowheader\"")
        .skip(1)
        .collect();
    let expected: [(&str, &[&str]); 4] = [
        (
            "long",
            &[
                "every day 22:00 until 00:00",
                "2026-11-26T13:00:00Z",
                "22:00 JST",
            ],
        ),
        (
            "placed",
            &["Mon–Fri 08:30", "27 Nov 08:30 JST", "asked for"],
        ),
        ("date", &["Sat 28 Nov 09:00"]),
        (
            "holiday",
            &[
                "Mon 09:00",
                "7 Dec 09:00 JST",
                "Mon 30 Nov is a holiday",
                ">15 Jan<",
            ],
        ),
    ];
    assert_eq!(rows.len(), expected.len(), "{card}");
    for (row, (owner, told)) in rows.iter().zip(expected) {
        assert!(
            row.contains(&format!("<bdi>{owner}@example.com</bdi>")),
            "{row}"
        );
        for text in told {
            assert!(row.contains(text), "no {text}: {row}");
        }
    }
    assert!(card.contains("<span class=\"count\">4</span>"), "{card}");
    assert!(bookings_of(Vec::new(), None, true).contains("No one has booked it."));
}

#[test]
fn what_an_order_holds_up_is_told() {
    // Ready by 17:30: ten minutes from now, and a start takes fifteen.
    let bookings = || {
        vec![
            workdays("hana@example.com", "17:30"),
            workdays("ken@example.com", "18:30"),
        ]
    };
    for (order, is_held) in [
        (None, false),
        (Some(Mode::On), false),
        (Some(Mode::Hold), true),
        (Some(Mode::Off), true),
    ] {
        let card = bookings_of(bookings(), order.clone(), false);
        assert_eq!(
            card.contains("The order keeps the VPN off"),
            is_held,
            "{order:?}"
        );
        let held_up = card.matches("held up by the order").count();
        assert_eq!(held_up, usize::from(is_held), "{order:?}");
    }
}

#[test]
fn an_administrator_takes_a_booking_back_and_an_auditor_reads_it() {
    let odd = "\u{202e}ken@example.com";
    let bookings = || {
        vec![
            workdays("hana@example.com", "17:30"),
            workdays(odd, "17:30"),
        ]
    };
    let id = &bookings()[0].id.clone();
    let card = bookings_of(bookings(), None, true);
    let form = between(&card, "<form", "</form>");
    assert!(form.contains(&format!(
        "method=\"post\" action=\"/vpn/tokyo/bookings/{id}/cancel\""
    )));
    assert!(form.contains("<input type=\"hidden\" name=\"email\" value=\"hana@example.com\">"));
    // What a page cannot show as it is, it does not send.
    assert_eq!(card.matches("<form").count(), 1, "{card}");
    assert!(card.contains("[U+202E]ken@example.com"));
    assert!(!bookings_of(bookings(), None, false).contains("<form"));
}

#[test]
fn ten_bookings_stand_there_and_the_others_behind_one_click() {
    for (count, rest) in [(10, None), (11, Some("1 more")), (250, Some("240 more"))] {
        let bookings = (0..count).map(|n| workdays(&format!("p{n}@example.com"), "08:30"));
        let card = bookings_of(bookings.collect(), None, true);
        assert_eq!(card.matches("<th role=\"rowheader\"").count(), count);
        let summary = card.contains("<summary id=\"vpn-0-more-bookings\">");
        assert_eq!(summary, rest.is_some(), "{count}");
        assert!(
            rest.is_none_or(|rest| card.contains(&format!(">{rest}</summary>"))),
            "{count}"
        );
    }
}
