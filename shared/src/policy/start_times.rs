//! What an endpoint's own last starts say about the next one.

use chrono::TimeDelta;

/// How much longer than nine in ten starts a lead is.
const RESERVE: TimeDelta = TimeDelta::minutes(2);
/// The longest lead.
const MAX_LEAD: TimeDelta = TimeDelta::minutes(30);
/// The lead where too few starts are known.
const UNKNOWN_LEAD: TimeDelta = TimeDelta::minutes(15);
const ENOUGH_STARTS: usize = 3;

/// How long before the time that is booked a start begins (DESIGN 6), given how long the last ones took, in seconds.
pub fn lead(start_seconds: &[u64]) -> TimeDelta {
    let mut sorted = start_seconds.to_vec();
    sorted.sort_unstable();
    let most = nearly_all(&sorted).filter(|_| sorted.len() >= ENOUGH_STARTS);
    most.map_or(UNKNOWN_LEAD, |seconds| {
        let seconds = i64::try_from(seconds)
            .unwrap_or(i64::MAX)
            .min(MAX_LEAD.num_seconds());
        MAX_LEAD.min(TimeDelta::seconds(seconds) + RESERVE)
    })
}

/// The 90th percentile of what is sorted: at least nine in ten are no greater.
pub fn nearly_all(sorted: &[u64]) -> Option<u64> {
    let rank = (sorted.len() * 9).div_ceil(10);
    sorted.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_in_ten_took_no_longer() {
        assert_eq!(nearly_all(&[]), None);
        for n in 1..=20_u64 {
            let starts: Vec<u64> = (1..=n).collect();
            let within = nearly_all(&starts).unwrap();
            assert!(within * 10 >= n * 9, "{n}");
            assert!((within - 1) * 10 < n * 9, "{n}");
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
            (&[1680, 1680, 1680], 30),
            (&[1681, 1681, 1681], 30),
            (&[u64::MAX, u64::MAX, u64::MAX], 30),
        ] {
            assert_eq!(lead(starts), TimeDelta::minutes(minutes), "{starts:?}");
        }
    }
}
