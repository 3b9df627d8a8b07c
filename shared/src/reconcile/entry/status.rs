//! A look at an endpoint: a click or poll that asks for nothing.

use chrono::{DateTime, Utc};

use super::ahead::ReadAhead;
use crate::model::{Email, EndpointState, ManagedEndpoint, Personal};
use crate::policy::{Phase, are_leases_as_before, is_reading_due, is_too_old};
use crate::ports::{StoreError, VpnError};
use crate::reconcile::pass::PassOutcome;
use crate::reconcile::read::Reading;
use crate::reconcile::{EndpointStatus, PersonalView, Reconciler};

/// A status that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum StatusError {
    #[error("the lease table could not be read")]
    Store(#[from] StoreError),
    #[error("EC2 could not be read")]
    Vpn(#[from] VpnError),
    #[error("EC2 is being read")]
    BeingRead,
}

impl Reconciler {
    /// Where the endpoint stands. A pass, but no ask.
    pub async fn status(&self, endpoint: &ManagedEndpoint) -> Result<EndpointStatus, StatusError> {
        self.status_from(endpoint, None).await
    }

    /// The same, where the endpoint was read ahead.
    pub async fn status_from(
        &self,
        endpoint: &ManagedEndpoint,
        ahead: Option<ReadAhead>,
    ) -> Result<EndpointStatus, StatusError> {
        let passed = self.status_pass(endpoint, ahead).await?;
        Ok(EndpointStatus::of(endpoint, &passed, self.clock.now()))
    }

    /// The same with what the page shows of its viewer's own. A person's visit (`is_visit`) renews all their bookings there,
    /// and finds them as they were before; looking renews nothing: a page that is left open looks for ever.
    pub async fn page(
        &self,
        endpoint: &ManagedEndpoint,
        email: &Email,
        is_visit: bool,
    ) -> Result<(EndpointStatus, Result<PersonalView, StoreError>), StatusError> {
        self.page_from(endpoint, email, is_visit, None).await
    }

    /// The same, where the endpoint was read ahead.
    pub async fn page_from(
        &self,
        endpoint: &ManagedEndpoint,
        email: &Email,
        is_visit: bool,
        ahead: Option<ReadAhead>,
    ) -> Result<(EndpointStatus, Result<PersonalView, StoreError>), StatusError> {
        let own = async {
            let personal = self.store.load_personal(&endpoint.id, email).await?;
            if is_visit {
                let mut bookings = personal.bookings.clone();
                self.renew(endpoint, &mut bookings, self.clock.now()).await;
            }
            Ok(personal)
        };
        let (passed, own) = futures::join!(self.status_pass(endpoint, ahead), own);
        let (passed, now) = (passed?, self.clock.now());
        let view = own.map(|own: Personal| self.personal_view(&own, &passed.state, now));
        Ok((EndpointStatus::of(endpoint, &passed, now), view))
    }

    async fn status_pass(
        &self,
        endpoint: &ManagedEndpoint,
        ahead: Option<ReadAhead>,
    ) -> Result<PassOutcome, StatusError> {
        if let Some(ReadAhead { read_at, state }) = ahead {
            match self.pass_anew(endpoint, read_at, state).await {
                // Another pass has read EC2 since, which is on record by now.
                Err(StatusError::BeingRead) => {}
                done => return done,
            }
        }
        if let Some(passed) = self.on_its_way(endpoint).await? {
            return Ok(passed);
        }
        let read_at = self.clock.now();
        let state = self.store.load(&endpoint.id).await?;
        self.pass_anew(endpoint, read_at, state).await
    }

    /// A pass on what was read of the table after `read_at`.
    async fn pass_anew(
        &self,
        endpoint: &ManagedEndpoint,
        read_at: DateTime<Utc>,
        state: EndpointState,
    ) -> Result<PassOutcome, StatusError> {
        let reading = self.read_if_due(endpoint, &state, false).await?;
        let requests = state.demand.requests;
        self.pass_on(endpoint, read_at, state, requests, reading)
            .await
    }

    /// A pass on both, the table read after `read_at`.
    pub(super) async fn pass_on(
        &self,
        endpoint: &ManagedEndpoint,
        read_at: DateTime<Utc>,
        state: EndpointState,
        requests_before: u64,
        reading: Option<Reading>,
    ) -> Result<PassOutcome, StatusError> {
        // In a box: it is large, and the handler's future holds all of a status.
        let passed = Box::pin(self.pass(endpoint, state, requests_before, reading)).await;
        let mut passed = passed?;
        if let Some(error) = passed.failure().filter(|_| passed.is_unread) {
            return Err(error.into());
        }
        if is_too_old(&passed.seen, self.clock.now()) {
            return Err(StatusError::BeingRead);
        }
        let waiting = is_on_its_way(&passed).then(|| passed.state.clone());
        self.waiting_leases.keep(&endpoint.id, read_at, waiting);
        Ok(passed)
    }

    /// Where an endpoint stands that is on its way and for which nothing is due, with leases that this process read in the
    /// last seconds; `None`: look properly. An employee who waits looks again in some seconds; once it is ready, what is told
    /// stands for longer and has to be exact.
    async fn on_its_way(
        &self,
        endpoint: &ManagedEndpoint,
    ) -> Result<Option<PassOutcome>, StoreError> {
        let Some(before) = self.waiting_leases.get(&endpoint.id, self.clock.now()) else {
            return Ok(None);
        };
        let state = self.store.state(&endpoint.id).await?;
        let now = self.clock.now();
        if !are_leases_as_before(&state, &before) || is_reading_due(&state, now) {
            return Ok(None);
        }
        let passed = self.idle_pass(endpoint, state.with_rest_of(&before));
        Ok(passed.filter(|passed| is_on_its_way(passed) && !is_too_old(&passed.seen, now)))
    }
}

fn is_on_its_way(passed: &PassOutcome) -> bool {
    matches!(passed.decision.phase, Phase::Starting | Phase::Stopping)
}
