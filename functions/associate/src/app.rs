//! One request: who asks, for what, may they, and the answer. [`App::serve`] has the order of refusals.

use std::collections::BTreeSet;
use std::sync::Arc;

use associate_pages::{ErrorPage, Language, Site};
use aws_lambda_events::alb::AlbTargetGroupResponse;
use http::header::{ALLOW, InvalidHeaderValue};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use lambda_http::RequestExt as _;
use serde::Serialize;
use serde_json::Value;
use shared::clock::Clock;
use shared::config::AssociateConfig;
use shared::identity::{Employee, IdentityError, PublicKeys, Refusal as IdentityRefusal, Verifier};
use shared::model::audit::EventIds;
use shared::model::{Email, ManagedEndpoint};
use shared::ports::{ClientVpn, Store};
use shared::reconcile::{Ask, DeniedThing, Reconciler};
use tracing::{error, info, warn};

use crate::event::{self, NotFromAlb, Received};
use crate::fetch;
use crate::refusal::Refusal;
use crate::reply::Reply;
use crate::routes::Route;
use crate::visitor;

/// The function: what it needs for the life of its process.
pub struct App {
    pub(crate) endpoints: Vec<ManagedEndpoint>,
    pub(crate) reconciler: Reconciler,
    verifier: Verifier,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) sign_out: Option<HeaderValue>,
    pub(crate) site: Site,
    administrators: BTreeSet<Email>,
}

/// The world as the function reaches it.
pub struct Ports {
    /// EC2.
    pub vpn: Arc<dyn ClientVpn>,
    /// The tables.
    pub store: Arc<dyn Store>,
    /// The ALB's key server.
    pub keys: Arc<dyn PublicKeys>,
    /// The present time.
    pub clock: Arc<dyn Clock>,
    /// Names for audit records.
    pub ids: EventIds,
}

/// A request whose caller is permitted: what the answer to it needs.
pub(crate) struct Call<'a> {
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a lambda_http::Body,
    pub(crate) method: &'a Method,
    pub(crate) ask: Ask,
    pub(crate) is_administrator: bool,
    pub(crate) wants_html: bool,
    pub(crate) language: Language,
    pub(crate) trace_id: &'a str,
}

impl App {
    /// The function as it is configured.
    ///
    /// # Errors
    /// Where the sign-out URL cannot stand in a header.
    pub fn new(config: AssociateConfig, ports: Ports) -> Result<Self, InvalidHeaderValue> {
        let AssociateConfig {
            common,
            sign_in,
            roles,
            dry_run,
        } = config;
        let Ports {
            vpn,
            store,
            keys,
            clock,
            ids,
        } = ports;
        let verifier = Verifier::new(sign_in.identity, keys);
        let sign_out = sign_in
            .sign_out_url
            .map(HeaderValue::try_from)
            .transpose()?;
        let site = Site {
            rules: common.settings.rules.clone(),
            retention: common.settings.retention,
            has_sign_out: sign_out.is_some(),
            has_several: common.endpoints.len() > 1,
            is_dry_run: dry_run,
        };
        Ok(Self {
            reconciler: Reconciler::new(vpn, store, Arc::clone(&clock), ids, common.settings),
            verifier,
            clock,
            sign_out,
            site,
            administrators: roles.administrators,
            endpoints: common.endpoints,
        })
    }

    /// Answers an event of the ALB. `request_id` is Lambda's, for requests without a trace id.
    ///
    /// # Errors
    /// Only for an event that no ALB makes.
    pub async fn handle(
        &self,
        event: Value,
        request_id: &str,
    ) -> Result<AlbTargetGroupResponse, NotFromAlb> {
        let received = event::receive(event)?;
        let headers = received.request.headers();
        if visitor::is_health_check(headers) {
            let ok = Reply::new(StatusCode::OK, "text/plain; charset=utf-8", "200 ok");
            return Ok(ok.into_alb(received.mode));
        }
        let route = self.route(&received);
        let trace_id = visitor::trace_id(headers).unwrap_or_else(|| request_id.to_owned());
        let reply = match self.serve(&received, route, &trace_id).await {
            Ok(reply) => {
                let status = reply.status.as_u16();
                info!(route = route_name(route), status, trace_id, "answered");
                reply
            }
            Err(refusal) => {
                log(&refusal, route, &trace_id);
                self.refuse(&refusal, &received, route, &trace_id)
            }
        };
        let reply = if received.request.method() == Method::HEAD {
            reply.without_body()
        } else {
            reply
        };
        Ok(reply.into_alb(received.mode))
    }

    fn route(&self, received: &Received) -> Option<Route<'_>> {
        let request = &received.request;
        let route = Route::find(request.raw_http_path(), &self.endpoints)?
            .for_request(request.method(), &received.mode_parameter);
        let is_missing = matches!(route, Route::SignOut) && self.sign_out.is_none();
        (!is_missing).then_some(route)
    }

    /// The order of refusals: 401, 404, 405, 403, 400.
    async fn serve(
        &self,
        received: &Received,
        route: Option<Route<'_>>,
        trace_id: &str,
    ) -> Result<Reply, Refusal> {
        let request = &received.request;
        let headers = request.headers();
        let identity = self.identify(headers).await?;
        let route = route.ok_or(Refusal::NotFound)?;
        let method = request.method();
        let wants_html = fetch::wants_html(headers);
        // The ALB makes a GET of a POST whose session had expired, once the person has signed in again.
        let is_detour = *method == Method::GET && route.allow() == "POST" && wants_html;
        if !is_detour && !route.allows(method) {
            return Err(Refusal::Method {
                allow: route.allow(),
            });
        }
        let employee = self.admit(identity, route, headers).await?;
        let is_administrator = self.administrators.contains(&employee.email);
        if route.needs_administrator() && !is_administrator && !is_detour {
            let thing = DeniedThing::Orders;
            self.deny(route.endpoint(), ask(employee, headers), thing)
                .await;
            return Err(Refusal::NotAdministrator);
        }
        if *method == Method::POST && !fetch::is_same_origin(headers) {
            return Err(Refusal::CrossSite);
        }
        if let Some(malformed) = received.malformed {
            return Err(malformed.into());
        }
        if is_detour {
            return Ok(Reply::see_other(route.back(&self.endpoints).location()));
        }
        let call = Call {
            headers,
            body: request.body(),
            method,
            ask: ask(employee, headers),
            is_administrator,
            wants_html,
            language: visitor::language(headers),
            trace_id,
        };
        self.answer(route, call).await
    }

    /// The caller and whether they are permitted; a request that proves no person is refused.
    async fn identify(&self, headers: &HeaderMap) -> Result<Identity, Refusal> {
        let oidc = visitor::oidc_headers(headers);
        match self.verifier.verify(&oidc, self.clock.now()).await {
            Ok(employee) => Ok(Identity::Permitted(employee)),
            Err(error) => match error.refusal() {
                IdentityRefusal::NotPermitted(employee) => {
                    Ok(Identity::NotPermitted(employee.clone(), error))
                }
                IdentityRefusal::NotValid | IdentityRefusal::Unavailable => {
                    Err(Refusal::Identity(error))
                }
            },
        }
    }

    /// Lets a caller in, or puts on record that they are not permitted.
    async fn admit(
        &self,
        identity: Identity,
        route: Route<'_>,
        headers: &HeaderMap,
    ) -> Result<Employee, Refusal> {
        match identity {
            Identity::Permitted(employee) => Ok(employee),
            Identity::NotPermitted(employee, _) if !route.needs_permission() => Ok(employee),
            Identity::NotPermitted(employee, error) => {
                let thing = DeniedThing::Vpn;
                self.deny(route.endpoint(), ask(employee, headers), thing)
                    .await;
                Err(Refusal::Identity(error))
            }
        }
    }

    /// A refusal stays one when it cannot be put on record.
    async fn deny(&self, endpoint: Option<&ManagedEndpoint>, ask: Ask, thing: DeniedThing) {
        if let Err(error) = self.reconciler.deny(endpoint, ask, thing).await {
            warn!(error = %chain(&error), "access.denied could not be put on record");
        }
    }

    fn refuse(
        &self,
        refusal: &Refusal,
        received: &Received,
        route: Option<Route<'_>>,
        trace_id: &str,
    ) -> Reply {
        let (headers, method) = (received.request.headers(), received.request.method());
        let meaning = refusal.meaning();
        let mut reply = if fetch::wants_html(headers) {
            let back = route.map(|route| route.back(&self.endpoints).location());
            // A look that failed may be repeated by itself, an ask may not.
            let is_look = *method == Method::GET && matches!(route, Some(Route::Status(_)));
            let page = ErrorPage {
                site: &self.site,
                language: visitor::language(headers),
                trouble: refusal.trouble(&meaning),
                code: meaning.code.as_deref(),
                trace_id,
                back: back.as_ref().and_then(|path| path.to_str().ok()),
                looks_again: is_look && meaning.is_temporary(),
                now: self.clock.now(),
            };
            Reply::page(meaning.status, page.html())
        } else {
            let problem = Problem {
                r#type: "about:blank",
                title: meaning.title,
                status: meaning.status.as_u16(),
                detail: &meaning.detail,
                trace_id,
                code: meaning.code.as_deref(),
            };
            Reply::problem(meaning.status, &problem)
        };
        if let Some(allow) = meaning.allow {
            reply = reply.with(ALLOW, HeaderValue::from_static(allow));
        }
        if meaning.is_temporary() {
            reply = reply.come_back();
        }
        reply
    }
}

/// A verified person.
enum Identity {
    Permitted(Employee),
    NotPermitted(Employee, IdentityError),
}

/// RFC 9457.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Problem<'a> {
    r#type: &'static str,
    title: &'static str,
    status: u16,
    detail: &'a str,
    trace_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
}

fn ask(employee: Employee, headers: &HeaderMap) -> Ask {
    let mut origin = visitor::origin(headers);
    origin.actor_sub = Some(employee.sub);
    Ask {
        email: employee.email,
        origin,
    }
}

fn route_name(route: Option<Route<'_>>) -> &'static str {
    route.map_or("none", Route::name)
}

/// Our own trouble is an error; what a client did wrong is worth a line.
fn log(refusal: &Refusal, route: Option<Route<'_>>, trace_id: &str) {
    let status = refusal.meaning().status;
    let (route, code) = (route_name(route), status.as_u16());
    let reason = chain(refusal);
    if status.is_server_error() {
        error!(route, status = code, trace_id, reason, "not answered");
    } else {
        info!(route, status = code, trace_id, reason, "refused");
    }
}

/// An error and what caused it, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.ends_with(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}
