//! How long a start takes, from this endpoint's own last starts and no further than they reach.

use chrono::{DateTime, TimeDelta, Utc};

use crate::policy::nearly_all;

/// With fewer starts than this, "usually" and "nearly always" would be guesses.
const ENOUGH: usize = 5;

/// What can honestly be said about a start under way; spans in whole minutes, begun ones counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Estimate {
    /// No start of this endpoint is on record.
    Unknown,
    /// Too few are: only what they took.
    Few { shortest: i64, longest: i64 },
    /// The median has not passed.
    Usual {
        median: i64,
        within: i64,
        /// When the median will have passed.
        at: DateTime<Utc>,
    },
    /// The median has passed.
    Longer {
        median: i64,
        /// The 90th percentile; once that has passed, the longest.
        within: i64,
        /// When that will have passed.
        by: DateTime<Utc>,
    },
    /// Longer than all on record.
    Record { longest: i64 },
}

impl Estimate {
    /// What the last starts, the shortest first, say about one that began at `began`.
    pub(super) fn of(
        start_seconds: &[u64],
        began: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Self {
        let Some((began, marks)) = began.zip(Marks::of(start_seconds)) else {
            return Self::Unknown;
        };
        let longest = minutes_up(marks.longest);
        let Some(within) = marks.next(began, now) else {
            return Self::Record { longest };
        };
        let median = minutes_up(marks.median);
        let at = began + span(within);
        if start_seconds.len() < ENOUGH {
            let shortest = minutes_up(marks.shortest);
            Self::Few { shortest, longest }
        } else if within == marks.median {
            let within = minutes_up(marks.nearly_all);
            Self::Usual { median, within, at }
        } else {
            let (within, by) = (minutes_up(within), at);
            Self::Longer { median, within, by }
        }
    }
}

/// When a start that began at `began` will probably be ready; `None`: not known, or longer than all on record.
pub(super) fn ready_at(
    start_seconds: &[u64],
    began: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let began = began?;
    let next = Marks::of(start_seconds)?.next(began, now)?;
    Some(began + span(next))
}

/// How far a wait is, by this endpoint's own starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// When the wait began.
    pub since: DateTime<Utc>,
    /// When it is nearly always over: nine in ten starts took no longer.
    pub nearly_always_by: DateTime<Utc>,
    /// When it will probably be over; `None`: it takes longer than all on record.
    pub expected_at: Option<DateTime<Utc>>,
}

/// The wait for a start that began at `began`; whoever asked while the endpoint still went down waits since then.
/// `None`: there are no starts on record to measure it by.
pub(super) fn of_start(
    start_seconds: &[u64],
    began: Option<DateTime<Utc>>,
    asked_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<Progress> {
    let began = began?;
    let marks = Marks::of(start_seconds)?;
    // An ask that an order kept for longer was not waiting for AWS.
    let asked_at = asked_at.filter(|at| *at < began && began - *at <= LONGEST_RETURN);
    Some(Progress {
        since: asked_at.unwrap_or(began),
        nearly_always_by: began + span(marks.nearly_all),
        expected_at: ready_at(start_seconds, Some(began), now),
    })
}

/// The wait for an endpoint that goes down since `since` and comes back, from the ask.
pub(super) fn of_return(
    start_seconds: &[u64],
    since: Option<DateTime<Utc>>,
    asked_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<Progress> {
    let [_, back_by] =
        back_between(start_seconds, since, now).filter(|_| !start_seconds.is_empty())?;
    Some(Progress {
        since: since.max(asked_at)?.min(now),
        nearly_always_by: back_by,
        expected_at: Some(back_by),
    })
}

/// What the last starts took, in seconds.
struct Marks {
    shortest: u64,
    median: u64,
    /// The 90th percentile: at least nine in ten took no longer.
    nearly_all: u64,
    longest: u64,
}

impl Marks {
    /// Of these, the shortest first; `None`: there are none.
    fn of(sorted: &[u64]) -> Option<Self> {
        Some(Self {
            shortest: *sorted.first()?,
            median: *sorted.get(sorted.len() / 2)?,
            nearly_all: nearly_all(sorted)?,
            longest: *sorted.last()?,
        })
    }

    /// The median; once that has passed, the 90th percentile, and then the longest.
    fn next(&self, began: DateTime<Utc>, now: DateTime<Utc>) -> Option<u64> {
        let marks = [self.median, self.nearly_all, self.longest];
        marks
            .into_iter()
            .find(|seconds| now <= began + span(*seconds))
    }
}

/// No start takes a week, whatever the table says; beyond that, times could not be added up.
fn span(seconds: u64) -> TimeDelta {
    const A_WEEK: u64 = 7 * 24 * 3600;
    TimeDelta::seconds(i64::try_from(seconds.min(A_WEEK)).unwrap_or_default())
}

/// Whole minutes, begun ones counted: no employee is told a time that is too short.
fn minutes_up(seconds: u64) -> i64 {
    (span(seconds).num_seconds() + 59) / 60
}

/// AWS's own range for a transition that has not been measured here.
const QUICK: TimeDelta = TimeDelta::minutes(4);
const SLOW: TimeDelta = TimeDelta::minutes(10);
/// Going down has never been reported to take longer.
const LONGEST_RETURN: TimeDelta = TimeDelta::minutes(20);

/// Between when an endpoint is back that goes down since `since`: what is left of going down, then a start.
pub(super) fn back_between(
    start_seconds: &[u64],
    since: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<[DateTime<Utc>; 2]> {
    let since = since?;
    let quick = start_seconds
        .first()
        .map_or(QUICK, |seconds| span(*seconds));
    let slow = start_seconds.last().map_or(SLOW, |seconds| span(*seconds));
    Some([
        now.max(since + QUICK) + quick,
        now.max(since + SLOW) + slow.max(quick),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn after(seconds: i64, starts: &[u64]) -> Estimate {
        Estimate::of(starts, Some(at(0)), at(seconds))
    }

    #[test]
    fn without_starts_on_record_nothing_is_promised() {
        assert_eq!(after(10, &[]), Estimate::Unknown);
        assert_eq!(Estimate::of(&[300], None, at(0)), Estimate::Unknown);
    }

    #[test]
    fn few_starts_are_told_as_they_were() {
        let few = Estimate::Few {
            shortest: 5,
            longest: 7,
        };
        assert_eq!(after(0, &[300, 301, 420]), few);
        assert_eq!(after(420, &[300, 301, 420]), few);
        let one = Estimate::Few {
            shortest: 5,
            longest: 5,
        };
        assert_eq!(after(0, &[300]), one);
    }

    #[test]
    fn the_estimate_follows_the_time_that_has_passed() {
        let starts = [240, 300, 360, 361, 420, 480, 540, 600, 660, 900];
        let usual = Estimate::Usual {
            median: 8,
            within: 11,
            at: at(480),
        };
        let longer = |within, by| Estimate::Longer {
            median: 8,
            within,
            by: at(by),
        };
        for (seconds, expected) in [
            (0, usual),
            (479, usual),
            (480, usual),
            (481, longer(11, 660)),
            (660, longer(11, 660)),
            (661, longer(15, 900)),
            (900, longer(15, 900)),
            (901, Estimate::Record { longest: 15 }),
        ] {
            assert_eq!(after(seconds, &starts), expected, "{seconds}");
        }
    }

    #[test]
    fn programs_are_told_the_time_that_people_are_told() {
        let starts = [240, 300, 360, 361, 420, 480, 540, 600, 660, 900];
        for seconds in (0..=960).step_by(20) {
            let told = match after(seconds, &starts) {
                Estimate::Usual { at, .. } => Some(at),
                Estimate::Longer { by, .. } => Some(by),
                Estimate::Record { .. } => None,
                few @ (Estimate::Unknown | Estimate::Few { .. }) => panic!("{few:?}"),
            };
            let ready_at = ready_at(&starts, Some(at(0)), at(seconds));
            assert_eq!(ready_at, told, "{seconds}");
        }
    }

    #[test]
    fn coming_back_takes_going_down_and_a_start() {
        let starts = [300, 600];
        assert_eq!(back_between(&starts, None, at(0)), None);
        assert_eq!(
            back_between(&starts, Some(at(0)), at(60)),
            Some([at(240 + 300), at(600 + 600)])
        );
        assert_eq!(
            back_between(&starts, Some(at(0)), at(900)),
            Some([at(900 + 300), at(900 + 600)])
        );
        assert_eq!(
            back_between(&[], Some(at(0)), at(0)),
            Some([at(480), at(1200)])
        );
    }

    #[test]
    fn a_wait_is_measured_by_the_starts_on_record_alone() {
        let starts = [240, 300, 360, 361, 420, 480, 540, 600, 660, 900];
        let began = Some(at(0));
        assert_eq!(of_start(&[], began, None, at(10)), None);
        assert_eq!(of_start(&starts, None, None, at(10)), None);
        for (seconds, expected) in [
            (0, Some(480)),
            (481, Some(660)),
            (900, Some(900)),
            (901, None),
        ] {
            let progress = Progress {
                since: at(0),
                nearly_always_by: at(660),
                expected_at: expected.map(at),
            };
            let told = of_start(&starts, began, began, at(seconds));
            assert_eq!(told, Some(progress), "{seconds}");
        }
    }

    #[test]
    fn a_wait_that_began_while_it_went_down_goes_on_through_the_start() {
        let starts = [300, 600];
        let share = |progress: Option<Progress>, now: i64| {
            let Progress {
                since,
                nearly_always_by,
                ..
            } = progress.unwrap();
            (at(now) - since).num_seconds() * 100 / (nearly_always_by - since).num_seconds()
        };
        let (down_since, asked_at) = (Some(at(0)), Some(at(60)));
        assert_eq!(of_return(&[], down_since, asked_at, at(60)), None);
        assert_eq!(of_return(&starts, None, asked_at, at(60)), None);
        let mut before = 0;
        for now in (60..=700).step_by(20) {
            let reached = share(of_return(&starts, down_since, asked_at, at(now)), now);
            assert!(reached >= before && reached < 100, "{now}: {reached}");
            before = reached;
        }
        // It is down at 300 or later: the bar does not jump back.
        for down_at in [300, 500, 700] {
            let going = share(
                of_return(&starts, down_since, asked_at, at(down_at)),
                down_at,
            );
            let starting = of_start(&starts, Some(at(down_at)), asked_at, at(down_at));
            assert!(share(starting, down_at) >= going, "{down_at}");
        }
        // An order kept this ask: the wait for AWS begins with the start.
        let kept = of_start(&starts, Some(at(1261)), asked_at, at(1300)).unwrap();
        assert_eq!(kept.since, at(1261));
        let waited = of_start(&starts, Some(at(1260)), asked_at, at(1300)).unwrap();
        assert_eq!(waited.since, at(60));
    }

    #[test]
    fn minutes_are_rounded_up() {
        for (seconds, minutes) in [
            (0, 0),
            (1, 1),
            (60, 1),
            (61, 2),
            (419, 7),
            (u64::MAX, 10_080),
        ] {
            assert_eq!(minutes_up(seconds), minutes);
        }
    }
}
