//! The endpoints as they are, and what is worth a look.

use std::collections::BTreeMap;

use audit_pages::{BookingNow, EndpointNow, NowPage};
use futures::future::try_join_all;
use serde::Serialize;
use serde_json::Value;
use shared::model::item::rfc3339;
use shared::model::{EndpointId, EndpointState, NotedConfig};
use shared::ports::StoreError;
use shared::reconcile::{BookingView, EndpointStatus};
use shared::review::findings::{FindingAt, findings};
use shared::review::log::{self, LogFilter};
use shared::review::usage;
use web::Reply;

use super::json::{self, FindingJson};
use super::shown;
use crate::app::{App, Call};
use crate::refusal::Refusal;

/// How many of the last records are shown.
const RECORDS: usize = 10;
/// How many bookings are told of all endpoints together, those that come next: an answer is below 1 MB.
const BOOKINGS: usize = 1_000;

#[derive(Serialize)]
struct Now<'a> {
    endpoints: Vec<Endpoint<'a>>,
    policy: Option<Policy<'a>>,
    records: Vec<Value>,
    findings: Vec<FindingJson<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Endpoint<'a> {
    #[serde(flatten)]
    status: &'a EndpointStatus,
    connections: Vec<Connection<'a>>,
    bookings: Vec<Booking<'a>>,
    /// How many there are, those that are not told among them.
    bookings_count: usize,
    last_decision: Option<&'a str>,
    last_sweep_at: Option<String>,
}

#[derive(Serialize)]
struct Connection<'a> {
    user: &'a str,
    since: Option<String>,
    /// Payload in KiB an hour; `null`: not known.
    rate: Option<u64>,
    silent: bool,
}

/// A booking that stands, with the attributes of the table.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Booking<'a> {
    email: &'a str,
    #[serde(flatten)]
    view: &'a BookingView,
    placed_for: Option<String>,
    created_at: String,
    renewed_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Policy<'a> {
    text: &'a str,
    noted_at: Option<String>,
}

/// What is read.
struct Readings {
    endpoints: Vec<EndpointNow>,
    policy: Option<NotedConfig>,
    records: Vec<shared::model::item::Item>,
    findings: Vec<FindingAt>,
}

impl App {
    pub(super) async fn now(&self, call: &Call<'_>) -> Result<Reply, Refusal> {
        let read = self.read_now(call).await?;
        let html = || {
            let page = NowPage {
                site: &self.site_of(call),
                language: call.language,
                endpoints: &read.endpoints,
                silent_below_kib_per_hour: self.common.settings.rules.silent_below_kib_per_hour,
                policy: read.policy.as_ref(),
                findings: &read.findings,
                records: &read.records,
                now: call.now,
            };
            page.html()
        };
        Ok(shown(call, html, || Now::of(&read)))
    }

    async fn read_now(&self, call: &Call<'_>) -> Result<Readings, Refusal> {
        let (reader, settings) = (self.reader.as_ref(), &self.common.settings);
        let zone = settings.rules.time_zone;
        let last = async {
            let all = LogFilter::default();
            let page = log::page(reader, &all, None, RECORDS, zone, call.now).await?;
            Ok::<_, Refusal>(page.records)
        };
        let findings = async {
            let found = findings(
                reader,
                &self.common.endpoints,
                None,
                None,
                None,
                zone,
                settings.association_hour_price_usd,
                call.now,
            );
            Ok(found.await?.findings)
        };
        let policy = async { Ok(reader.noted_config().await?) };
        let (endpoints, policy, records, findings) =
            futures::try_join!(self.read_endpoints(call), policy, last, findings)?;
        Ok(Readings {
            endpoints,
            policy,
            records,
            findings,
        })
    }

    async fn read_endpoints(&self, call: &Call<'_>) -> Result<Vec<EndpointNow>, Refusal> {
        let (reader, settings) = (self.reader.as_ref(), &self.common.settings);
        let managed = &self.common.endpoints;
        let states = managed.iter().map(|endpoint| async {
            let state = reader.endpoint(&endpoint.id).await?;
            Ok::<_, StoreError>((endpoint.id.clone(), state))
        });
        let states: BTreeMap<EndpointId, EndpointState> =
            try_join_all(states).await?.into_iter().collect();
        let zone = settings.rules.time_zone;
        let days =
            usage::today(reader, managed, &states, zone, self.office_hours, call.now).await?;
        let endpoints = managed.iter().zip(days).filter_map(|(endpoint, today)| {
            let state = states.get(&endpoint.id)?;
            let rules = &settings.rules;
            let told = EndpointStatus::on_record(endpoint, state, rules, call.now);
            let bookings = BookingNow::all(state, rules, call.now);
            let most = BOOKINGS / managed.len();
            Some(EndpointNow::of(told, state, bookings, most, today))
        });
        Ok(endpoints.collect())
    }
}

impl<'a> Now<'a> {
    fn of(read: &'a Readings) -> Self {
        Self {
            endpoints: read.endpoints.iter().map(endpoint).collect(),
            policy: read.policy.as_ref().map(|policy| Policy {
                text: &policy.text,
                noted_at: json::time(Some(policy.noted_at)),
            }),
            records: json::records(&read.records),
            findings: json::findings(&read.findings),
        }
    }
}

fn endpoint(now: &EndpointNow) -> Endpoint<'_> {
    let connections = now.connections.iter().map(|it| Connection {
        user: &it.user,
        since: json::time(it.since),
        rate: it.rate,
        silent: it.is_silent,
    });
    let bookings = now.bookings.iter().map(|it| Booking {
        email: it.owner.as_str(),
        view: &it.view,
        placed_for: it.placed_for.map(|date| date.to_string()),
        created_at: rfc3339(it.created_at),
        renewed_at: rfc3339(it.renewed_at),
    });
    Endpoint {
        status: &now.status,
        connections: connections.collect(),
        bookings: bookings.collect(),
        bookings_count: now.bookings.len() + now.more_bookings,
        last_decision: now.last_decision.as_deref(),
        last_sweep_at: json::time(now.last_sweep_at),
    }
}
