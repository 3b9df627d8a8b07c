//! What this process has put on record of connections' ends.
//!
//! A sweep looks ten minutes behind the last one, so it meets each end ten times or more. The record's condition keeps
//! it single; this keeps a sweep after ten thousand ends from ten thousand writes that all fail that condition. Nothing
//! relies on it: a process that has just started writes them again.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

use crate::model::EndpointId;
use crate::model::audit::EventId;

/// The records that are known to be there, and when each of them says that it happened.
type Known = BTreeMap<EventId, DateTime<Utc>>;

/// What is known to be there, of each endpoint.
#[derive(Debug, Default)]
pub(in crate::reconcile) struct Recorded(Mutex<BTreeMap<EndpointId, Known>>);

impl Recorded {
    /// Whether this process has put it, or found it there.
    pub(in crate::reconcile) fn has(&self, endpoint: &EndpointId, id: &EventId) -> bool {
        self.with(endpoint, |known| known.contains_key(id))
    }

    /// Remembers that it is there.
    pub(in crate::reconcile) fn note(
        &self,
        endpoint: &EndpointId,
        id: EventId,
        occurred_at: DateTime<Utc>,
    ) {
        self.with(endpoint, |known| known.insert(id, occurred_at));
    }

    /// Forgets what happened before: no sweep looks there again.
    pub(in crate::reconcile) fn forget_before(&self, endpoint: &EndpointId, since: DateTime<Utc>) {
        self.with(endpoint, |known| known.retain(|_, at| *at >= since));
    }

    fn with<T>(&self, endpoint: &EndpointId, act: impl FnOnce(&mut Known) -> T) -> T {
        // A map cannot be left half-changed.
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match all.get_mut(endpoint) {
            Some(known) => act(known),
            None => act(all.entry(endpoint.clone()).or_default()),
        }
    }
}
