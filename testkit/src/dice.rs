//! Chance that repeats itself: whatever is drawn follows from a seed.

use serde::{Deserialize, Serialize};

/// A seeded generator (`SplitMix64`).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Dice {
    state: u64,
}

impl Dice {
    /// The dice that fall as this seed has it.
    pub fn seeded(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The dice for the `number`th of `what`. They are the same whatever else was drawn before, so that a plan does not
    /// depend on the order in which processes come to ask for their part of it.
    pub fn of(seed: u64, what: &str, number: u64) -> Self {
        let named = what.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        let mut seeds = Self::seeded(seed ^ named);
        Self::seeded(seeds.draw() ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// Any number.
    pub fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Between two numbers, both included.
    pub fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.draw() % (most.saturating_sub(least) + 1)
    }

    /// Whether something happens that happens so many times in a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.draw() % 100 < percent
    }

    /// One of these; `None` where there are none.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        let last = u64::try_from(of.len()).ok()?.checked_sub(1)?;
        of.get(usize::try_from(self.between(0, last)).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_plan_is_the_same_whatever_was_drawn_before() {
        let draw = |number| Dice::of(7, "weather", number).draw();
        let third = draw(3);
        let _ = (draw(1), draw(2));
        assert_eq!(draw(3), third);
        assert_ne!(draw(3), draw(4));
        assert_ne!(Dice::of(7, "people", 3).draw(), third);
        assert_ne!(Dice::of(8, "weather", 3).draw(), third);
    }

    #[test]
    fn both_ends_are_drawn_and_nothing_beyond() {
        let mut dice = Dice::seeded(1);
        let drawn: Vec<u64> = (0..200).map(|_| dice.between(3, 5)).collect();
        assert_eq!(
            (drawn.iter().min(), drawn.iter().max()),
            (Some(&3), Some(&5))
        );
        assert_eq!(dice.pick::<u8>(&[]), None);
        assert_eq!(dice.pick(&[9]), Some(&9));
    }
}
