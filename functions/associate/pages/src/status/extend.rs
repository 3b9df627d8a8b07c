//! For how long one can ask to stay: some spans, and times later today.

use chrono::{DateTime, DurationRound as _, SecondsFormat, TimeDelta, Utc};

use crate::When;
use crate::frame::Site;
use crate::texts::Texts;

/// Spans on offer, in minutes.
const SPANS: [i64; 3] = [30, 60, 180];
/// Times on offer are this far apart.
const RASTER: TimeDelta = TimeDelta::minutes(30);

/// What is on offer.
#[derive(Debug)]
pub(super) struct Extend {
    pub(super) spans: Vec<Span>,
    pub(super) times: Vec<Time>,
    pub(super) limit: String,
}

/// A span from now.
#[derive(Debug)]
pub(super) struct Span {
    pub(super) minutes: i64,
    pub(super) label: String,
}

/// A time today.
#[derive(Debug)]
pub(super) struct Time {
    pub(super) machine: String,
    pub(super) label: String,
}

impl Extend {
    /// `None` where nothing can be chosen.
    pub(super) fn offer(site: &Site, t: &'static Texts, when: &When) -> Option<Self> {
        let limit = site.rules.max_extension;
        let minutes = limit.num_minutes();
        let spans: Vec<Span> = SPANS
            .into_iter()
            .filter(|span| *span <= minutes)
            .map(|minutes| Span {
                minutes,
                label: (t.extend_by)(minutes),
            })
            .collect();
        let times = times(when, when.now + limit);
        (!spans.is_empty() || !times.is_empty()).then(|| Self {
            spans,
            times,
            limit: (t.extend_limit)(minutes, &when.at(when.now + limit)),
        })
    }
}

/// Full and half hours by the wall clock, later than in half an hour (there is a button for that), up to `latest`, today.
fn times(when: &When, latest: DateTime<Utc>) -> Vec<Time> {
    let local = when.now.with_timezone(&when.zone);
    let Ok(before) = local.duration_trunc(RASTER) else {
        return Vec::new();
    };
    std::iter::successors(Some(before), |at| at.checked_add_signed(RASTER))
        .skip(2)
        .take_while(|at| at.date_naive() == local.date_naive() && at.to_utc() <= latest)
        .map(|at| Time {
            machine: at.to_rfc3339_opts(SecondsFormat::Secs, false),
            label: at.format("%H:%M").to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;
    use crate::Language;

    fn offered(zone: Tz, now: &str, limit_hours: i64) -> Vec<String> {
        let when = When {
            zone,
            now: now.parse().unwrap(),
            language: Language::En,
        };
        let times = times(&when, when.now + TimeDelta::hours(limit_hours));
        times.into_iter().map(|time| time.machine).collect()
    }

    #[test]
    fn times_are_half_hours_of_today_up_to_the_limit() {
        let tokyo = Tz::Asia__Tokyo;
        assert_eq!(
            offered(tokyo, "2026-11-23T10:31:01+09:00", 2),
            [
                "2026-11-23T11:30:00+09:00",
                "2026-11-23T12:00:00+09:00",
                "2026-11-23T12:30:00+09:00"
            ]
        );
        assert_eq!(
            offered(tokyo, "2026-11-23T22:29:59+09:00", 12),
            ["2026-11-23T23:00:00+09:00", "2026-11-23T23:30:00+09:00"]
        );
        assert_eq!(offered(tokyo, "2026-11-23T23:10:00+09:00", 12), [""; 0]);
        assert_eq!(offered(tokyo, "2026-11-23T10:31:01+09:00", 0), [""; 0]);
    }

    #[test]
    fn times_are_the_wall_clocks_in_zones_that_are_no_whole_hours_off() {
        assert_eq!(
            offered(Tz::Asia__Kathmandu, "2026-11-23T10:31:01+05:45", 1),
            ["2026-11-23T11:30:00+05:45"]
        );
    }

    #[test]
    fn on_the_day_the_clock_goes_back_an_hour_is_offered_twice_and_told_apart() {
        let times = offered(Tz::Europe__Berlin, "2026-10-25T01:10:00+02:00", 3);
        assert_eq!(
            times[..3],
            [
                "2026-10-25T02:00:00+02:00",
                "2026-10-25T02:30:00+02:00",
                "2026-10-25T02:00:00+01:00"
            ]
        );
    }
}
