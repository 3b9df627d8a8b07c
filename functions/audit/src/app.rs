//! One request: who asks, may they, for what, and the answer. [`App::serve`] has the order of refusals.

use std::sync::Arc;

use aws_lambda_events::alb::AlbTargetGroupResponse;
use chrono::{DateTime, Utc};
use http::{HeaderMap, Method};
use lambda_http::RequestExt as _;
use page::Language;
use serde_json::Value;
use shared::clock::Clock;
use shared::config::{AuditConfig, Common, Roles};
use shared::identity::{PublicKeys, Verifier};
use shared::model::audit::{AuditRecord, DeniedThing, EventIds, Origin};
use shared::model::{DailyWindow, Email};
use shared::ports::AuditReader;
use shared::reconcile::Ask;
use web::event::NotFromAlb;
use web::{Function, Identity, Query, Received, Reply, fetch, function, log, visitor};

use crate::refusal::Refusal;
use crate::routes::Route;

/// The function: what it needs for the life of its process.
pub struct App {
    pub(crate) common: Common,
    pub(crate) office_hours: DailyWindow,
    pub(crate) has_sign_out: bool,
    pub(crate) reader: Arc<dyn AuditReader>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: EventIds,
    roles: Roles,
    verifier: Verifier,
}

/// The world as the function reaches it.
pub struct Ports {
    /// The tables, to read.
    pub reader: Arc<dyn AuditReader>,
    /// The ALB's key server.
    pub keys: Arc<dyn PublicKeys>,
    /// The present time.
    pub clock: Arc<dyn Clock>,
    /// Names for records of exports.
    pub ids: EventIds,
}

/// Who may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Administrator,
    Auditor,
}

/// A request whose caller may read: what the answer to it needs.
pub(crate) struct Call<'a> {
    pub(crate) viewer: Email,
    /// For the record of an export.
    pub(crate) origin: Origin,
    pub(crate) role: Role,
    pub(crate) query: &'a Query,
    /// Whether only the headers are wanted.
    pub(crate) is_head: bool,
    pub(crate) wants_html: bool,
    pub(crate) language: Language,
    pub(crate) now: DateTime<Utc>,
}

impl App {
    /// The function as it is configured.
    pub fn new(config: AuditConfig, ports: Ports) -> Self {
        let AuditConfig {
            common,
            sign_in,
            roles,
            office_hours,
        } = config;
        let Ports {
            reader,
            keys,
            clock,
            ids,
        } = ports;
        Self {
            common,
            office_hours,
            has_sign_out: sign_in.sign_out_url.is_some(),
            reader,
            clock,
            ids,
            roles,
            verifier: Verifier::new(sign_in.identity, keys),
        }
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

    /// The order of refusals: 401, 403, 404, 405, 400.
    async fn serve(&self, received: &Received, route: Option<Route<'_>>) -> Result<Reply, Refusal> {
        let request = &received.request;
        let headers = request.headers();
        let now = self.clock.now();
        let identity = Identity::of(headers, &self.verifier, now).await?;
        let (Ask { email, origin }, role) = self.admit(identity, headers, now).await?;
        let is_export = route.as_ref().is_some_and(Route::is_export);
        if is_export && fetch::is_embedded_elsewhere(headers) {
            return Err(Refusal::Elsewhere);
        }
        let route = route.ok_or(Refusal::NotFound)?;
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Err(Refusal::Method);
        }
        if let Some(malformed) = received.malformed {
            return Err(malformed.into());
        }
        let call = Call {
            viewer: email,
            origin,
            role,
            query: &received.query,
            is_head: *request.method() == Method::HEAD,
            wants_html: fetch::wants_html(headers),
            language: visitor::language(headers),
            now,
        };
        self.answer(route, &call).await
    }

    /// Lets a person in who has a role, or puts on record that they have none.
    async fn admit(
        &self,
        identity: Identity,
        headers: &HeaderMap,
        now: DateTime<Utc>,
    ) -> Result<(Ask, Role), Refusal> {
        let (ask, role) = match identity {
            Identity::Permitted(employee) => {
                let role = self.role_of(&employee.email);
                (visitor::ask(employee, headers), role)
            }
            // A list that names someone of another domain is a slip.
            Identity::NotPermitted(employee, _) => (visitor::ask(employee, headers), None),
        };
        match role {
            Some(role) => Ok((ask, role)),
            None => Err(self.deny(ask, now).await),
        }
    }

    fn role_of(&self, email: &Email) -> Option<Role> {
        if self.roles.administrators.contains(email) {
            Some(Role::Administrator)
        } else if self.roles.auditors.contains(email) {
            Some(Role::Auditor)
        } else {
            None
        }
    }

    /// A refusal stays one when it cannot be put on record.
    async fn deny(&self, Ask { email, origin }: Ask, now: DateTime<Utc>) -> Refusal {
        let retention = self.common.settings.retention;
        let record = AuditRecord::denied(&email, origin, DeniedThing::Audit, now, retention);
        if let Err(error) = self.reader.put_record(&record).await {
            log::not_on_record(&error);
        }
        Refusal::NoRole { email }
    }
}

impl Function for App {
    async fn reply(&self, received: &Received, trace_id: &str) -> Reply {
        let headers = received.request.headers();
        let route = Route::find(received.request.raw_http_path());
        let name = route.as_ref().map_or("none", Route::name);
        match self.serve(received, route).await {
            Ok(reply) => {
                log::answered(name, reply.status, trace_id);
                reply
            }
            Err(refusal) => {
                let meaning = refusal.meaning();
                log::refused(name, meaning.status, trace_id, &refusal);
                let page = fetch::wants_html(headers);
                let page = page.then(|| {
                    self.error(
                        &refusal,
                        visitor::language(headers),
                        trace_id,
                        self.clock.now(),
                    )
                });
                meaning.reply(page, trace_id)
            }
        }
    }
}
