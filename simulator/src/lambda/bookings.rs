//! What people want of bookings, past the handler: the reconciler's own answers.

use std::sync::Arc;

use futures::channel::oneshot;
use serde_json::json;
use shared::model::audit::Origin;
use shared::model::{Email, ManagedEndpoint};
use shared::reconcile::{Ask, BookError, BookingView, CancelError, Reconciler};

use super::{Instance, Lambda, REQUEST_LIMIT, reconciler};
use crate::caller::Function;
use crate::request::{BookingRequest, Response};

impl Lambda {
    /// What a person wants of bookings, with the status that the page answers.
    pub async fn bookings(&self, email: &Email, request: BookingRequest) -> Response {
        let asked_at = self.inner.engine.now();
        let instance = self.instance_of_booker();
        let invocation = self.begin(&instance.process);
        let (answer, answered) = oneshot::channel();
        let (lambda, running, email) = (self.clone(), instance.clone(), email.clone());
        let task = self.inner.engine.spawn(async move {
            let endpoint = lambda.inner.associate.common.endpoints.first();
            if let Some(endpoint) = endpoint {
                let response = booked(&running.function, endpoint, email, request).await;
                drop(answer.send(response));
            }
            lambda.fleet(|fleet| fleet.bookers.push(running));
        });
        self.limit(invocation, task, REQUEST_LIMIT);
        let killed = (502, Vec::new());
        let (status, bookings) = answered.await.unwrap_or(killed);
        Response {
            asked_at,
            invocation,
            status,
            body: json!(bookings),
        }
    }

    fn instance_of_booker(&self) -> Instance<Reconciler> {
        let idle = self.fleet(|fleet| fleet.bookers.pop());
        idle.unwrap_or_else(|| {
            let (process, line, ids) = self.start(Function::Associate);
            let settings = self.inner.associate.common.settings.clone();
            let function = Arc::new(reconciler(&process, line, ids, settings));
            Instance { process, function }
        })
    }
}

/// What the reconciler answers, and the status that goes with it.
async fn booked(
    reconciler: &Reconciler,
    endpoint: &ManagedEndpoint,
    email: Email,
    request: BookingRequest,
) -> (u64, Vec<BookingView>) {
    let ask = Ask {
        email: email.clone(),
        origin: Origin::default(),
    };
    match request {
        BookingRequest::Book(times) => match reconciler.book(endpoint, ask, times).await {
            Ok(bookings) => (201, bookings),
            Err(BookError::Past | BookError::TooLong { .. } | BookError::TooMany) => {
                (400, Vec::new())
            }
            Err(BookError::Store(_) | BookError::Busy) => (503, Vec::new()),
        },
        BookingRequest::Cancel(owner, id) => {
            let cancelled = reconciler.cancel_booking(endpoint, ask, &owner, &id);
            match cancelled.await {
                Ok(bookings) => (200, bookings),
                Err(CancelError::Unknown) => (404, Vec::new()),
                Err(CancelError::Store(_) | CancelError::Busy) => (503, Vec::new()),
            }
        }
        BookingRequest::Visit => match reconciler.page(endpoint, &email, true).await {
            Ok((_, Ok(view))) => (200, view.bookings),
            Ok((_, Err(_))) | Err(_) => (503, Vec::new()),
        },
    }
}
