//! What went wrong, for people.

use audit_pages::{ErrorPage, Trouble};
use chrono::{DateTime, Utc};
use page::Language;

use crate::app::App;
use crate::refusal::Refusal;

impl App {
    /// The page for an error.
    pub(crate) fn error(
        &self,
        refusal: &Refusal,
        language: Language,
        trace_id: &str,
        now: DateTime<Utc>,
    ) -> String {
        let detail = refusal.meaning().detail;
        let page = ErrorPage {
            site: &self.site(refusal.email(), None),
            language,
            trouble: trouble(refusal, &detail),
            trace_id,
            now,
        };
        page.html()
    }
}

fn trouble<'a>(refusal: &'a Refusal, detail: &'a str) -> Trouble<'a> {
    match refusal {
        Refusal::Identity(error) => match error.refusal() {
            shared::identity::Refusal::NotValid => Trouble::SignIn,
            shared::identity::Refusal::NotPermitted(_) => Trouble::NotPermitted,
            shared::identity::Refusal::Unavailable => Trouble::Keys,
        },
        Refusal::NoRole { .. } => Trouble::NotPermitted,
        Refusal::Elsewhere => Trouble::CrossSite,
        Refusal::NotFound => Trouble::NotFound,
        Refusal::Method => Trouble::Method,
        Refusal::Malformed(_) => Trouble::Malformed {
            parameter: "",
            detail,
        },
        Refusal::Input(error) => Trouble::Malformed {
            parameter: error.parameter(),
            detail,
        },
        Refusal::Read(shared::ports::StoreError::IndexNotReady { .. }) => Trouble::IndexNotReady,
        Refusal::Read(
            shared::ports::StoreError::Unavailable { .. } | shared::ports::StoreError::Malformed(_),
        ) => Trouble::NotRead,
        Refusal::Unrecorded(_) => Trouble::NotRecorded,
    }
}
