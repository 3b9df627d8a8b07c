//! The load balancer: signs people in, and puts their requests to the functions `associate` and `audit` as the ALB does.

mod forward;
mod keys;
mod parts;
mod session;
mod sign_in;

use std::io;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use testkit::alb::{Event, TokenMint};
use tokio::net::TcpListener;

use crate::clock::ClockKeeper;
use crate::lambda::{InvokeError, Lambda};
use crate::server::Server;
use parts::{Parts, Shared};
use session::Sessions;

pub use keys::key_server;
pub use parts::Settings;
pub use sign_in::PATH as SIGN_IN_PATH;

/// The running load balancer.
#[derive(Debug)]
pub struct Alb {
    shared: Shared,
    server: Server,
}

impl Alb {
    /// Starts it on `listener`. `own` are the sandbox's own pages, which are served without sign-in; paths in them win
    /// over the function's.
    ///
    /// # Errors
    /// When the key of the sessions, kept under `state`, cannot be read or written.
    pub(crate) fn start(
        listener: TcpListener,
        settings: Settings,
        lambda: Lambda,
        clock: Arc<ClockKeeper>,
        state: &Path,
        own: Router,
    ) -> io::Result<Self> {
        let shared = Shared(Arc::new(Parts {
            url: public_url(&listener)?,
            settings,
            clock,
            lambda,
            sessions: Sessions::open(&state.join("session.key"))?,
            mint: TokenMint::development(),
        }));
        let sandbox = Router::new()
            .route(sign_in::PATH, get(sign_in::page).post(sign_in::sign_in))
            .route("/sandbox/logout", get(sign_in::logout))
            .route("/sandbox/sign-out", post(sign_in::forget))
            .layer(DefaultBodyLimit::max(16 * 1024))
            .with_state(shared.clone())
            .merge(own)
            .layer(middleware::from_fn(same_site_only));
        let router = Router::new()
            .route("/signed-out", get(sign_in::signed_out))
            .fallback(forward::forward)
            .with_state(shared.clone())
            .merge(sandbox)
            .layer(middleware::from_fn_with_state(
                shared.clone(),
                own_host_only,
            ));
        let server = Server::start(listener, router)?;
        Ok(Self { shared, server })
    }

    /// The URL that people open, without a slash at its end.
    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// The mint whose tokens the function believes.
    pub fn mint(&self) -> &TokenMint {
        &self.shared.mint
    }

    /// Puts one health check to the function and returns its answer, an ALB response in JSON.
    pub async fn health_check(&self) -> Result<Bytes, InvokeError> {
        let event = Event::health_check().event().to_string().into_bytes();
        self.shared
            .lambda
            .invoke(&self.shared.settings.function, event, None)
            .await
    }

    pub(crate) async fn stop(self) {
        self.server.stop().await;
    }
}

/// `localhost` rather than the address: browsers count it as secure, so that it works like a deployment.
pub(crate) fn public_url(listener: &TcpListener) -> io::Result<String> {
    Ok(format!(
        "http://localhost:{}",
        listener.local_addr()?.port()
    ))
}

/// The sandbox answers to its own names only, so that no foreign site can reach it through a name of its own.
async fn own_host_only(State(alb): State<Shared>, request: Request, next: Next) -> Response {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (Some(Ok(host)), None) = (hosts.next().map(|host| host.to_str()), hosts.next()) else {
        return (
            StatusCode::BAD_REQUEST,
            "exactly one Host header is needed
",
        )
            .into_response();
    };
    let port = alb.url.rsplit(':').next().unwrap_or_default();
    let ours = ["localhost", "127.0.0.1"]
        .iter()
        .any(|name| host == format!("{name}:{port}"));
    if !ours {
        let text = format!("this is the sandbox at {}\n", alb.url);
        return (StatusCode::MISDIRECTED_REQUEST, text).into_response();
    }
    next.run(request).await
}

/// A page elsewhere cannot press the sandbox's buttons. What sends neither header is no browser.
async fn same_site_only(request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD);
    if !safe && !is_same_origin(request.headers()) {
        return (StatusCode::FORBIDDEN, "cross-site request\n").into_response();
    }
    next.run(request).await
}

fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            Some(origin.strip_prefix("http://").unwrap_or_default()) == text("host")
        }
        (None, None) => true,
    }
}
