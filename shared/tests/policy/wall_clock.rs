//! What a clock on the wall shows, from the published offsets of 2026 and without a time zone library.

use chrono_tz::Tz;

/// A zone with its offset from UTC in seconds, at the start of 2026 and from each change on.
pub(crate) struct Zone {
    pub(crate) tz: Tz,
    winter: i64,
    /// The epoch seconds at which summer time begins and ends.
    summer: Option<(i64, i64)>,
}

const HOUR: i64 = 3600;

pub(crate) const TOKYO: Zone = Zone {
    tz: chrono_tz::Asia::Tokyo,
    winter: 9 * HOUR,
    summer: None,
};

/// Summer time from 2026-03-29T01:00:00Z to 2026-10-25T01:00:00Z.
pub(crate) const BERLIN: Zone = Zone {
    tz: chrono_tz::Europe::Berlin,
    winter: HOUR,
    summer: Some((1_774_746_000, 1_792_890_000)),
};

/// Summer time from 2026-03-08T07:00:00Z to 2026-11-01T06:00:00Z.
pub(crate) const NEW_YORK: Zone = Zone {
    tz: chrono_tz::America::New_York,
    winter: -5 * HOUR,
    summer: Some((1_772_953_200, 1_793_512_800)),
};

impl Zone {
    /// The seconds since the beginning of 1970 that a clock on the wall, with its calendar, shows.
    pub(crate) fn shown(&self, epoch: i64) -> i64 {
        let summer = self
            .summer
            .is_some_and(|(from, to)| from <= epoch && epoch < to);
        epoch + self.winter + if summer { HOUR } else { 0 }
    }

    /// The seconds since midnight that it shows.
    pub(crate) fn time_of_day(&self, epoch: i64) -> i64 {
        self.shown(epoch).rem_euclid(24 * HOUR)
    }

    /// The instants at which clocks change.
    pub(crate) fn changes(&self) -> Vec<i64> {
        self.summer.iter().flat_map(|(a, b)| [*a, *b]).collect()
    }

    /// Whether an instant lies in a window, given in minutes since midnight.
    pub(crate) fn is_in(&self, window: (i64, i64), epoch: i64) -> bool {
        let (from, to) = (window.0 * 60, window.1 * 60);
        let time = self.time_of_day(epoch);
        if from < to {
            (from..to).contains(&time)
        } else {
            !(to..from).contains(&time)
        }
    }
}

/// `HH:MM-HH:MM` of a window given in minutes since midnight.
pub(crate) fn window_text((from, to): (i64, i64)) -> String {
    let time = |minutes: i64| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    format!("{}-{}", time(from), time(to))
}

#[test]
fn the_changes_are_where_the_calendars_say() {
    use crate::world::time;
    let epochs = |zone: &Zone| zone.changes();
    assert_eq!(
        epochs(&BERLIN),
        [
            time("2026-03-29T01:00:00Z").timestamp(),
            time("2026-10-25T01:00:00Z").timestamp()
        ]
    );
    assert_eq!(
        epochs(&NEW_YORK),
        [
            time("2026-03-08T07:00:00Z").timestamp(),
            time("2026-11-01T06:00:00Z").timestamp()
        ]
    );
}
