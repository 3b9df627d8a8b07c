//! Every text that employees read, in one place for each language: a [`Texts`] that lacks one does not compile.

mod bookings;
mod bookings_en;
mod bookings_ja;
mod en;
mod explain_en;
mod explain_ja;
mod help_en;
mod help_ja;
mod ja;
mod orders_en;
mod orders_ja;

use chrono::{DateTime, Utc};
use shared::model::Rules;
use shared::model::audit::Retention;
use shared::policy::{Reason, Warning};

use crate::Language;
use crate::When;
use crate::error::Trouble;
use crate::status::{Estimate, FailureKind, Ordered, Situation};

pub(crate) use bookings::{Booked, BookingTexts};

/// The texts of a language. Those that depend on something are functions.
#[derive(Debug)]
pub(crate) struct Texts {
    pub(crate) help: &'static str,
    pub(crate) all_vpns: &'static str,
    pub(crate) session_ended: &'static str,
    pub(crate) sign_in_again: &'static str,
    pub(crate) out_of_reach: &'static str,

    pub(crate) headline: fn(Situation) -> &'static str,
    /// Why, in one or two sentences.
    pub(crate) explain: fn(&Reason, &About<'_>) -> String,
    pub(crate) steps: [&'static str; 4],
    pub(crate) step_done: &'static str,
    pub(crate) step_current: &'static str,
    pub(crate) elapsed: &'static str,
    /// `{m}` and `{s}` are put in by the page itself, each second.
    pub(crate) elapsed_format: &'static str,
    pub(crate) estimate: fn(Estimate, &When) -> String,
    /// What is left of a wait, and the same in a title; `{m}` is put in by the page itself, too.
    pub(crate) left: &'static str,
    pub(crate) left_in_title: &'static str,
    pub(crate) left_longer: &'static str,
    pub(crate) title_with_left: fn(&str, &str) -> String,
    /// What the bar shows, for those who do not see it.
    pub(crate) bar: &'static str,
    pub(crate) looks_again: &'static str,
    pub(crate) notify_ready: NotifyTexts,
    pub(crate) notify_going: NotifyTexts,
    pub(crate) notify_off: &'static str,
    pub(crate) notify_denied: &'static str,

    pub(crate) ask: &'static str,
    pub(crate) ask_back: &'static str,
    pub(crate) try_again: &'static str,
    pub(crate) failure: fn(FailureKind) -> &'static str,
    pub(crate) tell_administrator: &'static str,
    pub(crate) code: &'static str,
    pub(crate) time: &'static str,
    pub(crate) trace_id: &'static str,

    pub(crate) facts: &'static str,
    pub(crate) stays: &'static str,
    pub(crate) until: fn(&str) -> String,
    pub(crate) while_in_use: &'static str,
    pub(crate) goes_at: fn(&str) -> String,
    pub(crate) goes_now: &'static str,
    pub(crate) keep: fn(&str) -> String,
    pub(crate) connections: &'static str,
    pub(crate) connections_now: fn(usize) -> String,
    pub(crate) holders: &'static str,
    pub(crate) you: &'static str,
    pub(crate) warnings: &'static str,
    pub(crate) warning: fn(&Warning) -> String,

    pub(crate) connect: &'static str,
    pub(crate) connect_text: &'static str,
    pub(crate) profile: &'static str,
    pub(crate) profile_text: &'static str,
    pub(crate) how_to: &'static str,
    pub(crate) how_to_get: &'static str,
    pub(crate) how_to_systems: [[&'static str; 2]; 3],
    pub(crate) how_to_steps: &'static [&'static str],

    pub(crate) extend: &'static str,
    pub(crate) extend_text: &'static str,
    pub(crate) extend_by: fn(i64) -> String,
    pub(crate) extend_until: &'static str,
    pub(crate) extend_button: &'static str,
    pub(crate) extend_limit: fn(i64, &str) -> String,

    pub(crate) done: &'static str,
    pub(crate) done_button: &'static str,
    pub(crate) done_others: fn(&str) -> String,
    pub(crate) done_connected: fn(usize) -> String,
    pub(crate) done_nobody: &'static str,
    pub(crate) list_separator: &'static str,

    pub(crate) choose: &'static str,
    pub(crate) choose_text: &'static str,
    pub(crate) list: ListTexts,

    pub(crate) error: fn(&Trouble<'_>, &When) -> Told,
    pub(crate) back: &'static str,

    pub(crate) orders: OrderTexts,
    pub(crate) bookings: &'static BookingTexts,

    pub(crate) help_sections: fn(&HelpFacts<'_>) -> Vec<Section>,
}

/// A notification that a reader can have: the offer, and that it is set.
#[derive(Debug)]
pub(crate) struct NotifyTexts {
    pub(crate) offer: &'static str,
    pub(crate) set: &'static str,
}

/// What is said of an endpoint in the list.
#[derive(Debug)]
pub(crate) struct ListTexts {
    /// Where it stands cannot be told.
    pub(crate) not_known: &'static str,
    pub(crate) stays: fn(&str) -> String,
    pub(crate) in_use: &'static str,
    pub(crate) held: fn(&str) -> String,
    pub(crate) booked: fn(&str) -> String,
    pub(crate) open: &'static str,
}

/// What is said about administrators' orders. All but what stands first is for administrators.
#[derive(Debug)]
pub(crate) struct OrderTexts {
    pub(crate) heading: &'static str,
    pub(crate) words: fn(Ordered, Option<&str>) -> String,
    /// No order.
    pub(crate) none: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) by: &'static str,
    pub(crate) ask: &'static str,
    pub(crate) ask_again: &'static str,
    pub(crate) ask_note: &'static str,
    pub(crate) dry_run: &'static str,

    pub(crate) give: &'static str,
    pub(crate) give_text: &'static str,
    pub(crate) normal: &'static str,
    pub(crate) choose: &'static str,
    pub(crate) on: &'static str,
    pub(crate) on_text: &'static str,
    pub(crate) hold: &'static str,
    pub(crate) hold_text: &'static str,
    pub(crate) reason_label: &'static str,
    pub(crate) ends: &'static str,
    pub(crate) during: fn(&str) -> String,
    pub(crate) at: fn(&str) -> String,
    pub(crate) at_button: &'static str,

    pub(crate) take_down: &'static str,
    pub(crate) take_down_title: &'static str,
    pub(crate) take_down_text: &'static str,
    pub(crate) connected: &'static str,
    pub(crate) no_holder: &'static str,
    pub(crate) not_known: &'static str,
    pub(crate) reason_needed: &'static str,
    pub(crate) take_down_ends: &'static str,
    pub(crate) take_down_during: fn(&str) -> String,
    pub(crate) take_down_at_button: &'static str,
    /// More are connected than are named.
    pub(crate) and_more: &'static str,
}

impl Texts {
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::Ja => &ja::JA,
            Language::En => &en::EN,
        }
    }
}

/// What an explanation may have to name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) when: When,
    pub(crate) rules: &'a Rules,
    /// Whether the lease that ends last is the reader's.
    pub(crate) holds_longest: bool,
    /// The earliest and the latest time at which it is back, where it comes back by itself.
    pub(crate) back: Option<[DateTime<Utc>; 2]>,
}

impl About<'_> {
    /// The idle time by day, in minutes.
    fn idle_minutes(&self) -> i64 {
        self.rules.idle_timeout.num_minutes()
    }

    /// The overnight window with its idle time, where they make a difference: `22:00`, `07:00`, minutes.
    fn overnight(&self) -> Option<[String; 3]> {
        overnight(self.rules)
    }
}

/// The overnight window and its idle time in minutes, where it differs from the day's.
fn overnight(rules: &Rules) -> Option<[String; 3]> {
    let window = rules
        .overnight_window
        .filter(|_| rules.overnight_idle_timeout != rules.idle_timeout)?;
    Some([
        window.from().format("%H:%M").to_string(),
        window.to().format("%H:%M").to_string(),
        rules.overnight_idle_timeout.num_minutes().to_string(),
    ])
}

/// An error as a person is told.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) title: &'static str,
    pub(crate) detail: String,
}

/// What the help page has to name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HelpFacts<'a> {
    pub(crate) rules: &'a Rules,
    pub(crate) retention: Retention,
}

/// A part of the help page.
#[derive(Debug)]
pub(crate) struct Section {
    /// Its anchor, the same in all languages.
    pub(crate) id: &'static str,
    pub(crate) heading: &'static str,
    pub(crate) blocks: Vec<Block>,
}

/// A paragraph or a list.
#[derive(Debug)]
pub(crate) enum Block {
    Text(String),
    /// One after the other.
    Steps(Vec<String>),
    Items(Vec<String>),
}

impl Block {
    fn steps(steps: &[&str]) -> Self {
        Self::Steps(steps.iter().map(ToString::to_string).collect())
    }

    fn items(items: &[&str]) -> Self {
        Self::Items(items.iter().map(ToString::to_string).collect())
    }
}
