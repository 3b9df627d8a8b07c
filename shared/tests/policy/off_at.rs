//! Off at: each condition alone and together, and the idle time in force at the instant itself.

use chrono::{DateTime, Utc};
use shared::model::BookedSpan;
use shared::policy::{KeepRule, OffAt, last_active_at, off_at};

use crate::wall_clock::{TOKYO, Zone};
use crate::world::{AROUND, World, minutes, noon, seconds, time};

fn off(world: &World) -> Option<OffAt> {
    let usage = world.seen.usage.as_ref().expect("connections were read");
    off_at(
        &world.state,
        usage,
        &world.seen.booked,
        &world.rules,
        world.now,
    )
}

pub(crate) fn instant(world: &World) -> DateTime<Utc> {
    off(world).expect("not in use").at
}

/// Ready for ten hours, last used at a time, at that time.
pub(crate) fn last_used(zone: &Zone, at: &str) -> World {
    let at = time(at);
    World::ready().at(at).with(|w| {
        w.rules.time_zone = zone.tz;
        w.state.stay.ready_since = Some(at - minutes(600));
        w.state.stay.last_active_at = Some(at);
    })
}

#[test]
fn each_condition_alone_holds_until_its_time() {
    let later = noon() + minutes(20);
    let cases: [(&str, World, DateTime<Utc>, KeepRule); 5] = [
        ("nothing", World::ready(), noon(), KeepRule::FirstConnection),
        (
            "a lease",
            World::ready().lease("yuki@example.com", later),
            later,
            KeepRule::Lease,
        ),
        (
            "the later of two leases",
            World::ready()
                .lease("yuki@example.com", later)
                .lease("ken@example.com", later - minutes(5)),
            later,
            KeepRule::Lease,
        ),
        (
            "the first connection's grace, from ready and not from the click",
            World::ready().with(|w| w.state.stay.ready_since = Some(later - minutes(30))),
            later,
            KeepRule::FirstConnection,
        ),
        (
            "the idle time",
            World::ready().with(|w| w.state.stay.last_active_at = Some(later - minutes(60))),
            later,
            KeepRule::Idle {
                since: later - minutes(60),
                timeout: minutes(60),
                overnight: false,
            },
        ),
    ];
    for (name, world, at, rule) in cases {
        assert_eq!(off(&world), Some(OffAt { at, rule }), "{name}");
    }
}

#[test]
fn all_conditions_have_to_pass() {
    let at = |n: i64| noon() + minutes(n);
    // Lease until, grace until, idle until (minutes from now), off at.
    let cases = [
        (30, 20, 10, 30),
        (20, 30, 10, 30),
        (10, 20, 30, 30),
        (10, 10, 10, 10),
        (-5, -5, -5, 0),
        (-5, -5, 1, 1),
        (1, -5, -5, 1),
        (-5, 1, -5, 1),
    ];
    for (lease, grace, idle, expected) in cases {
        let world = World::ready()
            .lease("yuki@example.com", at(lease))
            .with(|w| {
                w.state.stay.ready_since = Some(at(grace) - minutes(30));
                w.state.stay.last_active_at = Some(at(idle) - minutes(60));
            });
        assert_eq!(instant(&world), at(expected), "{lease} {grace} {idle}");
    }
}

#[test]
fn each_condition_keeps_it_to_the_second() {
    let boundary = noon();
    let cases: [(&str, World); 4] = [
        ("lease", World::ready().lease("yuki@example.com", boundary)),
        (
            "grace",
            World::ready().with(|w| w.state.stay.ready_since = Some(boundary - minutes(30))),
        ),
        (
            "idle by day",
            World::ready().with(|w| w.state.stay.last_active_at = Some(boundary - minutes(60))),
        ),
        (
            "idle by day since a connection's end",
            World::ready().with(|w| {
                w.seen.usage.as_mut().unwrap().last_ended_at = Some(boundary - minutes(60));
            }),
        ),
    ];
    for (name, world) in cases {
        for second in AROUND {
            let now = boundary + seconds(second);
            let world = world.clone().at(now);
            assert_eq!(instant(&world), now.max(boundary), "{name} {second}");
            let stops = world.actions().contains(&"Stop");
            assert_eq!(stops, second >= 0, "{name} {second}");
        }
    }
    // The same by night, where ten minutes do.
    let boundary = time("2026-11-23T23:10:00+09:00");
    let world = World::ready().with(|w| w.state.stay.last_active_at = Some(boundary - minutes(10)));
    for second in AROUND {
        let now = boundary + seconds(second);
        let world = world.clone().at(now);
        assert_eq!(instant(&world), now.max(boundary), "night {second}");
        let stops = world.actions().contains(&"Stop");
        assert_eq!(stops, second >= 0, "night {second}");
    }
}

#[test]
fn a_booking_keeps_it_only_where_its_time_begins_before_the_rest_has_passed() {
    let at = |second: i64| noon() + seconds(second);
    let span = |from: i64, until: i64| BookedSpan {
        from: at(from),
        until: at(until),
    };
    let lease = 600;
    // The spans in seconds from noon, off at, and what kept it last.
    let cases = [
        (vec![span(601, 900)], 600, KeepRule::Lease),
        (vec![span(600, 900)], 900, KeepRule::Booked),
        (vec![span(599, 900)], 900, KeepRule::Booked),
        (vec![span(-60, 600)], 600, KeepRule::Lease),
        (vec![span(-60, 601)], 601, KeepRule::Booked),
        (vec![span(500, 900), span(901, 990)], 900, KeepRule::Booked),
        (vec![span(100, 200), span(500, 900)], 900, KeepRule::Booked),
        (vec![], 600, KeepRule::Lease),
    ];
    for (booked, until, rule) in cases {
        let world = World::ready()
            .lease("yuki@example.com", at(lease))
            .with(|w| w.seen.booked = booked.clone());
        let expected = OffAt {
            at: at(until),
            rule,
        };
        assert_eq!(off(&world), Some(expected), "{booked:?}");
        for second in AROUND {
            let world = world.clone().at(at(until + second));
            let stops = world.actions().contains(&"Stop");
            assert_eq!(
                stops,
                second >= 0
                    && booked
                        .iter()
                        .all(|span| { !(span.from <= world.now && world.now < span.until) }),
                "{booked:?} {second}"
            );
        }
    }
}

#[test]
fn when_a_booking_keeps_it_no_more_the_idle_time_of_that_instant_is_in_force() {
    // Used until 06:40 by night, kept for a booking into the day: by day the hour since then has not passed.
    let world = last_used(&TOKYO, "2026-11-23T06:40:00+09:00");
    for (until, expected) in [
        ("06:45:00", "06:50:00"),
        ("06:59:59", "06:59:59"),
        ("07:00:00", "07:40:00"),
        ("08:00:00", "08:00:00"),
    ] {
        let time = |clock: &str| time(&format!("2026-11-23T{clock}+09:00"));
        let world = world.clone().with(|w| {
            w.seen.booked = vec![BookedSpan {
                from: time("06:40:00"),
                until: time(until),
            }];
        });
        assert_eq!(instant(&world), time(expected), "booked until {until}");
    }
}

#[test]
fn while_in_use_there_is_no_off_at() {
    let world = World::in_use();
    assert_eq!(off(&world), None);
    assert_eq!(world.decide().keep_until, None);
    let one = World::ready().connected(3, 1);
    assert_eq!(off(&one), None);
    let stale = World::ready().connected(3, 0);
    assert_eq!(instant(&stale), noon());
}

#[test]
fn the_last_use_is_the_later_of_what_sweeps_saw_and_the_latest_end() {
    let cases = [
        (None, None, None),
        (Some(-50), None, Some(-50)),
        (None, Some(-40), Some(-40)),
        (Some(-50), Some(-40), Some(-40)),
        (Some(-30), Some(-40), Some(-30)),
    ];
    let at = |n: Option<i64>| n.map(|n| noon() + minutes(n));
    for (swept, ended, expected) in cases {
        let world = World::ready().with(|w| {
            w.state.stay.last_active_at = at(swept);
            w.seen.usage.as_mut().unwrap().last_ended_at = at(ended);
        });
        let usage = world.seen.usage.as_ref().unwrap();
        assert_eq!(last_active_at(&world.state, usage), at(expected));
    }
}

#[test]
fn the_idle_time_is_the_one_in_force_at_that_instant() {
    // Window 22:00-07:00, 60 minutes by day and 10 by night, in Tokyo.
    let cases = [
        ("12:00:00", "2026-11-23T13:00:00"),
        ("20:59:59", "2026-11-23T21:59:59"),
        ("21:00:00", "2026-11-23T22:00:00"),
        ("21:00:01", "2026-11-23T22:00:00"),
        // DESIGN's own example.
        ("21:30:00", "2026-11-23T22:00:00"),
        ("21:49:59", "2026-11-23T22:00:00"),
        ("21:50:00", "2026-11-23T22:00:00"),
        ("21:50:01", "2026-11-23T22:00:01"),
        ("21:55:00", "2026-11-23T22:05:00"),
        ("23:55:30", "2026-11-24T00:05:30"),
        ("06:49:59", "2026-11-23T06:59:59"),
        // At 07:00 the day's hour is in force, and it has not passed.
        ("06:50:00", "2026-11-23T07:50:00"),
        ("06:55:00", "2026-11-23T07:55:00"),
        ("06:59:59", "2026-11-23T07:59:59"),
        ("07:00:00", "2026-11-23T08:00:00"),
    ];
    for (used, expected) in cases {
        let world = last_used(&TOKYO, &format!("2026-11-23T{used}+09:00"));
        let expected = time(&format!("{expected}+09:00"));
        assert_eq!(instant(&world), expected, "last used {used}");
    }
}

#[test]
fn a_night_longer_than_the_day_is_counted_by_the_instant_too() {
    // 10 minutes by day, 60 by night.
    let cases = [
        ("21:30:00", "2026-11-23T21:40:00"),
        ("21:49:59", "2026-11-23T21:59:59"),
        ("21:50:00", "2026-11-23T22:50:00"),
        ("06:00:00", "2026-11-23T07:00:00"),
        ("06:30:00", "2026-11-23T07:00:00"),
        ("06:50:01", "2026-11-23T07:00:01"),
    ];
    for (used, expected) in cases {
        let mut world = last_used(&TOKYO, &format!("2026-11-23T{used}+09:00"));
        world.rules.idle_timeout = minutes(10);
        world.rules.overnight_idle_timeout = minutes(60);
        let expected = time(&format!("{expected}+09:00"));
        assert_eq!(instant(&world), expected, "last used {used}");
    }
}

#[test]
fn without_a_window_the_day_rule_holds_all_night() {
    let mut world = last_used(&TOKYO, "2026-11-23T21:30:00+09:00");
    world.rules.overnight_window = None;
    assert_eq!(instant(&world), time("2026-11-23T22:30:00+09:00"));
}

#[test]
fn the_instant_is_looked_for_from_now_on() {
    // Idle passed at 06:55 by night; no sweep ran then, and by day the hour has not passed.
    let mut world = last_used(&TOKYO, "2026-11-23T06:45:00+09:00");
    for (now, expected) in [
        ("06:54:59", "06:55:00"),
        ("06:55:00", "06:55:00"),
        ("06:59:59", "06:59:59"),
        ("07:00:00", "07:45:00"),
        ("07:44:59", "07:45:00"),
        ("07:45:01", "07:45:01"),
    ] {
        world = world.at(time(&format!("2026-11-23T{now}+09:00")));
        let expected = time(&format!("2026-11-23T{expected}+09:00"));
        assert_eq!(instant(&world), expected, "now {now}");
    }
}

#[test]
fn a_lease_that_ends_by_day_puts_the_night_rule_out_of_reach() {
    let world = last_used(&TOKYO, "2026-11-23T06:40:00+09:00");
    for (lease, expected) in [
        ("06:45:00", "06:50:00"),
        ("06:59:59", "06:59:59"),
        ("07:00:00", "07:40:00"),
        ("07:39:59", "07:40:00"),
        ("07:50:00", "07:50:00"),
    ] {
        let until = time(&format!("2026-11-23T{lease}+09:00"));
        let world = world.clone().lease("yuki@example.com", until);
        let expected = time(&format!("2026-11-23T{expected}+09:00"));
        assert_eq!(instant(&world), expected, "lease until {lease}");
    }
}

#[test]
fn a_time_between_two_seconds_is_not_rounded_over_a_boundary() {
    // Seen at half a second before 22:00: still day, and night a moment later.
    let mut world = last_used(&TOKYO, "2026-11-23T21:30:00+09:00");
    world = world.at(time("2026-11-23T21:59:59.500+09:00"));
    assert_eq!(instant(&world), time("2026-11-23T22:00:00+09:00"));
    world = world.at(time("2026-11-23T22:00:00.500+09:00"));
    assert_eq!(instant(&world), world.now);
}

#[test]
fn what_the_page_says_is_the_instant_of_the_decision() {
    let world = World::ready().lease("yuki@example.com", noon() + minutes(20));
    assert_eq!(world.decide().keep_until, Some(noon() + minutes(20)));
    assert_eq!(World::associated().decide().keep_until, None);
    assert_eq!(World::off().decide().keep_until, None);
}

#[test]
fn an_unanswered_ask_keeps_it_only_where_nothing_else_does() {
    let wanted_until = World::ready().asked().state.demand.requested_at.unwrap() + minutes(120);
    let lease_until = noon() + minutes(20);
    // The pass that answers it leaves the lease in charge, so that is what the page says.
    let leased = World::ready()
        .asked()
        .lease("yuki@example.com", lease_until);
    let expected = OffAt {
        at: lease_until,
        rule: KeepRule::Lease,
    };
    assert_eq!(off(&leased), Some(expected));
    let unleased = World::ready().asked();
    let expected = OffAt {
        at: wanted_until,
        rule: KeepRule::Wanted,
    };
    assert_eq!(off(&unleased), Some(expected));
    // When it is wanted no more, all the rest has to have passed then, too: here by day again.
    let mut night = last_used(&TOKYO, "2026-11-23T06:30:00+09:00");
    night = night.at(time("2026-11-23T06:50:00+09:00")).with(|w| {
        w.state.demand.requests += 1;
        w.state.demand.requested_at = Some(time("2026-11-23T05:10:00+09:00"));
    });
    assert_eq!(instant(&night), time("2026-11-23T07:30:00+09:00"));
}
