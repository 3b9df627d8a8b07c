//! Where an endpoint stands, until when, and what to do next.

mod bookings;
mod extend;
mod orders;
mod situation;
mod take_down;

use askama::Template;
use chrono::{DateTime, Utc};
use page::{Frame, render};
use shared::model::Email;
use shared::model::item::rfc3339;
use shared::policy::{Phase, Reason};
use shared::reconcile::{EndpointStatus, LeaseView};

use crate::assets::{ASSETS, SCRIPT};
use crate::frame::Site;
use crate::texts::{About, Texts};
use crate::{Language, When};

pub use bookings::OwnBookings;
pub(crate) use orders::{Ordered, in_words as order_in_words};
pub(crate) use shared::reconcile::Estimate;
pub(crate) use situation::{FailureKind, Situation};
pub use take_down::TakeDownPage;

use bookings::Bookings;
use extend::Extend;
use orders::{Form, Standing, keeps_asks};

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
    start: Option<Start>,
    failed: Option<Failed<'a>>,
    is_dry_run: bool,
    order: Option<Standing<'a>>,
    /// The label of the button that asks, and what an ask means now where that is not plain.
    ask: Option<&'static str>,
    ask_note: Option<&'static str>,
    is_to_connect: bool,
    stays: Option<Stays>,
    connections: Option<String>,
    holders: Vec<Holder<'a>>,
    warnings: Vec<String>,
    extend: Option<Extend>,
    done: Option<Vec<String>>,
    bookings: Bookings,
    /// For administrators.
    form: Option<Form>,
}

/// A start under way.
struct Start {
    steps: Vec<Step>,
    since: Option<Since>,
    estimate: String,
}

struct Step {
    label: &'static str,
    class: &'static str,
    is_current: bool,
    /// For those who do not see the mark.
    word: Option<&'static str>,
}

/// A time that has passed since an instant.
struct Since {
    machine: String,
    text: String,
}

/// What failed, as an administrator wants to be told.
struct Failed<'a> {
    what: &'static str,
    code: Option<&'a str>,
    at: String,
    trace_id: &'a str,
}

struct Stays {
    /// For machines; `None`: while it is in use.
    machine: Option<String>,
    text: String,
}

struct Holder<'a> {
    who: &'a str,
    is_viewer: bool,
    until: Option<Since>,
}

impl<'a> StatusPage<'a> {
    /// The page.
    pub fn html(&self) -> String {
        let Self { standing, .. } = self;
        let t = Texts::of(self.language);
        let when = self.site.when(self.language, self.now);
        let reason = &standing.particulars.reason;
        let situation = Situation::of(standing.phase, reason, self.is_connected());
        let headline = (t.headline)(situation);
        let is_up = standing.phase == Phase::Ready;
        let ask = self.ask(t, situation);
        render(&Page {
            frame: self.frame(situation, headline),
            t,
            name: &standing.endpoint,
            phase: standing.phase.as_str(),
            look: situation.look().as_str(),
            now: rfc3339(self.now),
            headline,
            explanation: (t.explain)(reason, &self.about(when)),
            is_awaited: situation.is_awaited(),
            start: (standing.phase == Phase::Starting).then(|| self.start(t, &when)),
            failed: situation::has_failed(reason).then(|| self.failed(t, &when)),
            is_dry_run: self.site.is_dry_run,
            order: Standing::of(standing, t, &when),
            ask,
            ask_note: ask
                .filter(|_| keeps_asks(standing) && !self.is_ask_kept())
                .map(|_| t.orders.ask_note),
            is_to_connect: situation == Situation::Ready,
            stays: is_up.then(|| self.stays(t, &when)).flatten(),
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
            done: is_up.then(|| self.done(t)).flatten(),
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

    /// EC2 names a connection by the user's name, which is the email address where the client signs in by SAML, and else
    /// whatever is in the directory or the certificate. No employee is told that they are connected on a mere likeness.
    fn is_connected(&self) -> bool {
        let viewer = self.viewer.as_str();
        let connected = &self.standing.particulars.connected;
        connected
            .iter()
            .any(|name| name.eq_ignore_ascii_case(viewer))
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

    fn start(&self, t: &'static Texts, when: &When) -> Start {
        let EndpointStatus {
            particulars,
            started_at,
            ..
        } = self.standing;
        let current = situation::step(&particulars.reason);
        let step = |(at, label): (usize, &'static str)| {
            let (class, word) = match at.cmp(&current) {
                std::cmp::Ordering::Less => ("done", Some(t.step_done)),
                std::cmp::Ordering::Equal => ("current", Some(t.step_current)),
                std::cmp::Ordering::Greater => ("", None),
            };
            Step {
                label,
                class,
                is_current: at == current,
                word,
            }
        };
        let since = |began: DateTime<Utc>| {
            let seconds = (self.now - began).num_seconds().max(0);
            let text = t
                .elapsed_format
                .replace("{m}", &(seconds / 60).to_string())
                .replace("{s}", &(seconds % 60).to_string());
            Since {
                machine: rfc3339(began),
                text,
            }
        };
        Start {
            steps: t.steps.into_iter().enumerate().map(step).collect(),
            since: started_at.map(since),
            estimate: (t.estimate)(self.standing.estimate(self.now), when),
        }
    }

    fn failed(&self, t: &'static Texts, when: &When) -> Failed<'a> {
        let failure = situation::failure(&self.standing.particulars.reason);
        let kind = failure.map_or(FailureKind::Aws, |failure| FailureKind::of(&failure.code));
        Failed {
            what: (t.failure)(kind),
            code: failure.map(|failure| failure.code.as_str()),
            at: when.at(self.now),
            trace_id: self.trace_id,
        }
    }

    fn stays(&self, t: &'static Texts, when: &When) -> Option<Stays> {
        if let Some(until) = self.standing.keep_until.filter(|until| *until > self.now) {
            return Some(Stays {
                machine: Some(rfc3339(until)),
                text: (t.until)(&when.at(until)),
            });
        }
        let in_use = matches!(self.standing.particulars.reason, Reason::InUse { .. });
        in_use.then(|| Stays {
            machine: None,
            text: t.while_in_use.to_owned(),
        })
    }

    /// What saying "I'm done" means, to an employee who has something to give back.
    fn done(&self, t: &'static Texts) -> Option<Vec<String>> {
        let EndpointStatus {
            particulars,
            active_connections,
            ..
        } = self.standing;
        particulars.holders.get(self.viewer)?;
        let others: Vec<&str> = particulars
            .holders
            .iter()
            .filter(|holder| *holder != self.viewer)
            .map(Email::as_str)
            .collect();
        let mut sentences = Vec::new();
        if !others.is_empty() {
            sentences.push((t.done_others)(&others.join(t.list_separator)));
        }
        if let Some(open @ 1..) = *active_connections {
            sentences.push((t.done_connected)(open));
        }
        if sentences.is_empty() {
            sentences.push(t.done_nobody.to_owned());
        }
        Some(sentences)
    }
}

fn holders<'a>(
    status: &'a EndpointStatus,
    viewer: &Email,
    t: &'static Texts,
    when: &When,
) -> Vec<Holder<'a>> {
    let holder = |LeaseView { email, until }: &'a LeaseView| {
        let is_viewer = *email == viewer.as_str();
        Holder {
            who: if is_viewer { t.you } else { email },
            is_viewer,
            until: until.map(|until| Since {
                machine: rfc3339(until),
                text: (t.until)(&when.at(until)),
            }),
        }
    };
    let mut holders: Vec<_> = status.leases.iter().map(holder).collect();
    holders.sort_by_key(|holder| (!holder.is_viewer, holder.who));
    holders
}
