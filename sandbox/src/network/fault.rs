//! What can happen to an exchange on the way, and how often it does.

use std::time::Duration;

use testkit::dice::Dice;

/// How the network is at one port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Nothing is wrong.
    Clear,
    /// So many exchanges in a hundred meet a fault.
    Rough {
        /// How many.
        percent: u32,
    },
    /// Every exchange stands still for seconds.
    Frozen,
    /// The port is closed: connections are refused, and those that were open are reset.
    Down,
}

/// What happens to one exchange: a request and its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkFault {
    /// The connection breaks.
    Cut {
        /// Where in the exchange.
        at: Place,
        /// By a reset; else by an orderly end.
        reset: bool,
    },
    /// Nothing moves for a while; then it goes on.
    Stall {
        /// Whether the answer stands still; else the request does.
        answer: bool,
        /// How long.
        wait: Duration,
    },
    /// A few bytes at a time.
    Trickle {
        /// Whether the answer trickles; else the request does.
        answer: bool,
        /// How many bytes at once.
        bytes: usize,
        /// The time between them.
        pause: Duration,
    },
    /// After so many bytes of the answer come bytes that no server sent, and then the end.
    Torn {
        /// How many bytes are right.
        after: usize,
    },
    /// Behind the answer come bytes that no server sent, on a connection that stays open.
    Trailed,
}

/// Where a connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Before the server hears anything.
    BeforeRequest,
    /// After so many bytes of the request.
    WithinRequest(usize),
    /// The server has done its work, and the client hears nothing of it.
    BeforeAnswer,
    /// After so many bytes of the answer.
    WithinAnswer(usize),
}

/// The longest that a cut or tear lets through: answers of these services are seldom longer.
const SOME_BYTES: u64 = 700;

impl Weather {
    /// What happens to the exchange that these dice are for.
    pub(super) fn fault(self, mut dice: Dice) -> Option<NetworkFault> {
        let struck = dice.between(0, 99);
        match self {
            Self::Clear | Self::Down => None,
            Self::Frozen => Some(NetworkFault::Stall {
                answer: dice.chance(50),
                wait: Duration::from_millis(dice.between(2_500, 7_000)),
            }),
            Self::Rough { percent } => {
                (struck < u64::from(percent)).then(|| NetworkFault::any(dice))
            }
        }
    }
}

impl NetworkFault {
    fn any(mut dice: Dice) -> Self {
        let some = usize::try_from(dice.between(1, SOME_BYTES)).unwrap_or(1);
        let reset = dice.chance(50);
        let answer = dice.chance(60);
        match dice.between(0, 99) {
            0..10 => Self::Cut {
                at: Place::BeforeRequest,
                reset,
            },
            10..20 => Self::Cut {
                at: Place::WithinRequest(some),
                reset,
            },
            20..45 => Self::Cut {
                at: Place::BeforeAnswer,
                reset,
            },
            45..60 => Self::Cut {
                at: Place::WithinAnswer(some),
                reset,
            },
            60..72 => Self::Trickle {
                answer,
                bytes: usize::try_from(dice.between(8, 64)).unwrap_or(8),
                pause: Duration::from_millis(dice.between(5, 40)),
            },
            72..78 => Self::Stall {
                answer,
                wait: Duration::from_millis(dice.between(1_500, 7_000)),
            },
            78..86 => Self::Stall {
                answer,
                wait: Duration::from_millis(dice.between(50, 900)),
            },
            86..94 => Self::Torn { after: some },
            _ => Self::Trailed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(weather: Weather, n: u64) -> Vec<Option<NetworkFault>> {
        (0..n)
            .map(|number| weather.fault(Dice::of(1, "EC2", number)))
            .collect()
    }

    #[test]
    fn the_same_seed_plans_the_same_faults() {
        let rough = Weather::Rough { percent: 30 };
        assert_eq!(drawn(rough, 200), drawn(rough, 200));
    }

    #[test]
    fn rough_weather_strikes_as_often_as_it_says_and_in_every_way() {
        let faults = drawn(Weather::Rough { percent: 30 }, 4_000);
        let struck: Vec<NetworkFault> = faults.into_iter().flatten().collect();
        assert!((1_050..1_350).contains(&struck.len()), "{}", struck.len());
        let has = |kind: fn(&NetworkFault) -> bool| struck.iter().any(kind);
        let cut = |wanted: fn(&Place) -> bool| {
            struck
                .iter()
                .any(|fault| matches!(fault, NetworkFault::Cut { at, .. } if wanted(at)))
        };
        assert!(cut(|at| matches!(at, Place::BeforeRequest)));
        assert!(cut(|at| matches!(at, Place::WithinRequest(_))));
        assert!(cut(|at| matches!(at, Place::BeforeAnswer)));
        assert!(cut(|at| matches!(at, Place::WithinAnswer(_))));
        assert!(has(|fault| matches!(fault, NetworkFault::Stall { .. })));
        assert!(has(|fault| matches!(fault, NetworkFault::Trickle { .. })));
        assert!(has(|fault| matches!(fault, NetworkFault::Torn { .. })));
        assert!(has(|fault| matches!(fault, NetworkFault::Trailed)));
    }

    #[test]
    fn clear_weather_strikes_nothing_and_frozen_weather_everything() {
        assert!(drawn(Weather::Clear, 50).iter().all(Option::is_none));
        assert!(drawn(Weather::Frozen, 50).iter().all(Option::is_some));
    }
}
