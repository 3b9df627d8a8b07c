//! One request: who asks, for what, may they, and the answer. [`App::serve`] has the order of refusals.

use std::collections::BTreeSet;
use std::sync::Arc;

use associate_pages::{ErrorPage, Language, Site};
use aws_lambda_events::alb::AlbTargetGroupResponse;
use http::header::InvalidHeaderValue;
use http::{HeaderMap, HeaderValue, Method};
use lambda_http::RequestExt as _;
use serde_json::Value;
use shared::clock::Clock;
use shared::config::AssociateConfig;
use shared::identity::{Employee, PublicKeys, Verifier};
use shared::model::audit::{DeniedThing, EventIds};
use shared::model::{Email, ManagedEndpoint};
use shared::ports::{ClientVpn, Store};
use shared::reconcile::{Ask, ReadAhead, Reconciler};
use web::event::NotFromAlb;
use web::{Function, Identity, Received, Reply, fetch, function, log, visitor};

use crate::refusal::Refusal;
use crate::routes::Route;

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
    /// What was read of the endpoint while the caller's key was fetched.
    pub(crate) ahead: Option<ReadAhead>,
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
        function::handle(self, event, request_id).await
    }

    fn route<'a>(&'a self, received: &'a Received) -> Option<Route<'a>> {
        let request = &received.request;
        let route = Route::find(request.raw_http_path(), &self.endpoints)?
            .for_request(request.method(), &received.query);
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
        let ahead = Box::pin(self.read_ahead(route, received));
        let (identity, ahead) =
            Identity::of_beside(headers, &self.verifier, self.clock.now(), ahead).await?;
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
            let thing = DeniedThing::Orders(route.endpoint());
            self.deny(visitor::ask(employee, headers), thing).await;
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
            ask: visitor::ask(employee, headers),
            is_administrator,
            wants_html,
            language: visitor::language(headers),
            trace_id,
            ahead: ahead.flatten(),
        };
        // In a box: it is large, and the handler's future would hold all of it.
        Box::pin(self.answer(route, call)).await
    }

    /// Where `/` leads; `None`: to a list.
    pub(crate) fn only_endpoint(&self) -> Option<&ManagedEndpoint> {
        match &self.endpoints[..] {
            [only] => Some(only),
            [] | [_, _, ..] => None,
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
                let thing = DeniedThing::Vpn(route.endpoint());
                self.deny(visitor::ask(employee, headers), thing).await;
                Err(Refusal::Identity(error))
            }
        }
    }

    /// A refusal stays one when it cannot be put on record.
    pub(crate) async fn deny(&self, ask: Ask, thing: DeniedThing<'_>) {
        if let Err(error) = self.reconciler.deny(ask, thing).await {
            log::not_on_record(&error);
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
        let page = fetch::wants_html(headers).then(|| {
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
            page.html()
        });
        meaning.reply(page, trace_id)
    }
}

impl Function for App {
    async fn reply(&self, received: &Received, trace_id: &str) -> Reply {
        let route = self.route(received);
        let name = route.map_or("none", Route::name);
        match self.serve(received, route, trace_id).await {
            Ok(reply) => {
                log::answered(name, reply.status, trace_id);
                reply
            }
            Err(refusal) => {
                log::refused(name, refusal.meaning().status, trace_id, &refusal);
                self.refuse(&refusal, received, route, trace_id)
            }
        }
    }
}
