//! How long a start takes, from this endpoint's own last starts and no further than they reach.

use chrono::{DateTime, TimeDelta, Utc};

use crate::when::minutes_up;

/// With fewer starts than this, "usually" and "nearly always" would be guesses.
const ENOUGH: usize = 5;

/// What can honestly be said about a start under way; spans in whole minutes, begun ones counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Estimate {
    /// No start of this endpoint is on record.
    Unknown,
    /// Too few are: only what they took.
    Few { shortest: i64, longest: i64 },
    /// The median, the 90th percentile, and when the median will have passed.
    Usual {
        median: i64,
        within: i64,
        at: DateTime<Utc>,
    },
    /// The median has passed; when the 90th percentile will have.
    Longer {
        median: i64,
        within: i64,
        by: DateTime<Utc>,
    },
    /// Longer than all on record.
    Record { longest: i64 },
}

/// What the last starts, the shortest first, say about one that began at `began`.
pub(super) fn estimate(
    start_seconds: &[u64],
    began: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Estimate {
    let minutes = |seconds: &u64| minutes_up(span(*seconds));
    let ([shortest, ..], Some(longest), Some(began)) = (start_seconds, start_seconds.last(), began)
    else {
        return Estimate::Unknown;
    };

    if now > began + span(*longest) {
        return Estimate::Record {
            longest: minutes(longest),
        };
    }
    if start_seconds.len() < ENOUGH {
        return Estimate::Few {
            shortest: minutes(shortest),
            longest: minutes(longest),
        };
    }
    let median = &start_seconds[start_seconds.len() / 2];
    let within = nearly_all(start_seconds);
    let by = began + span(*within);
    if now <= began + span(*median) {
        Estimate::Usual {
            median: minutes(median),
            within: minutes(within),
            at: began + span(*median),
        }
    } else {
        // Behind the 90th percentile the longest is what is left to say.
        let within = if now <= by { within } else { longest };
        Estimate::Longer {
            median: minutes(median),
            within: minutes(within),
            by: began + span(*within),
        }
    }
}

/// No start takes a week, whatever the table says; beyond that, times could not be added up.
fn span(seconds: u64) -> TimeDelta {
    const A_WEEK: u64 = 7 * 24 * 3600;
    TimeDelta::seconds(i64::try_from(seconds.min(A_WEEK)).unwrap_or_default())
}

/// The 90th percentile: at least nine in ten took no longer.
fn nearly_all(sorted: &[u64]) -> &u64 {
    let rank = (sorted.len() * 9).div_ceil(10);
    &sorted[rank.saturating_sub(1)]
}

/// AWS's own range for a transition that nobody has measured here.
const QUICK: TimeDelta = TimeDelta::minutes(4);
const SLOW: TimeDelta = TimeDelta::minutes(10);

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
        estimate(starts, Some(at(0)), at(seconds))
    }

    #[test]
    fn without_starts_on_record_nothing_is_promised() {
        assert_eq!(after(10, &[]), Estimate::Unknown);
        assert_eq!(estimate(&[300], None, at(0)), Estimate::Unknown);
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
    fn nine_in_ten_took_no_longer() {
        for n in 1..=20_u64 {
            let starts: Vec<u64> = (1..=n).collect();
            let within = *nearly_all(&starts);
            assert!(within * 10 >= n * 9, "{n}");
            assert!((within - 1) * 10 < n * 9, "{n}");
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
}
