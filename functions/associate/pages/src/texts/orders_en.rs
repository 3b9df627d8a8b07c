//! Administrators' orders in English.

use super::{OrderTexts, Texts, Told};
use crate::When;
use crate::error::OrderTrouble;
use crate::status::{Ordered, order_in_words};

pub(super) const ORDERS: OrderTexts = OrderTexts {
    heading: "Administrator’s order",
    words,
    none: "No order",
    reason: "Reason",
    by: "Given by",
    ask: "Leave a request",
    ask_again: "Ask again",
    ask_note: "A request does not bring the VPN up now. It is kept for two hours: if the order ends by then, the VPN comes up by \
               itself.",
    dry_run: "This is a dry run: neither idle time nor an order takes the VPN down.",

    give: "Orders",
    give_text: "Only administrators see this. An order is recorded with your name. Every employee sees it, with its reason.",
    normal: "Back to normal",
    choose: "What should the VPN do?",
    on: "Keep it on",
    on_text: "It comes up now and is not taken down.",
    hold: "Keep it off",
    hold_text: "It is not started. While it is up, it stays by the usual rules, and no one is cut off.",
    reason_label: "Reason (up to 200 characters)",
    ends: "Give the order",
    during: |span| format!("for {span}"),
    at: |zone| format!("Or until a date and time ({zone}), at most 7 days ahead"),
    at_button: "until this time",

    take_down: "Take it down now…",
    take_down_title: "Take the VPN down?",
    take_down_text: "Everyone who is connected is cut off, within about two minutes. Until the order ends, the VPN is not started; \
                     requests are kept for two hours.",
    connected: "Connected now",
    no_holder: "no one",
    not_known: "not known right now",
    reason_needed: "Reason (needed, up to 200 characters)",
    take_down_ends: "How long it stays off",
    take_down_during: |span| format!("Take it down for {span}"),
    take_down_at_button: "Take it down until this time",
    and_more: "and more, who are not named here",
};

fn words(ordered: Ordered, until: Option<&str>) -> String {
    let end = until.map_or_else(
        || "until an administrator ends it".to_owned(),
        |until| format!("until {until}"),
    );
    match ordered {
        Ordered::On => format!("Kept on {end}"),
        Ordered::Hold => format!("Not started {end}"),
        Ordered::Off => format!("Taken down and kept off {end}"),
        Ordered::Unreadable => "Cannot be read; until it is corrected, the VPN stays up".to_owned(),
    }
}

/// What an order that was not given means.
pub(super) fn error(trouble: &OrderTrouble, t: &'static Texts, when: &When) -> Told {
    let (title, detail) = match trouble {
        OrderTrouble::NotAdministrator => (
            "Only for administrators",
            "Only administrators can do this. Your attempt was recorded, and nothing was changed.".to_owned(),
        ),
        OrderTrouble::TooFar { latest } => (
            "Too far ahead",
            format!("An order can last until {}. Please choose an earlier end.", when.at(*latest)),
        ),
        OrderTrouble::NoReason => (
            "A reason is needed",
            "Taking the VPN down cuts employees off, so the order needs a reason. Nothing was changed. Please go back and give one."
                .to_owned(),
        ),
        OrderTrouble::Reason => (
            "This reason cannot be used",
            "A reason has up to 200 characters, on one line. Nothing was changed. Please go back and shorten it.".to_owned(),
        ),
        OrderTrouble::Changed { now } => (
            "The order has changed",
            format!(
                "It is no longer the one that your page showed, so yours was not given. The order is now: {}. Please look at the \
                 VPN’s page, and order again if it is still needed.",
                order_in_words(now, t, when)
            ),
        ),
    };
    Told { title, detail }
}
