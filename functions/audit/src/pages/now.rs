//! The endpoints as they are, and what is worth a look.

use std::collections::BTreeMap;

use audit_pages::{EndpointNow, NowPage};
use futures::future::try_join_all;
use serde::Serialize;
use serde_json::Value;
use shared::model::{EndpointId, EndpointState, NotedConfig};
use shared::ports::StoreError;
use shared::reconcile::EndpointStatus;
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
            let told = EndpointStatus::on_record(endpoint, state, &settings.rules, call.now);
            Some(EndpointNow::of(told, state, today))
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
    Endpoint {
        status: &now.status,
        connections: connections.collect(),
        last_decision: now.last_decision.as_deref(),
        last_sweep_at: json::time(now.last_sweep_at),
    }
}
