//! The function with its surroundings, and requests by people.

use std::collections::BTreeMap;
use std::sync::Arc;

use audit::{App, Ports};
use chrono::{DateTime, TimeDelta, Utc};
use sandbox::dynamo::{Record, TableFault};
use sandbox::embedded::{Embedded, Options};
use serde_json::Value;
use shared::aws::DynamoAuditReader;
use shared::clock::Clock as _;
use shared::config::AuditConfig;
use shared::model::audit::{Actor, AuditRecord, Details, Event, EventIds, Origin};
use shared::model::{Booking, ManagedEndpoint};
use shared::ports::Store as _;
use testkit::alb::{KeyServer, TokenMint};
use testkit::example;

pub use testkit::alb::{Answer, Event as Request, TRACE_ID};

pub const ADMIN: &str = "admin@example.com";
pub const AUDITOR: &str = "auditor@example.com";
/// May use the VPN, and not read here.
pub const EMPLOYEE: &str = "yuki@example.com";
/// Of a domain that is not permitted.
pub const STRANGER: &str = "mallory@elsewhere.test";

pub const EVENT_ID: &str = "019ab0d2-0000-7000-8000-00000000000a";

/// Begins as a formula does, and has what markup and CSV are made of.
pub const HOSTILE: &str = "=HYPERLINK(\"https://evil.test\"),<script>alert(1)</script>";

/// A path of each page.
pub fn pages() -> Vec<String> {
    let fixed = [
        "/audit",
        "/audit/records",
        "/audit/use",
        "/audit/findings",
        "/audit/records.csv",
        "/audit/records.jsonl",
    ];
    let record = |page: &str| format!("/audit/{page}/{}/{EVENT_ID}", example::TOKYO);
    let mut pages: Vec<String> = fixed.map(str::to_owned).into();
    pages.extend([record("records"), record("stays")]);
    pages
}

pub struct World {
    pub app: App,
    pub mint: TokenMint,
    pub keys: Arc<KeyServer>,
    aws: Embedded,
}

impl World {
    pub async fn new() -> Self {
        Self::configured(&[]).await
    }

    /// A Monday morning in Tokyo, with these variables changed.
    pub async fn configured(changes: &[(&str, &str)]) -> Self {
        let options = Options::at("2026-11-23T01:31:01Z".parse().unwrap());
        let aws = Embedded::start(options).await.unwrap();
        let mint = TokenMint::development();
        let keys = Arc::new(KeyServer::new(&mint));
        let config = AuditConfig::from_vars(&variables(changes)).unwrap();
        let ports = Ports {
            reader: Arc::new(DynamoAuditReader::new((*aws.store).clone())),
            keys: keys.clone(),
            clock: aws.clock.clone(),
            ids: EventIds::from_entropy(),
        };
        Self {
            app: App::new(config, ports),
            mint,
            keys,
            aws,
        }
    }

    /// Sends a request as an administrator.
    pub async fn send(&self, request: Request) -> Answer {
        self.send_as(ADMIN, request).await
    }

    /// Sends a request as a person whom the ALB has signed in.
    pub async fn send_as(&self, email: &str, request: Request) -> Answer {
        let token = self.mint.mint(email, "sub-1", self.now());
        self.send_bare(request.identity(&token, "sub-1")).await
    }

    /// Sends a request without an identity.
    pub async fn send_bare(&self, request: Request) -> Answer {
        self.send_event(request.event(), request.multi).await
    }

    pub async fn send_event(&self, event: Value, multi: bool) -> Answer {
        let response = self.app.handle(event, "request-1").await.unwrap();
        let json = serde_json::to_value(response).unwrap();
        Answer { json, multi }
    }

    /// Puts a record with [`EVENT_ID`], whose texts are hostile.
    pub async fn put_a_record(&self) {
        let record = AuditRecord {
            event_id: EVENT_ID.parse().unwrap(),
            endpoint: Some(ManagedEndpoint {
                name: "tokyo".parse().unwrap(),
                id: example::TOKYO.parse().unwrap(),
                subnets: Vec::new(),
            }),
            occurred_at: self.now(),
            event: Event::AssociationRequested,
            actor: Actor::Employee(EMPLOYEE.parse().unwrap()),
            reason: HOSTILE.to_owned(),
            expires_at: None,
            details: Details {
                stay: Some(1),
                origin: Origin {
                    user_agent: Some(HOSTILE.to_owned()),
                    ..Origin::default()
                },
                ..Details::default()
            },
        };
        self.aws.store.put_record(&record).await.unwrap();
        self.aws.dynamo.reset_calls();
    }

    /// Puts a booking of Tokyo.
    pub async fn put_booking(&self, booking: &Booking) {
        let tokyo = example::TOKYO.parse().unwrap();
        let made = booking.made(None, TimeDelta::days(60));
        let store = &self.aws.store;
        let written = store.update_personal(&tokyo, &booking.into(), &made).await;
        assert!(written.unwrap());
        if let Some(at) = booking.ended_at {
            let ended = booking.ended(at);
            let written = store.update_personal(&tokyo, &booking.into(), &ended).await;
            assert!(written.unwrap());
        }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.aws.clock.now()
    }

    pub fn advance(&self, by: TimeDelta) {
        self.aws.clock.advance(by);
    }

    /// From now on DynamoDB answers all calls with an error.
    pub fn tables_fail(&self) {
        let fault = TableFault::Error("ProvisionedThroughputExceededException".to_owned());
        self.aws.dynamo.inject(None, fault, u32::MAX);
    }

    /// From now on DynamoDB takes no record.
    pub fn writes_fail(&self) {
        let fault = TableFault::Error("ProvisionedThroughputExceededException".to_owned());
        self.aws.dynamo.inject(Some("PutItem"), fault, u32::MAX);
    }

    /// What was called since the last look.
    pub fn take_calls(&self) -> Vec<String> {
        assert!(self.aws.ec2.calls().is_empty(), "audit never calls EC2");
        let calls = self.aws.dynamo.calls();
        self.aws.dynamo.reset_calls();
        calls
    }

    /// The audit records, oldest first.
    pub async fn records(&self) -> Vec<Record> {
        let records = self.aws.records().await.unwrap();
        self.aws.dynamo.reset_calls();
        records
    }
}

/// The configuration of the sandbox's functions, with these variables changed.
fn variables(changes: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let changes: BTreeMap<String, String> = changes.iter().map(owned).collect();
    move |name| {
        let set = changes.get(name).cloned();
        set.or_else(|| example::variable(name).map(str::to_owned))
    }
}

/// RFC 9457, and nothing from inside.
pub fn assert_problem(answer: &Answer, status: u64) {
    assert_eq!(answer.status(), status, "{answer:?}");
    answer.assert_header("content-type", "application/problem+json");
    let problem = answer.json_body();
    assert_eq!(problem["type"], "about:blank");
    assert_eq!(problem["status"], status);
    assert_eq!(problem["traceId"], TRACE_ID);
    for text in ["title", "detail"] {
        assert!(!problem[text].as_str().unwrap().is_empty());
    }
    for inside in ["arn:", "amazonaws", "Dynamo", "vpn-audit", "127.0.0.1"] {
        assert!(!answer.json.to_string().contains(inside), "{answer:?}");
    }
}
