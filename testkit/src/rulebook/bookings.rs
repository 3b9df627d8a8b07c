//! Bookings, worked out anew from DESIGN 6 "Booking", and not by the code that is judged.

use chrono::{
    DateTime, Datelike as _, NaiveDate, NaiveDateTime, Offset as _, TimeDelta, TimeZone, Utc,
};
use shared::model::{BookedOn, Booking, Rules};

/// An endpoint that is up is kept for so long before a lead begins.
pub const KEPT_BEFORE_LEAD: TimeDelta = TimeDelta::minutes(20);
/// The longest lead there is.
pub const LONGEST_LEAD: TimeDelta = TimeDelta::minutes(30);
/// Two hours after its time at most, a booking is placed no more.
const LONGEST_WINDOW: TimeDelta = TimeDelta::hours(2);

/// A booking on one of its dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appointment {
    /// By the wall clock.
    pub date: NaiveDate,
    /// When it is to be ready.
    pub ready_at: DateTime<Utc>,
    /// From then on it is missed.
    pub closes_at: DateTime<Utc>,
    /// How long its lease runs.
    pub lease_until: DateTime<Utc>,
}

impl Appointment {
    /// What a booking stands for on a date; `None`: nothing.
    pub fn of(booking: &Booking, date: NaiveDate, rules: &Rules) -> Option<Self> {
        let times = &booking.times;
        let is_named = match times.on {
            BookedOn::Date(day) => day == date,
            BookedOn::Days(days) => days.contains(date.weekday()) && !rules.holidays.contains(date),
        };
        let ready_at = instant(&rules.time_zone, date.and_time(times.ready_by));
        // Who books after today's time means the next day.
        if !is_named || booking.created_at >= ready_at {
            return None;
        }
        let grace = rules.first_connection_grace;
        let lease_until = times.stay_until.map_or(ready_at + grace, |until| {
            let is_same_day = until > times.ready_by;
            let day = if is_same_day {
                Some(date)
            } else {
                date.succ_opt()
            };
            instant(&rules.time_zone, day.unwrap_or(date).and_time(until))
        });
        Some(Self {
            date,
            ready_at,
            closes_at: (ready_at + grace.min(LONGEST_WINDOW)).min(lease_until),
            lease_until,
        })
    }

    /// Those of a booking whose times may be near: of yesterday, today and tomorrow.
    pub fn near(booking: &Booking, rules: &Rules, now: DateTime<Utc>) -> Vec<Self> {
        let today = now.with_timezone(&rules.time_zone).date_naive();
        let dates = [today.pred_opt(), Some(today), today.succ_opt()];
        let dates = dates.into_iter().flatten();
        dates
            .filter_map(|date| Self::of(booking, date, rules))
            .collect()
    }
}

/// How long before its time a booking is placed, by the starts that are known, in seconds.
pub fn lead(starts: &[u64]) -> TimeDelta {
    if starts.len() < 3 {
        return TimeDelta::minutes(15);
    }
    let mut starts = starts.to_vec();
    starts.sort_unstable_by(|one, other| other.cmp(one));
    // One in ten may take longer.
    let most = starts.get(starts.len() / 10).copied().unwrap_or_default();
    let most = i64::try_from(most).unwrap_or(i64::MAX).min(24 * 3600);
    LONGEST_LEAD.min(TimeDelta::seconds(most) + TimeDelta::minutes(2))
}

/// When the clock on the wall shows this first; where it never does, when it goes on.
pub fn instant<Z: TimeZone>(zone: &Z, wall: NaiveDateTime) -> DateTime<Utc> {
    let offset = |at: NaiveDateTime| {
        let offset = zone.offset_from_utc_datetime(&at).fix();
        TimeDelta::seconds(offset.local_minus_utc().into())
    };
    let day = TimeDelta::days(1);
    // As if the clocks were not changed, and as if they had been before.
    let by_old = wall - offset(wall - day);
    let by_new = wall - offset(wall + day);
    if by_old + offset(by_old) == wall {
        return by_old.and_utc();
    }
    if by_new + offset(by_new) == wall {
        return by_new.and_utc();
    }
    // It is skipped: between these two the clocks are set forward, on a whole minute.
    let (before, after) = (by_new.min(by_old), by_new.max(by_old));
    let minutes = 0..=(after - before).num_minutes();
    let skipped = minutes
        .map(|minutes| before + TimeDelta::minutes(minutes))
        .find(|at| *at + offset(*at) > wall);
    skipped.unwrap_or(after).and_utc()
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;

    #[test]
    fn a_wall_clock_shows_a_time_first_or_goes_on_after_it() {
        for (zone, wall, at) in [
            ("Asia/Tokyo", "2027-11-23T11:00:00", "2027-11-23T02:00:00Z"),
            (
                "Europe/Berlin",
                "2027-10-31T02:30:00",
                "2027-10-31T00:30:00Z",
            ),
            (
                "Europe/Berlin",
                "2027-03-28T02:30:00",
                "2027-03-28T01:00:00Z",
            ),
            (
                "Europe/Berlin",
                "2027-03-28T03:00:00",
                "2027-03-28T01:00:00Z",
            ),
            (
                "Europe/Berlin",
                "2027-03-28T01:59:00",
                "2027-03-28T00:59:00Z",
            ),
            (
                "America/New_York",
                "2027-03-14T02:15:00",
                "2027-03-14T07:00:00Z",
            ),
            (
                "America/New_York",
                "2027-11-07T01:45:00",
                "2027-11-07T05:45:00Z",
            ),
            (
                "Australia/Lord_Howe",
                "2027-10-03T02:15:00",
                "2027-10-02T15:30:00Z",
            ),
            (
                "Australia/Lord_Howe",
                "2027-04-04T01:45:00",
                "2027-04-03T14:45:00Z",
            ),
        ] {
            let zone: Tz = zone.parse().unwrap();
            let at: DateTime<Utc> = at.parse().unwrap();
            assert_eq!(instant(&zone, wall.parse().unwrap()), at, "{zone} {wall}");
        }
    }

    #[test]
    fn a_lead_is_what_nine_in_ten_starts_took_and_two_minutes() {
        for (starts, minutes) in [
            (&[][..], 15),
            (&[60, 60], 15),
            (&[240, 360, 300], 8),
            (&[60, 60, 60, 60, 60, 60, 60, 60, 60, 1500], 3),
            (&[60, 60, 60, 60, 60, 60, 60, 60, 600, 1500], 12),
            (&[1681, 1681, 1681], 30),
        ] {
            assert_eq!(lead(starts), TimeDelta::minutes(minutes), "{starts:?}");
        }
    }
}
