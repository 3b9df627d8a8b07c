//! An instant as administrators read it: local time, and UTC beside it.

use chrono::{DateTime, Utc};
use page::When;
use shared::model::item::rfc3339;

/// How an instant stands in tables: always with its date, for what is on record may be a year old.
const FORMAT: &str = "%Y-%m-%d %H:%M:%S";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) machine: String,
    pub(crate) local: String,
    /// What the zone is called then.
    pub(crate) zone: String,
    /// Shown when the local time is pointed at or focused.
    pub(crate) utc: String,
}

impl Moment {
    pub(crate) fn of(instant: DateTime<Utc>, when: &When) -> Self {
        let local = instant.with_timezone(&when.zone);
        Self {
            machine: rfc3339(instant),
            local: local.format(FORMAT).to_string(),
            zone: when.zone_name(instant),
            utc: format!("{} UTC", instant.format(FORMAT)),
        }
    }

    /// Local time and zone alone.
    pub(crate) fn in_words(instant: DateTime<Utc>, when: &When) -> String {
        let Self { local, zone, .. } = Self::of(instant, when);
        format!("{local} {zone}")
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;
    use crate::Language;

    #[test]
    fn local_time_tells_the_two_hours_of_a_clock_change_apart() {
        let when = When {
            zone: Tz::Europe__Berlin,
            now: DateTime::UNIX_EPOCH,
            language: Language::En,
        };
        let shown = |at: &str| Moment::in_words(at.parse().unwrap(), &when);
        assert_eq!(shown("2026-10-25T00:30:00Z"), "2026-10-25 02:30:00 CEST");
        assert_eq!(shown("2026-10-25T01:30:00Z"), "2026-10-25 02:30:00 CET");
    }

    #[test]
    fn the_ends_of_the_calendar_are_shown_too() {
        let when = When {
            zone: Tz::Asia__Tokyo,
            now: DateTime::UNIX_EPOCH,
            language: Language::Ja,
        };
        for end in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            assert!(!Moment::in_words(end, &when).is_empty());
        }
    }
}
