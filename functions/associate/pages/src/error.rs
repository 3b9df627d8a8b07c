//! What went wrong, so that an employee can tell an administrator.

use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use page::{Frame, render};
use shared::policy::Phase;

use crate::Language;
use crate::assets::ASSETS;
use crate::frame::Site;
use crate::texts::{Texts, Told};

/// Why an employee gets an error page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble<'a> {
    /// No valid identity.
    SignIn,
    /// Signed in, but not permitted.
    NotPermitted,
    /// The keys to check a sign-in with are out of reach.
    Keys,
    NotFound,
    /// Not by this method.
    Method,
    /// Sent by another site's page.
    CrossSite,
    /// What was sent cannot be read. Our pages send nothing of the kind.
    Malformed {
        /// What is wrong with it, in English, for the author of the program that sent it.
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
    /// An order that was not given.
    Order(OrderTrouble),
    /// A booking that was not made or not cancelled.
    Booking(BookingTrouble),
    /// The request is not durable.
    NotRecorded,
    /// The endpoint's status could not be read.
    NotRead,
    /// EC2 refused for a reason that trying again will not cure.
    Refused,
}

/// Why an order was not given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderTrouble {
    /// Only administrators give orders.
    NotAdministrator,
    /// Its end is too far ahead.
    TooFar {
        /// The latest end possible.
        latest: DateTime<Utc>,
    },
    /// An order that takes the VPN from its users says why.
    NoReason,
    /// The reason is too long, or has characters that no reason has.
    Reason,
    /// The order in force is another than the one shown.
    Changed {
        /// The order in force, as [`shared::reconcile::ModeView::text`] has it.
        now: String,
    },
}

/// Why a booking was not made or not cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookingTrouble {
    /// Neither days nor a date is chosen, or both are.
    NoDay,
    /// The time has passed on its date.
    Past,
    /// The VPN would stay longer than is possible.
    TooLong { longest: TimeDelta },
    /// The reader has as many as there can be.
    TooMany,
    /// Only administrators cancel those of others.
    NotYours,
    /// There is none of this name.
    Unknown,
    /// Whether it is durable is not known.
    NotCertain,
}

#[derive(Debug)]
pub struct ErrorPage<'a> {
    pub site: &'a Site,
    pub language: Language,
    /// What went wrong.
    pub trouble: Trouble<'a>,
    /// EC2's code, where there is one.
    pub code: Option<&'a str>,
    /// Finds the request in the logs.
    pub trace_id: &'a str,
    /// The path of a page to go on with, which asks for nothing.
    pub back: Option<&'a str>,
    /// Whether the page may work in a moment, so that it reloads by itself.
    pub looks_again: bool,
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

/// How soon to reload.
const REFRESH_SECONDS: u32 = 10;

impl ErrorPage<'_> {
    pub fn html(&self) -> String {
        let when = self.site.when(self.language, self.now);
        let t = Texts::of(self.language);
        let told = (t.error)(&self.trouble, &when);
        let mut frame = self.site.frame(self.language, told.title);
        frame.icon = ASSETS.icon(Phase::Failed).path();
        // Without a script, too: a page that failed has none.
        frame.refresh_seconds = self.looks_again.then_some(REFRESH_SECONDS);
        // An employee whose account is not permitted may have another one.
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
