//! Errors, in English.

use super::{ErrorTexts, Told};
use crate::error_page::Trouble;

pub(super) const ERRORS: ErrorTexts = ErrorTexts {
    told,
    to_log: "To the log",
    parameter: "Part of the address",
    detail: "What is wrong",
    trace_id: "Trace ID",
};

fn told(trouble: Trouble<'_>, viewer: &str) -> Told {
    match trouble {
        Trouble::SignIn => Told::new("You are not signed in", &["Please sign in again."]),
        Trouble::NotPermitted => Told::new(
            "For administrators and auditors only",
            &[
                &format!(
                    "You are signed in as {viewer}. This account is neither an administrator’s nor an auditor’s, so there is nothing \
                     here for it."
                ),
                "That this page was asked for is on record.",
                "If you need it for your work, ask an administrator of the VPN to let you in. Using the VPN does not need it.",
            ],
        ),
        Trouble::Keys => Told::new(
            "Not available right now",
            &["Your sign-in could not be checked. Please try again in a moment."],
        ),
        Trouble::NotFound => Told::new(
            "Not found",
            &[
                "There is no such page or record. It may have expired: records are kept for a time only.",
            ],
        ),
        Trouble::Method => Told::new(
            "Not possible",
            &["These pages only show what is on record. Nothing can be changed here."],
        ),
        Trouble::CrossSite => Told::new(
            "Not sent",
            &[
                "Another site’s page asked for this download, so it was refused. Please open the log and download it there.",
            ],
        ),
        Trouble::Malformed { .. } => Told::new(
            "This address cannot be read",
            &["A part of it is not as it should be. Nothing was read."],
        ),
        Trouble::IndexNotReady => Told::new(
            "Not available yet",
            &[
                "An index of the audit table is still being built, as happens after an update. This takes some minutes, and longer for a \
                 large table.",
                "Pages that do not need it work meanwhile. Please try again later.",
            ],
        ),
        Trouble::NotRead => Told::new(
            "Not available right now",
            &["The records could not be read. Please try again in a moment."],
        ),
        Trouble::NotRecorded => Told::new(
            "Not available right now",
            &[
                "What is asked for here has to be put on record first, and that failed. Please try again in a moment.",
            ],
        ),
    }
}
