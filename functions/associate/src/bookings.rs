//! What a person does with bookings, and what the status page shows of them.

use http::{HeaderMap, StatusCode};
use shared::model::ManagedEndpoint;
use shared::model::audit::DeniedThing;
use web::Reply;

use crate::answers::to_status;
use crate::app::{App, Call};
use crate::input;
use crate::refusal::Refusal;

impl App {
    pub(crate) async fn book(
        &self,
        endpoint: &ManagedEndpoint,
        call: Call<'_>,
    ) -> Result<Reply, Refusal> {
        let times = input::booking(call.headers, call.body)?;
        let bookings = self.reconciler.book(endpoint, call.ask, times).await?;
        if call.wants_html {
            return Ok(to_status(endpoint));
        }
        Ok(Reply::json(StatusCode::CREATED, &bookings))
    }

    /// For programs: people have the status page.
    pub(crate) async fn bookings(
        &self,
        endpoint: &ManagedEndpoint,
        call: &Call<'_>,
    ) -> Result<Reply, Refusal> {
        if call.wants_html {
            return Ok(to_status(endpoint));
        }
        let bookings = self.reconciler.bookings(endpoint, &call.ask.email).await?;
        Ok(Reply::json(StatusCode::OK, &bookings))
    }

    pub(crate) async fn cancel_booking(
        &self,
        endpoint: &ManagedEndpoint,
        id: &str,
        call: Call<'_>,
    ) -> Result<Reply, Refusal> {
        let id = id.parse().map_err(|_| Refusal::NotFound)?;
        let named = input::owner(call.headers, call.body)?;
        let owner = named.unwrap_or_else(|| call.ask.email.clone());
        if owner != call.ask.email && !call.is_administrator {
            self.deny(call.ask, DeniedThing::Bookings(endpoint)).await;
            return Err(Refusal::NotOwner);
        }
        let cancelled = self
            .reconciler
            .cancel_booking(endpoint, call.ask, &owner, &id);
        let left = cancelled.await?;
        if call.wants_html {
            return Ok(to_status(endpoint));
        }
        Ok(Reply::json(StatusCode::OK, &left))
    }

    pub(crate) async fn decline_suggestion(
        &self,
        endpoint: &ManagedEndpoint,
        call: &Call<'_>,
    ) -> Result<Reply, Refusal> {
        let declined = self
            .reconciler
            .decline_suggestion(endpoint, &call.ask.email);
        declined.await?;
        if call.wants_html {
            return Ok(to_status(endpoint));
        }
        Ok(Reply {
            status: StatusCode::NO_CONTENT,
            headers: HeaderMap::new(),
            body: String::new(),
        })
    }
}
