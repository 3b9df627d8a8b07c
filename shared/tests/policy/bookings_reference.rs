//! Bookings against a reference that looks at the clock on the wall minute by minute, with random ones over two months
//! in which clocks change: each date has its window, none has two, and each is placed once or missed.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc, WeekdaySet};
use fastrand::Rng;
use shared::model::{BookedOn, Booking, Holidays, Rules, parse_day};
use shared::policy::{due, missed, next};

use crate::bookings::workdays;
use crate::wall_clock::{BERLIN, NEW_YORK, TOKYO, Zone};
use crate::world::{minutes, rules};

const DAY: i64 = 24 * 3600;
const CASES_PER_ZONE: usize = 8;
const DAYS: i64 = 60;
const WORDS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A booking in plain numbers: days since 1970, and minutes.
#[derive(Debug)]
struct Case {
    /// Days of the week, Monday first; `None`: one date.
    weekly: Option<[bool; 7]>,
    date: i64,
    ready_by: i64,
    lead: i64,
    grace: i64,
    holidays: BTreeSet<i64>,
    created_at: i64,
    first_day: i64,
}

/// A date for which it stands, in epoch seconds.
#[derive(Debug, Clone, Copy)]
struct Window {
    day: i64,
    ready_at: i64,
    from: i64,
    until: i64,
}

impl Case {
    fn random(random: &mut Rng, zone: &Zone) -> Self {
        // 2026-02-01, and the months around each change of clocks.
        let mut begins = vec![1_769_904_000];
        begins.extend(zone.changes().iter().map(|at| at - 20 * DAY));
        let first_day = random.choice(begins).expect("not empty") / DAY;
        let mut days = [false; 7];
        days.fill_with(|| random.bool());
        days[usize::from(random.u8(0..7))] = true;
        // The hours in which clocks change, and around midnight, more often than others.
        let ready_by = match random.i64(0..4) {
            0 => random.i64(60..=200),
            1 => random.i64(-40..=40).rem_euclid(24 * 60),
            _ => random.i64(0..24 * 60),
        };
        Self {
            weekly: (random.i64(0..4) > 0).then_some(days),
            date: first_day + random.i64(2..DAYS),
            ready_by,
            lead: random.i64(2..=30),
            grace: random.i64(0..=150),
            holidays: (0..8).map(|_| first_day + random.i64(0..DAYS)).collect(),
            created_at: first_day * DAY + random.i64(0..DAY),
            first_day,
        }
    }

    fn names(&self, day: i64) -> bool {
        match self.weekly {
            // The first of January 1970 was a Thursday.
            Some(days) => {
                let weekday = usize::try_from((day + 3).rem_euclid(7)).expect("a day of a week");
                days[weekday] && !self.holidays.contains(&day)
            }
            None => day == self.date,
        }
    }

    /// All of its dates, in order.
    fn windows(&self, zone: &Zone) -> Vec<Window> {
        let days = self.first_day..self.first_day + DAYS;
        let window = |day: i64| {
            let shown = day * DAY + self.ready_by * 60;
            // The first minute at which the clock shows that time, or a later one.
            let mut around = (shown - 15 * 3600..).step_by(60);
            let ready_at = around.find(|at| zone.shown(*at) >= shown)?;
            (self.names(day) && self.created_at < ready_at).then(|| Window {
                day,
                ready_at,
                from: ready_at - self.lead * 60,
                until: ready_at + self.grace.min(120) * 60,
            })
        };
        days.filter_map(window).collect()
    }

    fn rules(&self, zone: &Zone) -> Rules {
        let ranges = self.holidays.iter().map(|day| civil(*day).to_string());
        let ranges = ranges.map(|date| date.parse().expect("a date"));
        Rules {
            time_zone: zone.tz,
            first_connection_grace: minutes(self.grace),
            holidays: Holidays::of(ranges.collect()),
            booking_lifetime: TimeDelta::days(1000),
            ..rules()
        }
    }

    fn booking(&self) -> Booking {
        let on = match self.weekly {
            Some(days) => {
                let named = WORDS.iter().zip(days).filter(|(_, is_named)| *is_named);
                let days: Option<WeekdaySet> = named.map(|(word, _)| parse_day(word)).collect();
                BookedOn::Days(days.expect("words of days"))
            }
            None => BookedOn::Date(civil(self.date)),
        };
        let at = instant(self.created_at);
        let mut booking = workdays("08:30");
        booking.times.on = on;
        booking.times.ready_by = NaiveTime::from_num_seconds_from_midnight_opt(
            u32::try_from(self.ready_by * 60).expect("positive"),
            0,
        )
        .expect("a time of day");
        booking.created_at = at;
        booking.renewed_at = at;
        booking
    }
}

fn instant(epoch: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(epoch, 0).expect("a time")
}

/// The date of a day since 1970.
fn civil(day: i64) -> NaiveDate {
    NaiveDate::default() + TimeDelta::days(day)
}

/// Walks through all minutes near a window, and some between; some dates are placed after a few minutes, others never.
fn walk(case: &Case, zone: &Zone, random: &mut Rng) -> usize {
    let (rules, lead) = (case.rules(zone), minutes(case.lead));
    let mut booking = case.booking();
    let mut placed = Vec::new();
    let mut settled = i64::MIN;
    let windows = case.windows(zone);
    let begin = case.created_at;
    let mut place_in = random.i64(0..20);
    let mut now = begin - begin.rem_euclid(60) + 60;
    while now < (case.first_day + DAYS - 1) * DAY {
        let is_open = |window: &&Window| window.from <= now && now < window.until;
        let mut open = windows
            .iter()
            .filter(is_open)
            .filter(|window| window.day > settled);
        let expected = open.next();
        assert!(open.next().is_none(), "two at once: {case:?}");
        let found = due(&booking, lead, &rules, instant(now)).map(|due| due.date);
        assert_eq!(
            found,
            expected.map(|window| civil(window.day)),
            "{now} {case:?}"
        );
        if let Some(window) = expected {
            place_in -= 1;
            if place_in < 0 {
                booking.placed_for = found;
                settled = window.day;
                placed.push(window.day);
                place_in = if random.bool() {
                    random.i64(0..20)
                } else {
                    i64::MAX
                };
            }
        } else if place_in > 1000 {
            place_in = random.i64(0..20);
        }
        check_missed(case, &booking, &rules, &windows, (settled, now));
        let is_near = |window: &Window| (now - window.ready_at).abs() < 3 * 3600;
        now += if windows.iter().any(is_near) {
            60
        } else {
            17 * 60
        };
    }
    placed.len()
}

/// What was missed since the last date that is settled, and what comes next.
fn check_missed(
    case: &Case,
    booking: &Booking,
    rules: &Rules,
    windows: &[Window],
    (settled, now): (i64, i64),
) {
    let passed = windows
        .iter()
        .filter(|window| window.day > settled && window.until <= now);
    let passed: Vec<i64> = passed.map(|window| window.day).collect();
    let found = missed(booking, rules, instant(now));
    let found = found.map(|missed| (missed.last.date, missed.count));
    let expected = passed.last().map(|day| (civil(*day), passed.len()));
    assert_eq!(found, expected, "missed at {now}: {case:?}");
    // Beyond the last window that the reference knows it says nothing.
    if let Some(coming) = windows.iter().find(|window| window.ready_at > now) {
        let found = next(booking, minutes(case.lead), rules, instant(now));
        let found = found.map(|next| next.ready_at.timestamp());
        assert_eq!(found, Some(coming.ready_at), "next at {now}: {case:?}");
    }
}

#[test]
fn each_date_is_due_in_its_window_alone_and_is_placed_once_or_missed() {
    let mut random = Rng::with_seed(20_261_123);
    for zone in [TOKYO, BERLIN, NEW_YORK] {
        let mut placed = 0;
        for _ in 0..CASES_PER_ZONE {
            let case = Case::random(&mut random, &zone);
            placed += walk(&case, &zone, &mut random);
        }
        // Cases in which nothing is placed test little.
        assert!(placed > 3 * CASES_PER_ZONE, "{}: {placed}", zone.tz);
    }
}
