//! How old a reading of EC2 may be.

use shared::model::{EndpointState, Observation};
use shared::policy::{
    Phase, Reason, as_answer, is_fresh, is_reading_due, is_same_stay, is_too_old,
    latest_reading_before,
};

use crate::world::{A, AROUND, World, associations, minutes, noon, seconds};

#[test]
fn ec2_is_read_at_most_once_in_five_seconds() {
    for second in AROUND {
        let now = noon() + seconds(5 + second);
        let mut state = EndpointState::default();
        assert!(is_reading_due(&state, now), "never read");
        state.sightings.reading_since_ms = u64::try_from(noon().timestamp_millis()).ok();
        assert_eq!(is_reading_due(&state, now), second >= 0, "{second}");
        let allowed = state.sightings.reading_since_ms <= Some(latest_reading_before(now));
        assert_eq!(allowed, second >= 0, "the claim says the same");
    }
}

#[test]
fn what_was_seen_is_acted_on_for_five_seconds_by_either_clock() {
    for second in AROUND {
        for sign in [1, -1] {
            let seen = Observation::nothing(noon() + seconds((5 + second) * sign));
            assert_eq!(is_fresh(&seen, noon()), second <= 0, "{second} {sign}");
        }
    }
}

#[test]
fn what_was_seen_says_something_for_two_minutes() {
    for second in AROUND {
        let now = noon() + minutes(2) + seconds(second);
        assert_eq!(is_too_old(&Observation::nothing(noon()), now), second > 0);
    }
}

#[test]
fn an_employee_who_asks_is_promised_nothing_that_was_not_seen() {
    let cases = [
        (World::ready(), Phase::Ready),
        (World::associating(), Phase::Starting),
        (World::off(), Phase::Off),
        (World::ready().stopping_for(0), Phase::Stopping),
    ];
    for (world, phase) in cases {
        let decision = world.decide();
        let told = |is_delayed, age| {
            let now = world.seen.observed_at + age;
            as_answer(decision.clone(), &world.seen, is_delayed, now)
        };
        assert_eq!(told(false, minutes(2)), decision, "{phase:?}");
        for unseen in [told(true, minutes(0)), told(false, seconds(121))] {
            if matches!(phase, Phase::Ready | Phase::Starting) {
                assert_eq!(unseen.phase, Phase::Starting);
                assert_eq!(unseen.reason, Reason::NotSeen);
            } else {
                assert_eq!(unseen, decision, "{phase:?}");
            }
        }
    }
}

#[test]
fn a_reading_is_judged_by_the_state_of_its_own_time() {
    let before = World::ready().state;
    let changed = |change: fn(&mut EndpointState)| {
        let mut state = before.clone();
        change(&mut state);
        state
    };
    assert!(is_same_stay(&changed(|s| s.demand.requests += 1), &before));
    assert!(!is_same_stay(&changed(|s| s.stay.number += 1), &before));
    assert!(!is_same_stay(&changed(|s| s.stay.up_since = None), &before));
    let lost_one = changed(|s| s.stay.association_ids = associations(&[A]));
    assert!(!is_same_stay(&lost_one, &before));
}
