//! How far the wait for the VPN is: a bar, and about how many minutes are left.

use chrono::{DateTime, Utc};
use shared::model::item::rfc3339;
use shared::reconcile::{EndpointStatus, Progress};

use crate::texts::Texts;

/// A wait that this endpoint's own starts can measure. The script goes on counting with what is in here.
pub(super) struct Wait {
    /// When the bar began, and how many seconds long it is.
    pub(super) since: String,
    pub(super) seconds: i64,
    /// How far it is, in seconds.
    pub(super) passed: i64,
    /// When it will probably be over; `None`: it takes longer than ever before.
    pub(super) expected_at: Option<String>,
    /// What is left, in words.
    pub(super) left: String,
    left_in_title: String,
}

/// What is left of the wait for an endpoint, where that can be told.
pub(crate) fn left(
    status: &EndpointStatus,
    t: &'static Texts,
    now: DateTime<Utc>,
) -> Option<String> {
    let progress = status.progress(now)?;
    Some(Wait::of(progress, t, now).left)
}

impl Wait {
    pub(super) fn of(progress: Progress, t: &'static Texts, now: DateTime<Utc>) -> Self {
        let Progress {
            since,
            nearly_always_by,
            expected_at,
        } = progress;
        let seconds = (nearly_always_by - since).num_seconds().max(1);
        let passed = (now - since).num_seconds();
        let in_minutes = |format: &str| {
            expected_at.map_or_else(
                || t.left_longer.to_owned(),
                |at| with_minutes(format, minutes_left(at, now)),
            )
        };
        Self {
            since: rfc3339(since),
            seconds,
            // Only being ready fills it: the last twentieth stays empty however long it takes.
            passed: passed.clamp(0, seconds - seconds / 20),
            expected_at: expected_at.map(rfc3339),
            left: in_minutes(t.left),
            left_in_title: in_minutes(t.left_in_title),
        }
    }

    /// The title of the page, with `{m}` for the minutes; `None`: they cannot be told.
    pub(super) fn title_format(&self, t: &'static Texts, headline: &str) -> Option<String> {
        let is_told = self.expected_at.is_some();
        is_told.then(|| (t.title_with_left)(headline, t.left_in_title))
    }

    /// A title that says how long it still takes.
    pub(super) fn title(&self, t: &'static Texts, headline: &str) -> String {
        (t.title_with_left)(headline, &self.left_in_title)
    }
}

/// Begun minutes count, and the last one is not over before it is ready.
fn minutes_left(at: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    (((at - now).num_seconds() + 59) / 60).max(1)
}

fn with_minutes(format: &str, minutes: i64) -> String {
    format.replace("{m}", &minutes.to_string())
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::Language;

    fn wait(passed: i64, expected_in: Option<i64>) -> Wait {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        let progress = Progress {
            since: now - TimeDelta::seconds(passed),
            nearly_always_by: now + TimeDelta::seconds(600 - passed),
            expected_at: expected_in.map(|left| now + TimeDelta::seconds(left)),
        };
        Wait::of(progress, Texts::of(Language::En), now)
    }

    #[test]
    fn a_bar_is_never_full_before_the_vpn_is_ready() {
        for (passed, shown) in [
            (-5, 0),
            (0, 0),
            (1, 1),
            (569, 569),
            (570, 570),
            (571, 570),
            (9_999, 570),
        ] {
            let wait = wait(passed, Some(60));
            assert_eq!((wait.passed, wait.seconds), (shown, 600), "{passed}");
        }
    }

    #[test]
    fn begun_minutes_are_left_and_the_last_one_until_it_is_ready() {
        for (seconds, minutes) in [(-30, 1), (0, 1), (1, 1), (60, 1), (61, 2), (240, 4)] {
            let left = wait(0, Some(seconds)).left;
            assert_eq!(left, format!("about {minutes} min left"), "{seconds}");
        }
        assert_eq!(wait(0, None).left, "longer than usual");
    }
}
