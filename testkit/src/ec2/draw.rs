//! Chance that repeats itself: everything the world draws follows from its seed.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::dice::Dice;

/// The world's dice. Saved with the world, so that a restored world goes on as it would have.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Draw(Dice);

impl Draw {
    pub(super) fn seeded(seed: u64) -> Self {
        Self(Dice::seeded(seed))
    }

    /// The 17 hexadecimal digits of an EC2 id; like most of EC2's, they start with a zero.
    pub(super) fn id(&mut self, prefix: &str) -> String {
        format!("{prefix}{:017x}", self.0.draw())
    }

    pub(super) fn delay(&mut self, delay: Delay) -> TimeDelta {
        let (least, most) = (delay.min_seconds, delay.max_seconds);
        let seconds = self.0.between(least.into(), most.into());
        TimeDelta::seconds(i64::try_from(seconds).unwrap_or(i64::MAX / 1000))
    }
}

/// How long something takes: drawn anew each time, both ends included, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Bounds")]
pub struct Delay {
    min_seconds: u32,
    max_seconds: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bounds {
    min_seconds: u32,
    max_seconds: u32,
}

impl TryFrom<Bounds> for Delay {
    type Error = String;

    fn try_from(bounds: Bounds) -> Result<Self, String> {
        if bounds.min_seconds > bounds.max_seconds {
            return Err(format!(
                "min_seconds ({}) is more than max_seconds ({})",
                bounds.min_seconds, bounds.max_seconds
            ));
        }
        Ok(Self::between(bounds.min_seconds, bounds.max_seconds))
    }
}

impl Delay {
    /// Always the same number of seconds.
    pub const fn exactly(seconds: u32) -> Self {
        Self::between(seconds, seconds)
    }

    /// The most it takes.
    pub fn longest(self) -> TimeDelta {
        TimeDelta::seconds(self.max_seconds.max(self.min_seconds).into())
    }

    /// Drawn between two numbers of seconds; with `max_seconds` the smaller one, always `min_seconds`.
    pub const fn between(min_seconds: u32, max_seconds: u32) -> Self {
        Self {
            min_seconds,
            max_seconds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same() {
        let (mut one, mut other) = (Draw::seeded(7), Draw::seeded(7));
        for _ in 0..10 {
            assert_eq!(one.id("cvpn-assoc-"), other.id("cvpn-assoc-"));
        }
        assert_ne!(one.id("x-"), Draw::seeded(8).id("x-"));
    }

    #[test]
    fn a_delay_reaches_both_its_ends_and_never_passes_them() {
        let mut draw = Draw::seeded(1);
        let drawn: Vec<_> = (0..200)
            .map(|_| draw.delay(Delay::between(3, 5)).num_seconds())
            .collect();
        assert_eq!(drawn.iter().min(), Some(&3));
        assert_eq!(drawn.iter().max(), Some(&5));
    }

    #[test]
    fn an_id_is_its_prefix_and_17_hexadecimal_digits() {
        let id = Draw::seeded(3).id("cvpn-assoc-");
        let digits = id.strip_prefix("cvpn-assoc-").expect("the prefix");
        assert_eq!(digits.len(), 17);
        assert!(
            digits
                .bytes()
                .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')),
            "{id}"
        );
    }
}
