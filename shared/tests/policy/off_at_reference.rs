//! Off at against a reference that steps from second to second until all conditions hold.

use chrono::{DateTime, Utc};
use fastrand::Rng;
use shared::model::BookedSpan;
use shared::policy::off_at;

use crate::wall_clock::{BERLIN, NEW_YORK, TOKYO, Zone, window_text};
use crate::world::{World, minutes};

const CASES_PER_ZONE: usize = 1500;

/// A case in plain numbers: epoch seconds, and minutes for the rules.
#[derive(Debug)]
struct Case {
    now: i64,
    ready_since: i64,
    leases: Vec<i64>,
    last_active: Option<i64>,
    last_ended: Option<i64>,
    released: bool,
    /// When bookings keep it: from, until.
    booked: Vec<(i64, i64)>,
    window: Option<(i64, i64)>,
    day: i64,
    night: i64,
    grace: i64,
}

impl Case {
    fn random(random: &mut Rng, zone: &Zone) -> Self {
        // 2026-01-01T00:00:00Z, and 360 days from there.
        let mut around = vec![1_767_225_600 + random.i64(0..360 * 24 * 60) * 60];
        around.extend(zone.changes());
        let index = usize::try_from(random.i64(0..around.len().try_into().unwrap_or(1)));
        let now = around[index.unwrap_or(0)] + random.i64(-5 * 3600..=5 * 3600);
        let from = random.i64(0..24 * 60);
        // Half of the windows begin or end near the hours that are skipped or repeated.
        let to = match random.i64(0..2) {
            0 => random.i64(60..=200),
            _ => random.i64(0..24 * 60),
        };
        let leases = (0..random.i64(0..3))
            .map(|_| now + random.i64(-3600..=2 * 3600))
            .collect();
        // In order, and none touches the next.
        let mut after = now + random.i64(-7200..=3600);
        let booked = (0..random.i64(0..4))
            .map(|_| {
                let from = after + random.i64(1..=3600);
                after = from + random.i64(1..=3600);
                (from, after)
            })
            .collect();
        let last_active = now - random.i64(0..2 * 3600);
        let last_ended = now - random.i64(0..2 * 3600);
        Self {
            now,
            ready_since: now - random.i64(0..4 * 3600),
            leases,
            last_active: (random.i64(0..3) > 0).then_some(last_active),
            last_ended: (random.i64(0..3) > 0).then_some(last_ended),
            released: random.i64(0..5) == 0,
            booked,
            window: (random.i64(0..3) > 0)
                .then_some((from, to))
                .filter(|(a, b)| a != b),
            day: random.i64(1..=90),
            night: random.i64(1..=90),
            grace: random.i64(0..=60),
        }
    }

    fn holds_at(&self, zone: &Zone, t: i64) -> bool {
        let leases = self.leases.iter().all(|until| t >= *until);
        let grace = t >= self.ready_since + self.grace * 60;
        let night = self.window.is_some_and(|window| zone.is_in(window, t));
        let idle_minutes = if night { self.night } else { self.day };
        let idle = self
            .last_active
            .max(self.last_ended)
            .is_none_or(|used| t >= used + idle_minutes * 60);
        let booked = self
            .booked
            .iter()
            .any(|(from, until)| (*from..*until).contains(&t));
        leases && !booked && (self.released || (grace && idle))
    }

    fn stepped(&self, zone: &Zone) -> i64 {
        (self.now..self.now + 24 * 3600)
            .find(|t| self.holds_at(zone, *t))
            .expect("it ends some time")
    }

    fn world(&self, zone: &Zone) -> World {
        let mut world = World::ready().at(instant(self.now)).with(|w| {
            w.state.stay.ready_since = Some(instant(self.ready_since));
            w.state.stay.last_active_at = self.last_active.map(instant);
            let spans = self.booked.iter();
            w.seen.booked = spans
                .map(|(from, until)| BookedSpan {
                    from: instant(*from),
                    until: instant(*until),
                })
                .collect();
            w.seen.usage.as_mut().expect("read").last_ended_at = self.last_ended.map(instant);
            w.rules.time_zone = zone.tz;
            w.rules.overnight_window = self
                .window
                .map(|window| window_text(window).parse().expect("a window"));
            w.rules.idle_timeout = minutes(self.day);
            w.rules.overnight_idle_timeout = minutes(self.night);
            w.rules.first_connection_grace = minutes(self.grace);
        });
        for (n, until) in self.leases.iter().enumerate() {
            world = world.lease(&format!("person{n}@example.com"), instant(*until));
        }
        if self.released {
            world.state.stay.released_at = Some(instant(self.now));
            for lease in &mut world.state.leases {
                lease.released_at = Some(instant(self.now));
            }
        }
        world
    }
}

fn instant(epoch: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(epoch, 0).expect("a time")
}

#[test]
fn off_at_is_the_first_second_at_which_all_conditions_hold() {
    let mut random = Rng::with_seed(2026);
    for zone in [TOKYO, BERLIN, NEW_YORK] {
        let mut later = 0;
        for n in 0..CASES_PER_ZONE {
            let case = Case::random(&mut random, &zone);
            let world = case.world(&zone);
            let usage = world.seen.usage.as_ref().unwrap();
            let found = off_at(
                &world.state,
                usage,
                &world.seen.booked,
                &world.rules,
                world.now,
            )
            .unwrap();
            let expected = case.stepped(&zone);
            assert_eq!(
                found.at.timestamp(),
                expected,
                "{} case {n}: {case:?}",
                zone.tz
            );
            later += usize::from(expected > case.now);
        }
        // Cases that are off at once test little.
        assert!(later > CASES_PER_ZONE / 2, "{}: {later}", zone.tz);
    }
}
