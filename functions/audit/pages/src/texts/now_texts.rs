//! What the page "Now" says.

use chrono::TimeDelta;
use page::When;
use shared::policy::{Phase, Reason, Warning};
use shared::reconcile::ModeView;

use crate::Language;

/// A [`NowTexts`] that lacks a text does not compile.
#[derive(Debug)]
pub(crate) struct NowTexts {
    pub(crate) as_of: fn(&str) -> String,
    pub(crate) no_endpoint: &'static str,
    pub(crate) phase: fn(Phase) -> &'static str,
    /// Why, in a sentence, for who wants to know which rule it is.
    pub(crate) why: fn(&Reason, &When) -> String,
    pub(crate) until: fn(&str) -> String,
    pub(crate) warning: fn(&Warning) -> String,
    /// A sweep that is late: of which endpoint, when it was, how many minutes ago.
    pub(crate) sweep_late: fn(&str, &str, i64) -> String,
    pub(crate) never_swept: fn(&str) -> String,

    pub(crate) today: &'static str,
    pub(crate) today_hours: fn(&str) -> String,
    pub(crate) same_in_words: &'static str,

    pub(crate) holders: &'static str,
    pub(crate) no_holder: &'static str,
    pub(crate) order: &'static str,
    pub(crate) no_order: &'static str,
    /// The order, and its end.
    pub(crate) ordered: fn(&ModeView, Option<&str>) -> String,
    pub(crate) order_by: &'static str,
    pub(crate) order_reason: &'static str,
    pub(crate) last_decision: &'static str,
    pub(crate) last_sweep: &'static str,
    pub(crate) not_known: &'static str,
    pub(crate) ago: fn(i64) -> String,

    pub(crate) connections: &'static str,
    pub(crate) connections_not_read: &'static str,
    pub(crate) no_connection: &'static str,
    pub(crate) more_holders: fn(usize) -> String,
    /// More are connected than sweeps remember, or than there is room for.
    pub(crate) more_connections: fn(usize) -> String,
    pub(crate) user: &'static str,
    pub(crate) since: &'static str,
    pub(crate) rate: &'static str,
    pub(crate) counts: &'static str,
    pub(crate) in_use: &'static str,
    pub(crate) silent: &'static str,
    pub(crate) below_limit: &'static str,
    /// From the limit in KiB an hour, and over what time connections are judged now.
    pub(crate) limit: fn(&str, Option<TimeDelta>) -> String,
    pub(crate) counters_read: fn(&str) -> String,

    pub(crate) orders_link: &'static str,
    pub(crate) log_link: &'static str,

    pub(crate) findings: &'static str,
    pub(crate) no_finding: &'static str,
    pub(crate) all_findings: &'static str,
    pub(crate) records: &'static str,
    pub(crate) no_record: &'static str,
    pub(crate) all_records: &'static str,

    pub(crate) policy: &'static str,
    pub(crate) policy_since: fn(&str) -> String,
    pub(crate) no_policy: &'static str,
    pub(crate) setting: &'static str,
    pub(crate) value: &'static str,
    pub(crate) none: &'static str,
    /// What a setting means; `None`: a name that this version does not know.
    pub(crate) meaning: fn(&str) -> Option<&'static str>,
}

impl NowTexts {
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::Ja => &super::now_ja::JA,
            Language::En => &super::now_en::EN,
        }
    }
}
