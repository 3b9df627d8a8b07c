//! What went wrong, or why a visitor is refused.

use askama::Template;
use chrono::{DateTime, Utc};
use page::{Frame, render};
use shared::policy::Phase;

use crate::Language;
use crate::assets::{ASSETS, PUBLIC};
use crate::frame::Site;
use crate::moment::Moment;
use crate::texts::Texts;

/// Why there is an error page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble<'a> {
    /// No valid identity.
    SignIn,
    /// Signed in, and neither an administrator nor an auditor. It is on record.
    NotPermitted,
    /// The keys to check a sign-in with are out of reach.
    Keys,
    NotFound,
    /// These pages only read.
    Method,
    /// An export that another site's page asked for.
    CrossSite,
    /// A part of the address cannot be read.
    Malformed {
        /// The query's parameter.
        parameter: &'a str,
        /// What is wrong with it, in English.
        detail: &'a str,
    },
    /// An index is still being built.
    IndexNotReady,
    /// DynamoDB is out of reach.
    NotRead,
    /// An export, or a refusal, could not be put on record.
    NotRecorded,
}

impl Trouble<'_> {
    /// Whether the visitor is known to be an administrator or auditor.
    fn is_of_a_reader(self) -> bool {
        match self {
            Self::SignIn | Self::NotPermitted | Self::Keys => false,
            Self::NotFound
            | Self::Method
            | Self::CrossSite
            | Self::Malformed { .. }
            | Self::IndexNotReady
            | Self::NotRead
            | Self::NotRecorded => true,
        }
    }
}

#[derive(Debug)]
pub struct ErrorPage<'a> {
    pub site: &'a Site,
    pub language: Language,
    pub trouble: Trouble<'a>,
    /// Finds the request in the logs.
    pub trace_id: &'a str,
    pub now: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "error.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    title: &'static str,
    sentences: Vec<String>,
    /// In whose place a reader may look.
    has_log: bool,
    parameter: Option<&'a str>,
    detail: Option<&'a str>,
    time: String,
    trace_id: &'a str,
}

impl ErrorPage<'_> {
    pub fn html(&self) -> String {
        let Self { site, trouble, .. } = *self;
        let t = Texts::of(self.language);
        let told = (t.error.told)(trouble, site.viewer.as_deref().unwrap_or_default());
        let is_of_a_reader = trouble.is_of_a_reader();
        let mut frame = if is_of_a_reader {
            site.frame(self.language, None, told.title)
        } else {
            site.frame_for_strangers(self.language, told.title)
        };
        // A person whose account is not permitted may have another one.
        frame.has_sign_out = site.has_sign_out && trouble == Trouble::NotPermitted;
        let assets = if is_of_a_reader { &ASSETS } else { &PUBLIC };
        frame.icon = assets.icon(Phase::Failed).path();
        let (parameter, detail) = match trouble {
            Trouble::Malformed { parameter, detail } => (Some(parameter), Some(detail)),
            Trouble::SignIn
            | Trouble::NotPermitted
            | Trouble::Keys
            | Trouble::NotFound
            | Trouble::Method
            | Trouble::CrossSite
            | Trouble::IndexNotReady
            | Trouble::NotRead
            | Trouble::NotRecorded => (None, None),
        };
        let when = site.when(self.language, self.now);
        render(&Page {
            frame,
            t,
            title: told.title,
            sentences: told.sentences,
            has_log: is_of_a_reader,
            parameter,
            detail,
            time: Moment::in_words(self.now, &when),
            trace_id: self.trace_id,
        })
    }
}
