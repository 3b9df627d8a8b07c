//! "I'm done": an employee gives a lease back.

use tracing::warn;

use super::Ask;
use super::status::StatusError;
use crate::model::audit::{Details, Event};
use crate::model::item::whole_seconds;
use crate::model::{Attribute, EndpointState, Lease, ManagedEndpoint, PersonalItem, StateChange};
use crate::policy::{is_same_stay, releasable};
use crate::ports::{StoreError, Transition};
use crate::reconcile::{EndpointStatus, Reconciler};

impl Reconciler {
    /// Gives an employee's lease back, or the one of this stay that ran out: either way its owner is done. Others' leases
    /// and connections still hold the VPN. Without a lease nothing changes, and nothing is recorded.
    pub async fn release(
        &self,
        endpoint: &ManagedEndpoint,
        ask: Ask,
    ) -> Result<EndpointStatus, StatusError> {
        let before = self.store.load(&endpoint.id).await?;
        let mut leases = releasable(&before, self.clock.now());
        if let Some(lease) = leases.find(|lease| lease.email == ask.email) {
            self.give_back(endpoint, &ask, &before, lease).await?;
        }
        // A lease that was given back is told as such: so the table is read again, beside EC2.
        let read_at = self.clock.now();
        let (state, reading) = futures::join!(
            self.store.load(&endpoint.id),
            self.read_if_due(endpoint, &before, false)
        );
        let (state, reading) = (state?, reading?);
        let reading = reading.filter(|_| is_same_stay(&state, &before));
        let requests_before = before.demand.requests;
        let passed = self.pass_on(endpoint, read_at, state, requests_before, reading);
        let passed = passed.await?;
        Ok(EndpointStatus::of(endpoint, &passed, self.clock.now()))
    }

    async fn give_back(
        &self,
        endpoint: &ManagedEndpoint,
        ask: &Ask,
        state: &EndpointState,
        lease: &Lease,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut change = StateChange::of(state);
        change.after.stay.released_at = Some(whole_seconds(now));
        change.rewrite(&[Attribute::ReleasedAt]);
        let details = Details {
            stay: Some(state.stay.number),
            ..Details::default()
        };
        let (event, reason) = (Event::LeaseReleased, format!("{} is done.", ask.email));
        let transition = Transition {
            update: change.update(),
            records: vec![self.record_of(Some(endpoint), ask, event, reason, now, details)],
            personal: vec![(
                PersonalItem::Lease(lease.email.clone()),
                lease.given_back(now),
            )],
            ..Transition::default()
        };
        if !self.store.commit(&endpoint.id, &transition).await? {
            // The same person extended in another tab at the same moment: the later wish counts.
            warn!(endpoint = %endpoint.name, "a lease changed while it was given back");
        }
        Ok(())
    }
}
