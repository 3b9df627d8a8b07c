//! Several endpoints to choose from.

use askama::Template;
use chrono::{DateTime, Utc};
use page::{Frame, render};
use shared::model::item::rfc3339;
use shared::model::{Email, EndpointName};
use shared::policy::{Phase, Reason};
use shared::reconcile::{EndpointStatus, Glance};

use crate::frame::Site;
use crate::status::{Situation, is_connected, keeps_asks, left};
use crate::texts::Texts;
use crate::{Language, When};

/// The list of endpoints: it asks for nothing.
#[derive(Debug)]
pub struct ListPage<'a> {
    pub site: &'a Site,
    pub language: Language,
    pub viewer: &'a Email,
    pub endpoints: Vec<Listed<'a>>,
    pub now: DateTime<Utc>,
}

/// An endpoint in the list.
#[derive(Debug)]
pub struct Listed<'a> {
    pub name: &'a EndpointName,
    /// `None`: it could not be read.
    pub glance: Option<&'a Glance>,
}

#[derive(Template)]
#[template(path = "list.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    cards: Vec<Card<'a>>,
}

struct Card<'a> {
    name: &'a str,
    look: &'static str,
    headline: &'static str,
    outlook: Option<Time>,
    /// What of it is the reader's.
    own: Vec<Time>,
    /// The label of the button that asks.
    ask: Option<&'static str>,
}

/// An instant in a sentence; `None`: the sentence has no time in it.
struct Time {
    machine: Option<String>,
    text: String,
}

impl Time {
    fn at(instant: DateTime<Utc>, sentence: fn(&str) -> String, when: &When) -> Self {
        Self {
            machine: Some(rfc3339(instant)),
            text: sentence(&when.at(instant)),
        }
    }

    fn untimed(text: String) -> Self {
        let machine = None;
        Self { machine, text }
    }
}

impl<'a> ListPage<'a> {
    pub fn html(&self) -> String {
        let t = Texts::of(self.language);
        let when = self.site.when(self.language, self.now);
        let mut frame = self.site.frame(self.language, t.choose);
        frame.viewer = Some(self.viewer.to_string());
        // This is that list.
        frame.links.retain(|link| link.path != "/");
        let cards = self.endpoints.iter();
        render(&Page {
            frame,
            t,
            cards: cards.map(|listed| self.card(listed, t, &when)).collect(),
        })
    }

    fn card(&self, listed: &Listed<'a>, t: &'static Texts, when: &When) -> Card<'a> {
        let status = listed.glance.and_then(|glance| glance.status.as_ref());
        let situation = status.map(|status| {
            let is_connected = is_connected(status, self.viewer);
            Situation::of(status.phase, &status.particulars.reason, is_connected)
        });
        let look = situation.map_or(Phase::Off, Situation::look);
        let is_held = listed
            .glance
            .is_some_and(|glance| glance.held_until.is_some());
        let own = listed.glance.map(|glance| {
            let held = glance
                .held_until
                .filter(|_| !situation.is_some_and(is_down));
            let held = held.map(|until| Time::at(until, t.list.held, when));
            let booked = glance.booked_for;
            let booked = booked.map(|at| Time::at(at, t.list.booked, when));
            [held, booked].into_iter().flatten().collect()
        });
        Card {
            name: listed.name.as_str(),
            look: look.as_str(),
            headline: situation.map_or(t.list.not_known, t.headline),
            outlook: status.and_then(|status| outlook(status, t, when)),
            own: own.unwrap_or_default(),
            ask: ask(situation, status, is_held, t),
        }
    }
}

/// Whether a lease that runs on means nothing for now.
fn is_down(situation: Situation) -> bool {
    match situation {
        Situation::Off
        | Situation::Held
        | Situation::Stopping
        | Situation::StoppingHeld
        | Situation::Failed => true,
        Situation::Starting | Situation::Ready | Situation::Connected | Situation::ComesBack => {
            false
        }
    }
}

/// Until when it stays, or how long it still takes.
fn outlook(status: &EndpointStatus, t: &'static Texts, when: &When) -> Option<Time> {
    match status.phase {
        Phase::Starting | Phase::Stopping => left(status, t, when.now).map(Time::untimed),
        Phase::Ready => {
            let until = status.keep_until.filter(|until| *until > when.now);
            let in_use = matches!(status.particulars.reason, Reason::InUse { .. });
            until
                .map(|until| Time::at(until, t.list.stays, when))
                .or(in_use.then(|| Time::untimed(t.list.in_use.to_owned())))
        }
        Phase::Off | Phase::Failed => None,
    }
}

/// Where an ask means something else than the VPN, or nothing more, the endpoint's own page says so.
fn ask(
    situation: Option<Situation>,
    status: Option<&EndpointStatus>,
    is_held: bool,
    t: &'static Texts,
) -> Option<&'static str> {
    if status.is_some_and(keeps_asks) {
        return None;
    }
    match situation {
        Some(Situation::Starting | Situation::Ready) if is_held => None,
        None | Some(Situation::Off | Situation::Starting | Situation::Ready) => Some(t.ask),
        Some(Situation::Stopping) => Some(t.ask_back),
        Some(Situation::Failed) => Some(t.try_again),
        Some(
            Situation::Held | Situation::Connected | Situation::StoppingHeld | Situation::ComesBack,
        ) => None,
    }
}
