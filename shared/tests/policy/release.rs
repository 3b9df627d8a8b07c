//! "I'm done": once each employee who held a lease in this stay has said so and no client is connected, nothing waits.

use chrono::{DateTime, Utc};
use shared::model::Lease;
use shared::policy::{KeepRule, Reason, off_at};

use crate::world::{AROUND, World, minutes, noon, seconds};

const YUKI: &str = "yuki@example.com";
const KEN: &str = "ken@example.com";

/// Ready for five minutes, used a minute ago: the grace and the idle time would keep it.
fn busy() -> World {
    World::ready().with(|w| {
        w.state.stay.number = 5;
        w.state.stay.up_since = Some(w.now - minutes(12));
        w.state.stay.ready_since = Some(w.now - minutes(5));
        w.state.stay.last_active_at = Some(w.now - minutes(1));
    })
}

trait Leases {
    fn holds(self, email: &str, stay: u64, until: i64) -> Self;
    fn released(self, email: &str, stay: u64) -> Self;
}

impl Leases for World {
    /// A lease that was not given back, until minutes from now.
    fn holds(self, email: &str, stay: u64, until: i64) -> Self {
        let until = self.now + minutes(until);
        self.lease(email, until).with(|w| last(w).stay = stay)
    }

    /// A lease given back two minutes ago.
    fn released(self, email: &str, stay: u64) -> Self {
        self.holds(email, stay, -2).with(|w| {
            let at = last(w).until;
            last(w).released_at = Some(at);
            w.state.stay.released_at = Some(at);
        })
    }
}

fn last(world: &mut World) -> &mut Lease {
    world.state.leases.last_mut().expect("a lease")
}

fn instant(world: &World) -> DateTime<Utc> {
    let usage = world.seen.usage.as_ref().expect("read");
    off_at(
        &world.state,
        usage,
        &world.seen.booked,
        &world.rules,
        world.now,
    )
    .expect("not in use")
    .at
}

#[test]
fn grace_and_idle_time_count_no_more_once_everybody_has_released() {
    // Name, world, whether nothing waits any more.
    let cases = vec![
        ("no employee said so", busy().holds(YUKI, 5, -2), false),
        ("the only one", busy().released(YUKI, 5), true),
        ("both", busy().released(YUKI, 5).released(KEN, 5), true),
        (
            "a colleague has not",
            busy().released(YUKI, 5).holds(KEN, 5, 20),
            false,
        ),
        (
            "a colleague's lease ran out unreleased",
            busy().released(YUKI, 5).holds(KEN, 5, -2),
            false,
        ),
        (
            "asked again after",
            busy().released(YUKI, 5).with(|w| {
                last(w).released_at = None;
                last(w).until = w.now + minutes(30);
            }),
            false,
        ),
        (
            "asked again after, and that ran out",
            busy().released(YUKI, 5).with(|w| {
                last(w).released_at = None;
                last(w).until = w.now - minutes(1);
            }),
            false,
        ),
        (
            "a colleague was here in an earlier stay only",
            busy().released(YUKI, 5).holds(KEN, 4, -60),
            true,
        ),
        (
            "a colleague asked while it went down, for this stay",
            busy().released(YUKI, 5).holds(KEN, 4, -2),
            false,
        ),
        (
            "a colleague's lease of the next stay",
            busy().released(YUKI, 5).holds(KEN, 6, -2),
            false,
        ),
        (
            "a colleague asked while attempts failed, and that ran out before it came up",
            busy().released(YUKI, 5).holds(KEN, 6, -30),
            false,
        ),
        (
            "only in an earlier stay",
            busy()
                .released(YUKI, 4)
                .with(|w| w.state.stay.released_at = None),
            false,
        ),
        (
            "released, but connected",
            busy().released(YUKI, 5).connected(1, 0),
            false,
        ),
    ];
    for (name, world, free) in cases {
        let at = instant(&world);
        assert_eq!(at == noon(), free, "{name}: {at}");
    }
}

#[test]
fn a_connection_in_use_holds_it_whoever_released() {
    let world = busy().released(YUKI, 5).connected(1, 1);
    assert_eq!(world.decide().keep_until, None);
    assert!(world.actions().is_empty());
}

#[test]
fn the_lease_of_another_stay_that_still_runs_holds_it_too() {
    let world = busy().released(YUKI, 5).holds(KEN, 4, 20);
    assert!(instant(&world) >= noon() + minutes(20));
}

#[test]
fn a_colleagues_lease_that_ran_through_the_start_of_this_stay_was_held_in_it() {
    let up_since = busy().state.stay.up_since.unwrap();
    for second in AROUND {
        let world = busy()
            .released(YUKI, 5)
            .holds(KEN, 4, 0)
            .with(|w| last(w).until = up_since + seconds(second));
        assert_eq!(instant(&world) == noon(), second <= 0, "{second}");
    }
}

#[test]
fn a_colleagues_lease_was_held_in_the_stay_that_answers_the_ask_though_it_was_asked_of_one_before_and_ran_out()
 {
    for (request, held) in [(7, false), (8, true)] {
        let world = busy().released(YUKI, 5).holds(KEN, 4, -30).with(|w| {
            last(w).request = request;
            w.state.stay.requests_before = Some(7);
        });
        assert_eq!(instant(&world) == noon(), !held, "{request}");
    }
}

#[test]
fn what_ttl_may_have_deleted_counts_no_more_whether_it_has_or_not() {
    let week = minutes(7 * 24 * 60);
    for second in AROUND {
        let world = busy()
            .released(YUKI, 5)
            .holds(KEN, 5, 0)
            .with(|w| last(w).until = w.now - week - seconds(second));
        assert_eq!(instant(&world) == noon(), second >= 0, "{second}");
    }
}

#[test]
fn a_sweep_stops_it_at_once_and_says_why() {
    let world = busy().released(YUKI, 5);
    let decision = world.decide();
    let rule = KeepRule::Released;
    assert_eq!(decision.reason, Reason::Due { rule });
    assert_eq!(world.actions(), ["Stop"]);
    assert_eq!(world.confirm_stop(), Some(rule));
}
