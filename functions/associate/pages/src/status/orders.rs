//! Administrators' orders: the one in force, and what it takes to give another.

use chrono::{DateTime, Utc};
use shared::reconcile::{EndpointStatus, MAX_ORDER, ModeView};

use crate::When;
use crate::texts::Texts;

/// The ends that one click chooses, in minutes.
const SPANS: [i64; 3] = [60, 240, 1440];
/// What a field for a date and time takes.
const LOCAL_TIME: &str = "%Y-%m-%dT%H:%M";

/// What an order says, as far as a page tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ordered {
    On,
    Hold,
    Off,
    /// Typed by other means than the page, and not understood.
    Unreadable,
}

impl Ordered {
    fn of(mode: &str) -> Self {
        match mode {
            "on" => Self::On,
            "hold" => Self::Hold,
            "off" => Self::Off,
            _ => Self::Unreadable,
        }
    }
}

/// The order in force, as every reader is told.
#[derive(Debug)]
pub(super) struct Standing<'a> {
    pub(super) words: String,
    pub(super) by: Option<&'a str>,
    pub(super) reason: Option<&'a str>,
    /// What was typed, where it is not understood.
    pub(super) typed: Option<&'a str>,
}

impl<'a> Standing<'a> {
    pub(super) fn of(status: &'a EndpointStatus, t: &'static Texts, when: &When) -> Option<Self> {
        let order = status.mode.as_ref()?;
        let ordered = Ordered::of(&order.mode);
        let until = order.until.map(|until| when.at(until));
        Some(Self {
            words: (t.orders.words)(ordered, until.as_deref()),
            by: order.by.as_deref(),
            reason: order.reason.as_deref(),
            typed: (ordered == Ordered::Unreadable).then_some(&order.mode),
        })
    }
}

/// Whether an order keeps asks waiting.
pub(crate) fn keeps_asks(status: &EndpointStatus) -> bool {
    let ordered = status.mode.as_ref().map(|order| Ordered::of(&order.mode));
    matches!(ordered, Some(Ordered::Hold | Ordered::Off))
}

/// An order in words, from the text that stands for it in a request.
pub(crate) fn in_words(text: &str, t: &'static Texts, when: &When) -> String {
    let (mode, until) = match text.split_once(" until ") {
        Some((mode, until)) => (mode, until.parse::<DateTime<Utc>>().ok()),
        None => (text, None),
    };
    if mode == ModeView::NONE {
        return t.orders.none.to_owned();
    }
    let until = until.map(|until| when.at(until));
    (t.orders.words)(Ordered::of(mode), until.as_deref())
}

/// What a form for an order needs.
#[derive(Debug)]
pub(super) struct Form {
    /// The order that was shown, as the form sends it.
    pub(super) shown: String,
    pub(super) spans: Vec<(i64, String)>,
    /// The labels of the date and time, and of its button.
    pub(super) at: String,
    pub(super) at_button: &'static str,
    /// The bounds of the date and time.
    pub(super) earliest: String,
    pub(super) latest: String,
}

impl Form {
    /// For an order that the form lets choose.
    pub(super) fn to_choose(status: &EndpointStatus, t: &'static Texts, when: &When) -> Self {
        Self::new(status, t, when, t.orders.during, t.orders.at_button)
    }

    /// For `off`.
    pub(super) fn to_take_down(status: &EndpointStatus, t: &'static Texts, when: &When) -> Self {
        let orders = &t.orders;
        let (during, at_button) = (orders.take_down_during, orders.take_down_at_button);
        Self::new(status, t, when, during, at_button)
    }

    fn new(
        status: &EndpointStatus,
        t: &'static Texts,
        when: &When,
        during: fn(&str) -> String,
        at_button: &'static str,
    ) -> Self {
        let local = |at: DateTime<Utc>| {
            let local = at.with_timezone(&when.zone);
            local.format(LOCAL_TIME).to_string()
        };
        let shown = status.mode.as_ref().map(|order| order.text.as_str());
        Self {
            shown: shown.unwrap_or(ModeView::NONE).to_owned(),
            spans: SPANS
                .into_iter()
                .map(|minutes| (minutes, during(&(t.extend_by)(minutes))))
                .collect(),
            at: (t.orders.at)(when.zone.name()),
            at_button,
            earliest: local(when.now),
            latest: local(when.now + MAX_ORDER),
        }
    }
}
