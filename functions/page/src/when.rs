//! Instants and spans as texts.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::Language;

/// How times are written: in the office's zone, without today's date.
#[derive(Debug, Clone, Copy)]
pub struct When {
    pub zone: Tz,
    pub now: DateTime<Utc>,
    pub language: Language,
}

impl When {
    /// The time of day with its zone; the date too, where it is not today.
    pub fn at(&self, instant: DateTime<Utc>) -> String {
        format!("{} {}", self.clock(instant), self.zone_name(instant))
    }

    /// The same without the zone.
    pub fn clock(&self, instant: DateTime<Utc>) -> String {
        let local = instant.with_timezone(&self.zone);
        let is_today = local.date_naive() == self.now.with_timezone(&self.zone).date_naive();
        let format = match (is_today, self.language) {
            (true, _) => "%H:%M",
            (false, Language::Ja) => "%-m月%-d日 %H:%M",
            (false, Language::En) => "%-d %b %H:%M",
        };
        local.format(format).to_string()
    }

    /// What the zone is called at an instant: `JST`, or `UTC+05:30` where it has no name.
    pub fn zone_name(&self, instant: DateTime<Utc>) -> String {
        let local = instant.with_timezone(&self.zone);
        let name = local.format("%Z").to_string();
        if name.starts_with(['+', '-']) {
            local.format("UTC%:z").to_string()
        } else {
            name
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn when(zone: Tz, language: Language) -> When {
        let now = "2026-11-23T01:31:01Z".parse().unwrap();
        When {
            zone,
            now,
            language,
        }
    }

    #[test]
    fn people_read_times_in_their_zone_and_are_told_which() {
        let tokyo = when(Tz::Asia__Tokyo, Language::Ja);
        assert_eq!(
            tokyo.at("2026-11-23T02:05:59Z".parse().unwrap()),
            "11:05 JST"
        );
        let tomorrow = "2026-11-23T15:00:00Z".parse().unwrap();
        assert_eq!(tokyo.at(tomorrow), "11月24日 00:00 JST");
        let english = when(Tz::Asia__Tokyo, Language::En);
        assert_eq!(english.at(tomorrow), "24 Nov 00:00 JST");
        let unnamed = when(Tz::Asia__Dubai, Language::En);
        assert_eq!(unnamed.zone_name(tomorrow), "UTC+04:00");
    }
}
