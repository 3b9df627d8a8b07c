//! A glance at endpoints: what a list shows of them, from the lease table alone.

use chrono::{DateTime, TimeDelta, Utc};
use tracing::warn;

use crate::model::{Email, EndpointState, ManagedEndpoint};
use crate::ports::StoreError;
use crate::reconcile::{BookingView, EndpointStatus, Reconciler, side_by_side};

/// What sweeps saw stands for so long: the slowest ones come every five minutes (`SweepRate` in `template.yaml`).
const SWEPT_WITHIN: TimeDelta = TimeDelta::minutes(6);
/// Each is one query, and a list of many endpoints has to come at once.
const GLANCES_AT_ONCE: usize = 10;

/// An endpoint in a list, as one employee is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Glance {
    /// By what the last pass saw; `None`: that is too long ago to say where the endpoint stands now.
    pub status: Option<EndpointStatus>,
    /// Until when the employee's own lease runs; `None`: they have none.
    pub held_until: Option<DateTime<Utc>>,
    /// When the employee's next booking is to be ready; `None`: none is to come.
    pub booked_for: Option<DateTime<Utc>>,
}

impl Reconciler {
    /// Where an endpoint stands by the lease table, read once. EC2 is not asked, and nothing is changed or renewed.
    pub async fn glance(
        &self,
        endpoint: &ManagedEndpoint,
        email: &Email,
    ) -> Result<Glance, StoreError> {
        let state = self.store.glance(&endpoint.id, email).await?;
        Ok(self.glanced(endpoint, email, &state))
    }

    /// The same of several endpoints side by side, in their order; `None`: one that could not be read.
    pub async fn glances(
        &self,
        endpoints: &[ManagedEndpoint],
        email: &Email,
    ) -> Vec<Option<Glance>> {
        let glance = |endpoint| async move {
            let glance = self.glance(endpoint, email).await;
            glance
                .inspect_err(|error| {
                    warn!(endpoint = %endpoint.name, error = %error, "the list goes without this endpoint");
                })
                .ok()
        };
        side_by_side(endpoints.iter().map(glance).collect(), GLANCES_AT_ONCE).await
    }

    fn glanced(&self, endpoint: &ManagedEndpoint, email: &Email, state: &EndpointState) -> Glance {
        let now = self.clock.now();
        let rules = &self.settings.rules;
        let own = state
            .leases
            .iter()
            .find(|lease| lease.email == *email && lease.runs(now));
        let bookings = BookingView::all(&state.bookings, state, rules, now);
        let nexts = bookings.iter().filter_map(|view| view.particulars.next);
        let seen = state.sightings.last_seen();
        let is_recent = now - seen.observed_at <= SWEPT_WITHIN;
        Glance {
            status: is_recent.then(|| EndpointStatus::on_record(endpoint, state, rules, now)),
            held_until: own.map(|lease| lease.until),
            booked_for: nexts.map(|next| next.ready_at).min(),
        }
    }
}
