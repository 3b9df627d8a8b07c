//! How long an invocation has, and what is still begun in it.

use chrono::{DateTime, TimeDelta, Utc};
use lambda_runtime::Context;

/// Kept for the answer: a process that is killed at the deadline says nothing.
const FOR_THE_ANSWER: TimeDelta = TimeDelta::seconds(1);

/// With less left than this, no endpoint is begun: 17 s for a stop (`shared::reconcile`), and some to find out that one
/// is due.
const FOR_AN_ENDPOINT: TimeDelta = TimeDelta::seconds(20);

/// The times of one invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until then an endpoint may be begun.
    pub begin_by: DateTime<Utc>,
    /// Then the answer is given. Endpoints under way have to be done, or are left as they are.
    pub end_by: DateTime<Utc>,
}

impl Limits {
    /// What Lambda's deadline means.
    pub fn of(context: &Context) -> Self {
        let deadline = i64::try_from(context.deadline).ok();
        let deadline = deadline.and_then(DateTime::from_timestamp_millis);
        Self::before(deadline.unwrap_or(DateTime::<Utc>::MAX_UTC))
    }

    /// So that all is done before this time.
    pub fn before(deadline: DateTime<Utc>) -> Self {
        let end_by = deadline - FOR_THE_ANSWER;
        Self {
            begin_by: end_by - FOR_AN_ENDPOINT,
            end_by,
        }
    }
}
