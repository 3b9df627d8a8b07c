//! Reading the table for a status whose caller is not proven yet, while their key is fetched. Nothing is written then, EC2
//! is not asked, and what was read is for that status alone, once its caller is proven.
//!
//! An ask reads nothing ahead: it reads the state beside writing its record, which has to wait for the proof anyway. What
//! was read before may be of a stay that is over by then.

use chrono::{DateTime, Utc};
use tracing::debug;

use crate::model::{EndpointState, ManagedEndpoint};
use crate::reconcile::Reconciler;

/// What was read ahead of a status, instead of the first thing that it would read itself.
#[derive(Debug)]
pub struct ReadAhead {
    /// Before it was read.
    pub(super) read_at: DateTime<Utc>,
    /// With leases and snapshot.
    pub(super) state: EndpointState,
}

impl Reconciler {
    /// `None`: it could not be read, which is left to the status itself.
    pub async fn read_ahead(&self, endpoint: &ManagedEndpoint) -> Option<ReadAhead> {
        let read_at = self.clock.now();
        match self.store.load(&endpoint.id).await {
            Ok(state) => Some(ReadAhead { read_at, state }),
            Err(error) => {
                debug!(endpoint = %endpoint.name, error = %error, "nothing was read ahead");
                None
            }
        }
    }
}
