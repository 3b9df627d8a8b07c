//! What only the witness knows of: which asks are durable, and what the administrator ordered.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use shared::model::{EndpointState, WANTED_FOR};

/// What is so, beside what the history has.
#[derive(Debug, Clone, Default)]
pub(super) struct Truth {
    /// When each request became durable.
    pub(super) asks: BTreeMap<u64, DateTime<Utc>>,
    /// The mode that an administrator set, and when.
    pub(super) mode: Option<Mode>,
    /// Until when an order kept it off that is over.
    pub(super) held_until: Option<DateTime<Utc>>,
    /// When an administrator last did something.
    pub(super) last_deed_at: Option<DateTime<Utc>>,
    /// When the present time up became ready.
    pub(super) ready_since: Option<DateTime<Utc>>,
    /// When an attempt was last put on record as refused.
    pub(super) refused_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone)]
pub(super) struct Mode {
    pub(super) word: &'static str,
    pub(super) set_at: DateTime<Utc>,
    pub(super) until: DateTime<Utc>,
    /// Who ordered it by the page.
    pub(super) by: Option<String>,
}

/// Since when what should not last has lasted.
#[derive(Debug, Clone, Default)]
pub(super) struct Rest {
    /// Since when nothing has kept the endpoint.
    pub(super) free_since: Option<DateTime<Utc>>,
    /// When a connection last counted as use, or may have.
    pub(super) counted_at: Option<DateTime<Utc>>,
    pub(super) given_up_at: Option<DateTime<Utc>>,
}

impl Truth {
    /// The oldest ask that waits for its answer, by what the table says of the answers.
    pub(super) fn waiting_since(
        &self,
        state: &EndpointState,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let answered = state.demand.served.max(state.demand.gave_up.unwrap_or(0));
        let waiting = |(request, at): &(&u64, &DateTime<Utc>)| {
            **request > answered && now - **at < WANTED_FOR
        };
        self.asks.iter().find(waiting).map(|(_, at)| *at)
    }

    /// Whether an employee waits whom only the functions keep waiting.
    pub(super) fn is_wanted(&self, state: &EndpointState, now: DateTime<Utc>) -> bool {
        self.waiting_since(state, now).is_some() && !self.is_held(now)
    }

    /// Whether an administrator's order keeps it off.
    pub(super) fn is_held(&self, now: DateTime<Utc>) -> bool {
        self.has_mode("hold", now) || self.has_mode("off", now)
    }

    /// The order that keeps it off, or did until a moment ago.
    pub(super) fn held_lately(&self, since: DateTime<Utc>) -> bool {
        let held = |mode: &Mode| matches!(mode.word, "hold" | "off") && mode.until > since;
        self.mode.as_ref().is_some_and(held) || self.held_until.is_some_and(|at| at > since)
    }

    pub(super) fn has_mode(&self, word: &str, now: DateTime<Utc>) -> bool {
        self.mode
            .as_ref()
            .is_some_and(|mode| mode.word == word && mode.until > now)
    }
}
