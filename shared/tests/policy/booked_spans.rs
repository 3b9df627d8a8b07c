//! When bookings keep an endpoint that is up.

use chrono::{DateTime, Utc};
use shared::model::{Booking, EndpointState, Mode};
use shared::policy::booked_spans;

use crate::bookings::{Stay as _, date, dated, tokyo, workdays};
use crate::world::{AROUND, rules, seconds};

/// An endpoint whose starts take eight minutes, so that its lead is ten.
fn booked(bookings: &[Booking]) -> EndpointState {
    let mut state = EndpointState::default();
    state.sightings.start_seconds = vec![480; 3];
    state.bookings = bookings.to_vec();
    state
}

/// The spans at a time of 23 November, as times of that day.
fn spans(state: &EndpointState, now: &str) -> Vec<(String, String)> {
    let now = tokyo(&format!("2026-11-23T{now}"));
    let clock = |at: DateTime<Utc>| {
        let local = at.with_timezone(&chrono_tz::Asia::Tokyo);
        local.format("%d %H:%M:%S").to_string()
    };
    let spans = booked_spans(state, &rules(), now);
    spans
        .into_iter()
        .map(|span| (clock(span.from), clock(span.until)))
        .collect()
}

fn span(from: &str, until: &str) -> (String, String) {
    (from.to_owned(), until.to_owned())
}

#[test]
fn it_is_kept_from_twenty_minutes_before_the_lead_to_the_end_of_the_lease() {
    let state = booked(&[dated("2026-11-23", "08:30")]);
    let kept = [span("23 08:00:00", "23 09:00:00")];
    for now in ["00:00:00", "07:59:59", "08:00:00", "08:20:00", "08:59:59"] {
        assert_eq!(spans(&state, now), kept, "{now}");
    }
    assert_eq!(spans(&state, "09:00:00"), []);
    let long = booked(&[dated("2026-11-23", "08:30").staying_until("18:00")]);
    assert_eq!(
        spans(&long, "08:59:59"),
        [span("23 08:00:00", "23 18:00:00")]
    );
    // Its window has passed: it will not be placed any more.
    assert_eq!(spans(&long, "09:00:00"), []);
}

#[test]
fn what_is_placed_or_ended_or_lapses_keeps_nothing() {
    let now = "08:10:00";
    let weekly = dated("2026-11-23", "08:30");
    let placed = Booking {
        placed_for: Some(date("2026-11-23")),
        ..weekly.clone()
    };
    let ended = Booking {
        ended_at: Some(tokyo("2026-11-20T12:00:00")),
        ..weekly.clone()
    };
    assert_eq!(spans(&booked(&[placed, ended]), now), []);
    for second in AROUND {
        let lapses_at = tokyo("2026-11-23T08:20:00") + seconds(second);
        let lapsing = Booking {
            renewed_at: lapses_at - rules().booking_lifetime,
            ..weekly.clone()
        };
        let is_kept = !spans(&booked(&[lapsing]), now).is_empty();
        assert_eq!(is_kept, second > 0, "{second}");
    }
}

#[test]
fn spans_that_touch_are_one() {
    let pair = |second: &str| {
        let later = dated("2026-11-23", second);
        booked(&[later, dated("2026-11-23", "08:30")])
    };
    // The first ends at 09:00, and the second begins half an hour before its time.
    let one = [span("23 08:00:00", "23 10:00:00")];
    assert_eq!(spans(&pair("09:30"), "07:00:00"), one);
    let two = [
        span("23 08:00:00", "23 09:00:00"),
        span("23 09:01:00", "23 10:01:00"),
    ];
    assert_eq!(spans(&pair("09:31"), "07:00:00"), two);
    // The longer one holds the shorter.
    let both = booked(&[
        dated("2026-11-23", "08:30").staying_until("18:00"),
        dated("2026-11-23", "09:00"),
    ]);
    assert_eq!(
        spans(&both, "07:00:00"),
        [span("23 08:00:00", "23 18:00:00")]
    );
}

#[test]
fn the_next_days_are_in_it_as_far_as_a_stop_could_need_them() {
    let state = booked(&[workdays("08:30")]);
    let tuesday = span("24 08:00:00", "24 09:00:00");
    assert_eq!(spans(&state, "09:00:00")[0], tuesday);
    assert_eq!(
        spans(&booked(&[workdays("00:05")]), "23:59:00")[0],
        span("23 23:35:00", "24 00:35:00")
    );
}

#[test]
fn an_order_that_keeps_it_from_being_placed_lets_the_endpoint_go() {
    let held = |mode: Mode, until: Option<&str>| {
        let mut state = booked(&[dated("2026-11-23", "08:30")]);
        state.order.mode = Some(mode);
        state.order.until = until.map(|until| tokyo(&format!("2026-11-23T{until}")));
        state
    };
    let free = [span("23 08:00:00", "23 09:00:00")];
    // Whoever held it in the morning knows nothing of its lead.
    let until_lead = [span("23 08:00:00", "23 08:20:00")];
    for mode in [Mode::Hold, Mode::Off] {
        let held = |until| held(mode.clone(), until);
        assert_eq!(spans(&held(None), "08:10:00"), until_lead);
        assert_eq!(spans(&held(Some("08:20:01")), "08:10:00"), until_lead);
        assert_eq!(spans(&held(Some("08:20:00")), "08:10:00"), free);
        // Due, and held up: what is up is not kept for it.
        assert_eq!(spans(&held(Some("08:50:00")), "08:20:00"), []);
        assert_eq!(spans(&held(Some("08:50:00")), "08:50:00"), free);
    }
    assert_eq!(spans(&held(Mode::On, None), "08:10:00"), free);
}
