//! An administrator's order by the page: what it changes and its record are written together.

use chrono::{DateTime, TimeDelta, Utc};
use tracing::warn;

use super::Ask;
use super::ask::{AskOutcome, lease_asked_for};
use crate::model::audit::{Actor, AuditRecord, Details, Event, Origin};
use crate::model::item::{rfc3339, whole_seconds};
use crate::model::{Email, EndpointState, ManagedEndpoint, Mode, ModeOrder};
use crate::ports::{StoreError, Transition};
use crate::reconcile::transition::{change_of_order, noted_reason, run_out_reason};
use crate::reconcile::{ModeView, Reconciler};

/// The furthest ahead that an order by the page may end.
pub const MAX_ORDER: TimeDelta = TimeDelta::days(7);
/// How long the reason of an order may be, in characters.
const MAX_REASON: usize = 200;
/// Passes write the same item, and what they change may be no matter of the order's.
const TRIES: usize = 3;

/// What an administrator orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The mode and its end; `None`: back to normal.
    pub mode: Option<(Mode, DateTime<Utc>)>,
    /// Why, in the administrator's words.
    pub reason: Option<String>,
    /// The [`ModeView::text`] of the order that this one takes the place of, or [`ModeView::NONE`].
    pub shown: String,
}

/// An order that was not given.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    #[error("the order would end in the past: {}", rfc3339(*.until))]
    Past { until: DateTime<Utc> },
    #[error("the order would end too far ahead: {} at most", rfc3339(*.latest))]
    TooFar { latest: DateTime<Utc> },
    #[error("`off` takes the VPN from whoever uses it: say why in `reason`")]
    NoReason,
    #[error("`reason` is longer than {MAX_REASON} characters, or has control characters in it")]
    Reason,
    /// Another administrator was faster.
    #[error("the mode is another than the one shown: {now}")]
    Changed { now: String },
    #[error("the order could not be put on record")]
    Store(#[from] StoreError),
}

impl Reconciler {
    /// Gives an order in the place of the one that was shown. `on` is an ask as well.
    ///
    /// An error: nothing was ordered. Whatever fails once the order is on record is left to the next pass.
    pub async fn order(
        &self,
        endpoint: &ManagedEndpoint,
        ask: Ask,
        order: Order,
    ) -> Result<AskOutcome, OrderError> {
        let order = order.checked(self.clock.now())?;
        let is_ask = matches!(order.mode, Some((Mode::On, _)));
        for _ in 0..TRIES {
            let now = self.clock.now();
            let state = self.store.load(&endpoint.id).await?;
            order.require_shown(&state, now)?;
            if order.mode.is_none() && state.order == ModeOrder::default() {
                return Ok(self.outcome(endpoint, state, is_ask).await);
            }
            let transition = self.ordered(endpoint, &ask, &order, &state, now);
            if self.store.commit(&endpoint.id, &transition).await? {
                let state = self.store.load(&endpoint.id).await.unwrap_or_else(|error| {
                    warn!(endpoint = %endpoint.name, error = %error, "an order is on record and could not be read back");
                    state
                });
                return Ok(self.outcome(endpoint, state, is_ask).await);
            }
        }
        let state = self.store.load(&endpoint.id).await?;
        let now = standing(&state, self.clock.now());
        Err(OrderError::Changed { now })
    }

    /// All that is written for an order: also the end of the order before it, and one that no pass has noted yet.
    fn ordered(
        &self,
        endpoint: &ManagedEndpoint,
        ask: &Ask,
        order: &Order,
        state: &EndpointState,
        now: DateTime<Utc>,
    ) -> Transition {
        let record = |reason: String, until: Option<DateTime<Utc>>| {
            let details = Details {
                stay: Some(state.stay.number),
                until,
                ..Details::default()
            };
            self.record_of(
                Some(endpoint),
                ask,
                Event::ModeChanged,
                reason,
                now,
                details,
            )
        };
        let before = &state.order;
        let mut records = Vec::new();
        if !before.is_noted() {
            let record = record(noted_reason(before), before.until);
            records.push(of_another(record, Actor::External));
        }
        if before.has_run_out(now) {
            let record = record(run_out_reason(before), before.until);
            records.push(of_another(record, Actor::Associate));
        }
        let next = order.as_kept(&ask.email);
        records.push(record(order.in_words(&ask.email), next.until));
        let is_ask = next.mode == Some(Mode::On);
        let mut transition = Transition {
            update: change_of_order(state, next, now).update(),
            ..Transition::default()
        };
        if is_ask {
            let reason = format!("{} asked for the VPN, and keeps it on.", ask.email);
            let event = Event::AssociationRequested;
            let asked = self.record_of(Some(endpoint), ask, event, reason, now, Details::default());
            let request = EndpointState::request(now, &asked.event_id);
            transition.update = transition.update.and(request);
            let until = whole_seconds(now) + self.settings.rules.first_connection_grace;
            let lease = lease_asked_for(&ask.email, until, state, now);
            transition.personal = vec![lease];
            records.insert(0, asked);
        }
        Transition {
            records,
            ..transition
        }
    }

    /// A pass after an order or a booking that is on record.
    pub(super) async fn outcome(
        &self,
        endpoint: &ManagedEndpoint,
        state: EndpointState,
        is_ask: bool,
    ) -> AskOutcome {
        let requests = state.demand.requests;
        let reading = self.read_if_due(endpoint, &state, is_ask).await;
        let reading = reading.ok().flatten();
        self.answer(endpoint, state, requests, reading, is_ask)
            .await
    }
}

impl Order {
    fn checked(self, now: DateTime<Utc>) -> Result<Self, OrderError> {
        let reason = self.reason.as_deref().map(str::trim).unwrap_or_default();
        if reason.chars().count() > MAX_REASON || reason.chars().any(char::is_control) {
            return Err(OrderError::Reason);
        }
        let mode = self.mode.map(|(mode, until)| (mode, whole_seconds(until)));
        if let Some((mode, until)) = &mode {
            let (until, latest) = (*until, whole_seconds(now) + MAX_ORDER);
            if until <= now {
                return Err(OrderError::Past { until });
            }
            if until > latest {
                return Err(OrderError::TooFar { latest });
            }
            if *mode == Mode::Off && reason.is_empty() {
                return Err(OrderError::NoReason);
            }
        }
        Ok(Self {
            mode,
            reason: Some(reason).filter(|r| !r.is_empty()).map(str::to_owned),
            shown: self.shown,
        })
    }

    fn require_shown(&self, state: &EndpointState, now: DateTime<Utc>) -> Result<(), OrderError> {
        let now = standing(state, now);
        if now == self.shown {
            Ok(())
        } else {
            Err(OrderError::Changed { now })
        }
    }

    fn as_kept(&self, by: &Email) -> ModeOrder {
        self.mode
            .clone()
            .map_or_else(ModeOrder::default, |(mode, until)| {
                ModeOrder::of_page(mode, until, by, self.reason.clone())
            })
    }

    fn in_words(&self, by: &Email) -> String {
        let what = match &self.mode {
            None => format!("{by} took the mode away"),
            Some((mode, until)) => {
                format!(
                    "{by} set the mode: {} until {}",
                    mode.as_str(),
                    rfc3339(*until)
                )
            }
        };
        match &self.reason {
            Some(reason) => format!("{what}. Reason given: {reason}"),
            None => format!("{what}."),
        }
    }
}

/// The order in force, as people are shown it. One that ran out counts as none.
fn standing(state: &EndpointState, now: DateTime<Utc>) -> String {
    ModeView::of(&state.order, now).map_or_else(|| ModeView::NONE.to_owned(), |view| view.text)
}

/// A record of something that the person behind the request did not do.
fn of_another(record: AuditRecord, actor: Actor) -> AuditRecord {
    AuditRecord {
        actor,
        details: Details {
            origin: Origin::default(),
            ..record.details
        },
        ..record
    }
}
