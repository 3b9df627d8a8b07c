//! What the deployed function is wired with: the real adapters, and Lambda's runtime.

use std::sync::Arc;

use anyhow::Context as _;
use lambda_runtime::{LambdaEvent, service_fn};
use serde::de::IgnoredAny;
use shared::aws::{Clients, Http, warm_up};
use shared::clock::Clock;
use shared::config::{self, ReaperConfig};
use shared::model::audit::EventIds;
use shared::reconcile::Reconciler;
use shared::telemetry::{self, CountedStore, Metrics};

use crate::limits::Limits;
use crate::policy::PolicyOnRecord;
use crate::sweep::{AT_ONCE, Reaper};
use crate::watch::Watch;

/// Runs the function until Lambda ends the process. What the event says does not matter: that it came does.
///
/// # Errors
/// A wrong configuration, with all its mistakes; or the Lambda runtime's API out of reach.
pub async fn run(clock: Arc<dyn Clock>) -> anyhow::Result<()> {
    telemetry::init();
    let config = ReaperConfig::from_vars(&config::environment)?;
    let reaper = Arc::new(wire(config, clock).await?);
    let service = service_fn(move |event: LambdaEvent<IgnoredAny>| {
        let reaper = Arc::clone(&reaper);
        async move { reaper.sweep_all(Limits::of(&event.context)).await }
    });
    lambda_runtime::run(service)
        .await
        .map_err(|error| anyhow::anyhow!(error))
        .context("the Lambda runtime ended")
}

async fn wire(config: ReaperConfig, clock: Arc<dyn Clock>) -> anyhow::Result<Reaper> {
    let ReaperConfig {
        common,
        dry_run,
        policy,
    } = config;
    let http = Http::from_vars(&config::environment)?;
    let clients = Clients::from_vars(&config::environment, &http)?;
    let vpn = clients.vpn();
    let store = clients.store(&common.lease_table, &common.audit_table);
    // As many as a first sweep of what is off uses at once: some endpoints are swept side by side, and of each the networks
    // are read beside the connections. Beside all of them, the settings are put on record.
    let endpoints = common.endpoints.len().min(AT_ONCE);
    warm_up(&[(&store, endpoints + 1), (&vpn, 2 * endpoints)]).await;
    let metrics = Metrics::from_environment(Arc::clone(&clock));
    let reconciler = Reconciler::new(
        Arc::new(vpn),
        Arc::new(CountedStore::new(Arc::new(store), metrics.clone())),
        Arc::clone(&clock),
        EventIds::from_entropy(),
        common.settings,
    );
    Ok(Reaper {
        reconciler,
        clock: Arc::clone(&clock),
        endpoints: common.endpoints,
        dry_run,
        policy: PolicyOnRecord::new(policy),
        watch: Watch::new(metrics, clock),
    })
}
