//! What went wrong, as a person can tell an administrator.

use askama::Template;
use chrono::{DateTime, Utc};

use crate::frame::{Frame, Site};
use crate::texts::{Texts, Told};
use crate::{Language, render};

/// Why somebody sees no page of the kind they wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble<'a> {
    /// No valid identity.
    SignIn,
    /// A verified person who may not use the VPN.
    NotPermitted,
    /// The keys that a sign-in is checked with are out of reach.
    Keys,
    /// No such path.
    NotFound,
    /// Not by this method.
    Method,
    /// Sent by a page elsewhere.
    CrossSite,
    /// What was sent cannot be read. No page of ours sends such a thing.
    Malformed {
        /// What is wrong with it, in English, for whoever made it.
        detail: &'a str,
    },
    /// The time asked for has passed.
    Past {
        /// The time asked for.
        until: DateTime<Utc>,
    },
    /// The time asked for is too far ahead.
    TooFar {
        /// The latest time possible.
        latest: DateTime<Utc>,
    },
    /// The request is not durable.
    NotRecorded,
    /// How the endpoint stands could not be read.
    NotRead,
    /// EC2 refused for a reason that trying again will not cure.
    Refused,
}

/// The page of an error.
#[derive(Debug)]
pub struct ErrorPage<'a> {
    /// The installation.
    pub site: &'a Site,
    /// The reader's.
    pub language: Language,
    /// What went wrong.
    pub trouble: Trouble<'a>,
    /// EC2's code, where there is one.
    pub code: Option<&'a str>,
    /// Under which the request stands in the logs.
    pub trace_id: &'a str,
    /// Where to go on: the path of a page that asks for nothing.
    pub back: Option<&'a str>,
    /// Whether this is a page that may work in a moment: it then looks again by itself.
    pub looks_again: bool,
    /// The present time.
    pub now: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "error.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    told: Told,
    error: &'a ErrorPage<'a>,
    time: String,
}

/// How soon to look again.
const REFRESH_SECONDS: u32 = 10;

impl ErrorPage<'_> {
    /// The page.
    pub fn html(&self) -> String {
        let when = self.site.when(self.language, self.now);
        let t = Texts::of(self.language);
        let told = (t.error)(&self.trouble, &when);
        let mut frame = Frame::new(self.site, self.language, told.title);
        frame.icon = crate::Asset::icon(shared::policy::Phase::Failed).path();
        // Without a script, too: a page that failed has none.
        frame.refresh_seconds = self.looks_again.then_some(REFRESH_SECONDS);
        // Somebody whose account is not permitted may have another one.
        frame.has_sign_out &= self.trouble == Trouble::NotPermitted;
        render(&Page {
            frame,
            t,
            told,
            error: self,
            time: when.at(self.now),
        })
    }
}
