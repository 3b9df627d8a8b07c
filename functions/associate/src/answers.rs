//! What each path does: a call of the reconciler, and its result as a page or JSON.

use associate_pages::{HelpPage, ListPage, Listed, OwnBookings, StatusPage, TakeDownPage};
use http::header::{CONTENT_DISPOSITION, SET_COOKIE};
use http::{HeaderValue, Method, StatusCode};
use shared::model::{ManagedEndpoint, Mode};
use shared::policy::Phase;
use shared::ports::{StoreError, VpnError};
use shared::reconcile::{AskOutcome, EndpointStatus, PersonalView};
use web::{Reply, fetch, log};

use crate::ahead::asks;
use crate::app::{App, Call};
use crate::input;
use crate::list::List;
use crate::refusal::Refusal;
use crate::routes::{Destination, Route};

/// The ALB spreads a session over up to four cookies
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#authentication-logout>).
const SESSION_COOKIES: [&str; 4] = [
    "AWSELBAuthSessionCookie-0=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; HttpOnly",
    "AWSELBAuthSessionCookie-1=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; HttpOnly",
    "AWSELBAuthSessionCookie-2=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; HttpOnly",
    "AWSELBAuthSessionCookie-3=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; HttpOnly",
];

impl App {
    /// The answer to a caller who is permitted.
    pub(crate) async fn answer(&self, route: Route<'_>, call: Call<'_>) -> Result<Reply, Refusal> {
        match route {
            Route::Home => match self.only_endpoint() {
                Some(only) => self.ask(only, call).await,
                None => Ok(self.list(&call).await),
            },
            Route::Vpn(endpoint) => self.ask(endpoint, call).await,
            Route::Status(endpoint) => self.status(endpoint, call).await,
            Route::Extend(endpoint) => self.extend(endpoint, call).await,
            Route::Release(endpoint) => self.release(endpoint, call).await,
            Route::Bookings(endpoint) if *call.method == Method::POST => {
                self.book(endpoint, call).await
            }
            Route::Bookings(endpoint) => self.bookings(endpoint, &call).await,
            Route::CancelBooking(endpoint, id) => self.cancel_booking(endpoint, id, call).await,
            Route::DeclineSuggestion(endpoint) => self.decline_suggestion(endpoint, &call).await,
            Route::Profile(endpoint) => self.profile(endpoint, call).await,
            Route::Mode(endpoint) => self.order(endpoint, call).await,
            Route::TakeDown(endpoint) => self.take_down(endpoint, &call).await,
            Route::Help => Ok(self.help(&call)),
            Route::Asset(asset) => Ok(Reply::asset(asset)),
            Route::Language => self.language(&call),
            Route::SignOut => self.sign_out(),
        }
    }

    async fn ask(&self, endpoint: &ManagedEndpoint, call: Call<'_>) -> Result<Reply, Refusal> {
        if !asks(call.method, call.headers) {
            return self.status(endpoint, call).await;
        }
        let asked = self.reconciler.ask(endpoint, call.ask).await?;
        asked_reply(endpoint, asked, call.wants_html)
    }

    async fn extend(&self, endpoint: &ManagedEndpoint, call: Call<'_>) -> Result<Reply, Refusal> {
        let until = input::until(call.headers, call.body, self.clock.now())?;
        let asked = self.reconciler.extend(endpoint, call.ask, until);
        let asked = asked.await?;
        asked_reply(endpoint, asked, call.wants_html)
    }

    async fn status(
        &self,
        endpoint: &ManagedEndpoint,
        mut call: Call<'_>,
    ) -> Result<Reply, Refusal> {
        let ahead = call.ahead.take();
        if !call.wants_html {
            let status = self.reconciler.status_from(endpoint, ahead).await?;
            return Ok(Reply::json(StatusCode::OK, &status));
        }
        let (viewer, is_visit) = (&call.ask.email, is_visit(&call));
        let page = self.reconciler.page_from(endpoint, viewer, is_visit, ahead);
        let (status, own) = page.await?;
        let page = StatusPage {
            site: &self.site,
            language: call.language,
            standing: &status,
            own: &own_bookings(own, is_visit),
            viewer,
            is_administrator: call.is_administrator,
            trace_id: call.trace_id,
            now: self.clock.now(),
        };
        Ok(Reply::page(StatusCode::OK, page.html()))
    }

    /// An order that is no ask is carried out by sweeps: its answer is the status as it is.
    async fn order(&self, endpoint: &ManagedEndpoint, call: Call<'_>) -> Result<Reply, Refusal> {
        let zone = self.site.rules.time_zone;
        let order = input::order(call.headers, call.body, self.clock.now(), zone)?;
        let is_ask = matches!(order.mode, Some((Mode::On, _)));
        let ordered = self.reconciler.order(endpoint, call.ask, order).await?;
        if is_ask || call.wants_html {
            return asked_reply(endpoint, ordered, call.wants_html);
        }
        Ok(Reply::json(StatusCode::OK, &ordered.status))
    }

    /// What `off` would do, before it is ordered.
    async fn take_down(
        &self,
        endpoint: &ManagedEndpoint,
        call: &Call<'_>,
    ) -> Result<Reply, Refusal> {
        let status = self.reconciler.status(endpoint).await?;
        if !call.wants_html {
            return Ok(Reply::json(StatusCode::OK, &status));
        }
        let page = TakeDownPage {
            site: &self.site,
            language: call.language,
            standing: &status,
            viewer: &call.ask.email,
            now: self.clock.now(),
        };
        Ok(Reply::page(StatusCode::OK, page.html()))
    }

    async fn release(&self, endpoint: &ManagedEndpoint, call: Call<'_>) -> Result<Reply, Refusal> {
        let status = self.reconciler.release(endpoint, call.ask).await?;
        if call.wants_html {
            return Ok(to_status(endpoint));
        }
        Ok(Reply::json(StatusCode::OK, &status))
    }

    async fn profile(&self, endpoint: &ManagedEndpoint, call: Call<'_>) -> Result<Reply, Refusal> {
        let profile = if *call.method == Method::HEAD {
            // Nothing is handed out, so there is nothing to record.
            String::new()
        } else {
            self.reconciler.profile(endpoint, call.ask).await?
        };
        let disposition = format!("attachment; filename=\"{}.ovpn\"", endpoint.name);
        let disposition =
            HeaderValue::try_from(disposition).unwrap_or(HeaderValue::from_static("attachment"));
        let reply = Reply::new(StatusCode::OK, "application/x-openvpn-profile", profile);
        Ok(reply.with(CONTENT_DISPOSITION, disposition))
    }

    /// An endpoint that cannot be read now is shown as such: it does not hide the others.
    async fn list(&self, call: &Call<'_>) -> Reply {
        let viewer = &call.ask.email;
        let glances = self.reconciler.glances(&self.endpoints, viewer).await;
        if !call.wants_html {
            return Reply::json(StatusCode::OK, &List::of(&self.endpoints, &glances));
        }
        let listed = self.endpoints.iter().zip(&glances);
        let page = ListPage {
            site: &self.site,
            language: call.language,
            viewer,
            endpoints: listed
                .map(|(endpoint, glance)| Listed {
                    name: &endpoint.name,
                    glance: glance.as_ref(),
                })
                .collect(),
            now: self.clock.now(),
        };
        Reply::page(StatusCode::OK, page.html())
    }

    fn help(&self, call: &Call<'_>) -> Reply {
        let page = HelpPage {
            site: &self.site,
            language: call.language,
            viewer: call.ask.email.as_str(),
        };
        Reply::page(StatusCode::OK, page.html())
    }

    fn language(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let language = input::language(call.headers, call.body)?.as_str();
        let cookie =
            format!("lang={language}; Path=/; Max-Age=31536000; Secure; HttpOnly; SameSite=Lax");
        let page = fetch::referring_page(call.headers);
        let back = Destination::back_to(page, &self.endpoints);
        let reply = Reply::see_other(back.location());
        Ok(match HeaderValue::try_from(cookie) {
            Ok(cookie) => reply.with(SET_COOKIE, cookie),
            Err(_) => reply,
        })
    }

    fn sign_out(&self) -> Result<Reply, Refusal> {
        let url = self.sign_out.clone().ok_or(Refusal::NotFound)?;
        let cookies = SESSION_COOKIES.map(HeaderValue::from_static);
        let leave = Reply::see_other(url);
        Ok(cookies
            .into_iter()
            .fold(leave, |reply, cookie| reply.with(SET_COOKIE, cookie)))
    }
}

/// Whether it is a person who visits a page. One that updates itself is no sign of its owner.
fn is_visit(call: &Call<'_>) -> bool {
    *call.method == Method::GET && fetch::is_navigation(call.headers)
}

/// What the status page shows of its viewer's own. It is shown without, where that could not be read.
fn own_bookings(view: Result<PersonalView, StoreError>, is_visit: bool) -> OwnBookings {
    match view {
        Ok(view) if is_visit => OwnBookings::Visited(view),
        Ok(view) => OwnBookings::Seen(view),
        Err(error) => {
            log::left_out("bookings", &error);
            OwnBookings::Unknown
        }
    }
}

/// The answer to an ask that is durable. A browser goes on to the status page, whatever comes of the ask: a reload
/// there asks for nothing, and the page says what EC2 refused.
fn asked_reply(
    endpoint: &ManagedEndpoint,
    asked: AskOutcome,
    wants_html: bool,
) -> Result<Reply, Refusal> {
    let AskOutcome { status, refused } = asked;
    if wants_html {
        return Ok(to_status(endpoint));
    }
    match (status.phase, refused) {
        (Phase::Ready, _) => Ok(Reply::json(StatusCode::OK, &status)),
        (_, Some(VpnError::Refused { code, .. })) => Err(Refusal::Refused { code }),
        (_, Some(VpnError::TryLater { .. }) | None) => Ok(under_way(&status)),
    }
}

fn under_way(status: &EndpointStatus) -> Reply {
    Reply::json(StatusCode::ACCEPTED, status).come_back()
}

pub(crate) fn to_status(endpoint: &ManagedEndpoint) -> Reply {
    Reply::see_other(Destination::Status(endpoint).location())
}
