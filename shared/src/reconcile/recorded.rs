//! What this process has put on record of connections' ends.
//!
//! A sweep looks ten minutes behind the last one, so it meets each end ten times or more. The record's condition keeps
//! it single; this keeps a sweep after ten thousand ends from ten thousand writes that all fail that condition. Nothing
//! relies on it: a process that has just started writes them again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};

use crate::model::EndpointId;
use crate::model::audit::EventId;

/// The ids of records that are known to be there.
#[derive(Debug, Default)]
pub(super) struct Recorded(Mutex<BTreeMap<EndpointId, BTreeSet<EventId>>>);

impl Recorded {
    /// Whether this process has put it, or found it there.
    pub(super) fn has(&self, endpoint: &EndpointId, id: &EventId) -> bool {
        self.with(endpoint, |ids| ids.contains(id))
    }

    /// Remembers that it is there.
    pub(super) fn note(&self, endpoint: &EndpointId, id: EventId) {
        self.with(endpoint, |ids| ids.insert(id));
    }

    /// Forgets what happened before: no sweep looks there again.
    pub(super) fn forget_before(&self, endpoint: &EndpointId, since: DateTime<Utc>) {
        self.with(endpoint, |ids| {
            *ids = ids.split_off(&EventId::earliest(since));
        });
    }

    fn with<T>(&self, endpoint: &EndpointId, act: impl FnOnce(&mut BTreeSet<EventId>) -> T) -> T {
        // A set of ids cannot be left half-changed.
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match all.get_mut(endpoint) {
            Some(ids) => act(ids),
            None => act(all.entry(endpoint.clone()).or_default()),
        }
    }
}
