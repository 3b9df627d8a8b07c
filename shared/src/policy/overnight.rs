//! Night by the wall clock of a time zone.

use chrono::{DateTime, Utc};

use crate::model::Rules;

/// Whether an instant lies in the overnight window: what a clock on the wall shows then, so that the window keeps
/// its times on the days when clocks change.
pub fn is_overnight(rules: &Rules, at: DateTime<Utc>) -> bool {
    let Some(window) = rules.overnight_window else {
        return false;
    };
    let time = at.with_timezone(&rules.time_zone).time();
    if window.from() < window.to() {
        window.from() <= time && time < window.to()
    } else {
        window.from() <= time || time < window.to()
    }
}
