//! Where an endpoint stands, until when, and what to do next.

mod bookings;
mod extend;
mod holders;
mod orders;
mod situation;
mod start;
mod stays;
mod take_down;
mod wait;

use askama::Template;
use chrono::{DateTime, Utc};
use page::{Frame, render};
use shared::model::Email;
use shared::model::item::rfc3339;
use shared::policy::Phase;
use shared::reconcile::EndpointStatus;

use crate::assets::{ASSETS, SCRIPT};
use crate::frame::Site;
use crate::texts::{About, NotifyTexts, Texts};
use crate::{Language, When};

pub use bookings::OwnBookings;
pub(crate) use orders::{Ordered, in_words as order_in_words, keeps_asks};
pub(crate) use shared::reconcile::Estimate;
pub(crate) use situation::{FailureKind, Situation};
pub use take_down::TakeDownPage;
pub(crate) use wait::left;

use bookings::Bookings;
use extend::Extend;
use holders::{Holder, done, holders};
use orders::{Form, Standing};
use start::{Failed, Start};
use stays::{Going, Stays};
use wait::Wait;

/// How often a browser without scripts looks again while something is on its way.
const REFRESH_SECONDS: u32 = 10;

/// The status page of one endpoint.
#[derive(Debug)]
pub struct StatusPage<'a> {
    /// The installation.
    pub site: &'a Site,
    /// The reader's.
    pub language: Language,
    /// Where it stands.
    pub standing: &'a EndpointStatus,
    /// The viewer's bookings.
    pub own: &'a OwnBookings,
    /// Who looks.
    pub viewer: &'a Email,
    /// Whether the viewer gives orders.
    pub is_administrator: bool,
    /// Under which the request stands in the logs.
    pub trace_id: &'a str,
    /// The present time.
    pub now: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "status.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    name: &'a str,
    phase: &'static str,
    look: &'static str,
    now: String,
    headline: &'static str,
    explanation: String,
    is_awaited: bool,
    /// The title with `{m}` for the minutes that are left, where they can be told.
    title_format: Option<String>,
    wait: Option<Wait>,
    start: Option<Start>,
    failed: Option<Failed<'a>>,
    is_dry_run: bool,
    order: Option<Standing<'a>>,
    /// The label of the button that asks, and what an ask means now where that is not plain.
    ask: Option<&'static str>,
    ask_note: Option<&'static str>,
    is_to_connect: bool,
    stays: Option<Stays>,
    going: Option<Going>,
    /// What notifications tell, where there is something to be told.
    notify: Option<&'static NotifyTexts>,
    connections: Option<String>,
    holders: Vec<Holder<'a>>,
    warnings: Vec<String>,
    extend: Option<Extend>,
    done: Option<Vec<String>>,
    bookings: Bookings,
    /// For administrators.
    form: Option<Form>,
}

/// An instant, and what is said of it.
struct Since {
    machine: String,
    text: String,
}

impl StatusPage<'_> {
    /// The page.
    pub fn html(&self) -> String {
        let Self { standing, .. } = self;
        let t = Texts::of(self.language);
        let when = self.site.when(self.language, self.now);
        let reason = &standing.particulars.reason;
        let situation = Situation::of(standing.phase, reason, self.is_connected());
        let headline = (t.headline)(situation);
        let is_up = self.is_up();
        let ask = self.ask(t, situation);
        let wait = standing.progress(self.now);
        let wait = wait.map(|progress| Wait::of(progress, t, self.now));
        let title = wait.as_ref().map(|wait| wait.title(t, headline));
        let title_format = wait
            .as_ref()
            .and_then(|wait| wait.title_format(t, headline));
        render(&Page {
            frame: self.frame(situation, title.as_deref().unwrap_or(headline)),
            title_format: title_format.map(|title| self.frame(situation, &title).title),
            t,
            name: &standing.endpoint,
            phase: standing.phase.as_str(),
            look: situation.look().as_str(),
            now: rfc3339(self.now),
            headline,
            explanation: (t.explain)(reason, &self.about(when)),
            is_awaited: situation.is_awaited(),
            wait,
            start: (standing.phase == Phase::Starting).then(|| Start::of(self, t, &when)),
            failed: situation::has_failed(reason).then(|| Failed::of(self, t, &when)),
            is_dry_run: self.site.is_dry_run,
            order: Standing::of(standing, t, &when),
            ask,
            ask_note: ask
                .filter(|_| keeps_asks(standing) && !self.is_ask_kept())
                .map(|_| t.orders.ask_note),
            is_to_connect: situation == Situation::Ready,
            stays: is_up.then(|| Stays::of(self, t, &when)).flatten(),
            going: Going::of(self, t, &when),
            notify: self.notify(t, situation),
            connections: standing
                .active_connections
                .filter(|_| is_up)
                .map(t.connections_now),
            holders: holders(standing, self.viewer, t, &when),
            warnings: standing
                .particulars
                .warnings
                .iter()
                .map(t.warning)
                .collect(),
            extend: is_up.then(|| Extend::offer(self.site, t, &when)).flatten(),
            done: is_up.then(|| done(standing, self.viewer, t)).flatten(),
            bookings: Bookings::of(self.own, standing, situation, self.site, t.bookings, &when),
            form: self
                .is_administrator
                .then(|| Form::to_choose(standing, t, &when)),
        })
    }

    /// The label of the button that asks. Under an order that keeps asks waiting, none promises the VPN.
    fn ask(&self, t: &'static Texts, situation: Situation) -> Option<&'static str> {
        let label = match situation {
            Situation::Off => t.ask,
            Situation::Failed => t.try_again,
            Situation::Stopping => t.ask_back,
            Situation::Held | Situation::StoppingHeld => t.orders.ask,
            Situation::Starting
            | Situation::Ready
            | Situation::Connected
            | Situation::ComesBack => return None,
        };
        Some(match (keeps_asks(self.standing), self.is_ask_kept()) {
            (true, true) => t.orders.ask_again,
            (true, false) => t.orders.ask,
            (false, true | false) => label,
        })
    }

    /// Whether an ask waits for an order's end already, as the explanation then says.
    fn is_ask_kept(&self) -> bool {
        situation::hold(&self.standing.particulars.reason).is_some_and(|hold| hold.asked)
    }

    /// What the reader can have a notification of.
    fn notify(&self, t: &'static Texts, situation: Situation) -> Option<&'static NotifyTexts> {
        match situation {
            Situation::Starting | Situation::ComesBack => Some(&t.notify_ready),
            Situation::Ready | Situation::Connected => self.is_users().then_some(&t.notify_going),
            Situation::Off
            | Situation::Held
            | Situation::Stopping
            | Situation::StoppingHeld
            | Situation::Failed => None,
        }
    }

    fn frame(&self, situation: Situation, headline: &str) -> Frame {
        let title = format!("{headline} – {}", self.standing.endpoint);
        Frame {
            icon: ASSETS.icon(situation.look()).path(),
            script: Some(SCRIPT.path()),
            refresh_seconds: situation.is_moving().then_some(REFRESH_SECONDS),
            viewer: Some(self.viewer.to_string()),
            ..self.site.frame(self.language, &title)
        }
    }

    fn is_connected(&self) -> bool {
        is_connected(self.standing, self.viewer)
    }

    fn about(&self, when: When) -> About<'_> {
        let longest = self.standing.leases.iter().max_by_key(|lease| lease.until);
        About {
            when,
            rules: &self.site.rules,
            holds_longest: longest.is_some_and(|lease| lease.email == self.viewer.as_str()),
            back: self.standing.back_between(self.now),
        }
    }
}

/// EC2 names a connection by the user's name, which is the email address where the client signs in by SAML, and else
/// whatever is in the directory or the certificate. No employee is told that they are connected on a mere likeness.
pub(crate) fn is_connected(status: &EndpointStatus, viewer: &Email) -> bool {
    let viewer = viewer.as_str();
    let connected = &status.particulars.connected;
    connected
        .iter()
        .any(|name| name.eq_ignore_ascii_case(viewer))
}
