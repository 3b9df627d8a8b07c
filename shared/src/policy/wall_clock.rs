//! Instants from what a clock on the wall shows.

use chrono::{DateTime, MappedLocalTime, NaiveDateTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

/// No zone has ever skipped more than a day.
const MAX_SKIPPED_MINUTES: i64 = 24 * 60;

/// The instant at which the wall clock shows this: the first of two, and of a time that a clock change skips the first
/// instant after. `None` at the ends of time.
pub fn first_instant(zone: Tz, local: NaiveDateTime) -> Option<DateTime<Utc>> {
    (0..=MAX_SKIPPED_MINUTES).find_map(|minutes| {
        let local = local.checked_add_signed(TimeDelta::minutes(minutes))?;
        match zone.from_local_datetime(&local) {
            MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => Some(at.to_utc()),
            MappedLocalTime::None => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_comes_twice_is_the_first_and_one_that_is_skipped_the_next() {
        for (zone, local, at) in [
            (
                Tz::Asia__Tokyo,
                "2026-11-23T11:00:00",
                "2026-11-23T02:00:00Z",
            ),
            (
                Tz::Europe__Berlin,
                "2026-10-25T02:30:00",
                "2026-10-25T00:30:00Z",
            ),
            (
                Tz::Europe__Berlin,
                "2026-03-29T01:59:00",
                "2026-03-29T00:59:00Z",
            ),
            (
                Tz::Europe__Berlin,
                "2026-03-29T02:00:00",
                "2026-03-29T01:00:00Z",
            ),
            (
                Tz::Europe__Berlin,
                "2026-03-29T02:30:00",
                "2026-03-29T01:00:00Z",
            ),
            (
                Tz::Pacific__Apia,
                "2011-12-30T12:00:00",
                "2011-12-30T10:00:00Z",
            ),
        ] {
            let local: NaiveDateTime = local.parse().unwrap();
            assert_eq!(
                first_instant(zone, local),
                Some(at.parse().unwrap()),
                "{local}"
            );
        }
    }
}
