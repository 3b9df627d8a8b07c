//! What is read for a request whose caller is not proven yet, and which requests ask.

use http::{HeaderMap, Method};
use shared::reconcile::ReadAhead;
use web::{Received, fetch};

use crate::app::App;
use crate::routes::Route;

impl App {
    /// What a poll or a page reads first of all, for a process that still has to fetch its caller's key. Nothing for a
    /// request that would be refused to any caller.
    pub(crate) async fn read_ahead(
        &self,
        route: Option<Route<'_>>,
        received: &Received,
    ) -> Option<ReadAhead> {
        let (headers, method) = (received.request.headers(), received.request.method());
        let route = route.filter(|route| route.allows(method))?;
        if received.malformed.is_some() {
            return None;
        }
        let endpoint = match route {
            Route::Home if !asks(method, headers) => self.only_endpoint()?,
            Route::Vpn(endpoint) if !asks(method, headers) => endpoint,
            Route::Status(endpoint) => endpoint,
            Route::Home
            | Route::Vpn(_)
            | Route::Extend(_)
            | Route::Release(_)
            | Route::Bookings(_)
            | Route::CancelBooking(..)
            | Route::DeclineSuggestion(_)
            | Route::Profile(_)
            | Route::Mode(_)
            | Route::TakeDown(_)
            | Route::Help
            | Route::Asset(_)
            | Route::Language
            | Route::SignOut => return None,
        };
        self.reconciler.read_ahead(endpoint).await
    }
}

/// Whether a request for the VPN asks for it: a `GET` does when a person navigates.
pub(crate) fn asks(method: &Method, headers: &HeaderMap) -> bool {
    match *method {
        Method::POST => true,
        Method::GET => fetch::is_navigation(headers),
        _ => false,
    }
}
