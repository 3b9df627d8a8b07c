//! The plan of a storm: everything in it follows from the seed and the minute, and from nothing that happened before.

use std::time::Duration;

use sandbox::network::Weather;
use testkit::dice::Dice;

/// How a storm is played.
#[derive(Debug, Clone)]
pub struct StormPlan {
    /// What everything follows from.
    pub seed: u64,
    /// How long the storm lasts, in real time.
    pub lasts: Duration,
}

/// Weather changes so often, in minutes of the story.
const WEATHER_LASTS: u64 = 6;
/// Of which an outage takes so many.
const OUTAGE_LASTS: u64 = 2;
/// How long people come and go, and then stay away, in minutes of the story.
const CYCLE: u64 = 50;
const BUSY: u64 = 22;

impl StormPlan {
    /// The dice for the `number`th of `what`.
    pub(super) fn dice(&self, what: &str, number: u64) -> Dice {
        Dice::of(self.seed, what, number)
    }

    /// The weather at a port in a minute.
    pub(super) fn weather(&self, port: &str, minute: u64) -> Weather {
        let mut dice = self.dice(&format!("weather at {port}"), minute / WEATHER_LASTS);
        let over = minute % WEATHER_LASTS >= OUTAGE_LASTS;
        match dice.between(0, 99) {
            0..30 => Weather::Clear,
            30..68 => Weather::Rough { percent: 8 },
            68..86 => Weather::Rough { percent: 30 },
            _ if over => Weather::Clear,
            86..94 => Weather::Down,
            _ => Weather::Frozen,
        }
    }

    /// Whether people come to the `number`th endpoint in a minute. They come to the one when they leave the other.
    pub(super) fn is_busy(number: usize, minute: u64) -> bool {
        let shift = u64::try_from(number).unwrap_or(0) * (CYCLE / 2);
        (minute + shift) % CYCLE < BUSY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(seed: u64) -> StormPlan {
        StormPlan {
            seed,
            lasts: Duration::ZERO,
        }
    }

    fn weathers(seed: u64) -> Vec<Weather> {
        (0..600)
            .map(|minute| plan(seed).weather("EC2", minute))
            .collect()
    }

    #[test]
    fn the_same_seed_has_the_same_weather() {
        assert_eq!(weathers(3), weathers(3));
        assert_ne!(weathers(3), weathers(4));
    }

    #[test]
    fn there_is_weather_of_every_kind_and_an_outage_is_short() {
        let weathers = weathers(5);
        for wanted in [
            Weather::Clear,
            Weather::Rough { percent: 8 },
            Weather::Rough { percent: 30 },
            Weather::Down,
            Weather::Frozen,
        ] {
            assert!(weathers.contains(&wanted), "{wanted:?}");
        }
        let longest = weathers
            .chunk_by(|one, other| one == other)
            .filter(|same| matches!(same[0], Weather::Down | Weather::Frozen))
            .map(<[Weather]>::len)
            .max();
        assert_eq!(longest, Some(2));
    }

    #[test]
    fn people_stay_away_long_enough_for_the_endpoint_to_go() {
        let busy = |minute| StormPlan::is_busy(0, minute);
        assert_eq!((0..CYCLE).filter(|minute| busy(*minute)).count(), 22);
        assert!(StormPlan::is_busy(1, 25) && !StormPlan::is_busy(1, 0));
    }
}
