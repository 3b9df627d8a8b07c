//! Reading the table for a request whose caller is not proven yet, while their key is fetched. Nothing is written then,
//! EC2 is not asked, and what was read is for the request's own use, once its caller is proven.

use chrono::{DateTime, Utc};

use crate::model::{EndpointState, ManagedEndpoint};
use crate::ports::StoreError;
use crate::reconcile::Reconciler;

/// What was read ahead of a request, instead of the first thing that it would read itself.
#[derive(Debug)]
pub struct ReadAhead {
    /// Before it was read.
    read_at: DateTime<Utc>,
    /// Whether leases and snapshot are in it.
    is_whole: bool,
    state: Result<EndpointState, StoreError>,
}

impl Reconciler {
    /// For an ask, which reads the state alone.
    pub async fn read_ahead_of_ask(&self, endpoint: &ManagedEndpoint) -> ReadAhead {
        ReadAhead {
            read_at: self.clock.now(),
            is_whole: false,
            state: self.store.state(&endpoint.id).await,
        }
    }

    /// For a status.
    pub async fn read_ahead_of_status(&self, endpoint: &ManagedEndpoint) -> ReadAhead {
        ReadAhead {
            read_at: self.clock.now(),
            is_whole: true,
            state: self.store.load(&endpoint.id).await,
        }
    }
}

impl ReadAhead {
    /// The state alone.
    pub(super) fn state(self) -> Result<EndpointState, StoreError> {
        self.state
    }

    /// All that a status needs, and when it was not read yet; `None`: the state alone was read.
    pub(super) fn whole(self) -> Option<(DateTime<Utc>, Result<EndpointState, StoreError>)> {
        self.is_whole.then_some((self.read_at, self.state))
    }
}
