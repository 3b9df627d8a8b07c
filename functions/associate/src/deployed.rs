//! What the deployed function is wired with: the real adapters, and Lambda's runtime.

use std::sync::Arc;

use anyhow::Context as _;
use shared::aws::{AlbPublicKeys, Clients};
use shared::clock::Clock;
use shared::config::{self, AssociateConfig};
use shared::model::audit::EventIds;
use shared::telemetry::{self, CountedStore, Metrics};

use crate::app::{App, Ports};

/// Runs the function until Lambda ends the process.
///
/// # Errors
/// A wrong configuration, with all its mistakes; or the Lambda runtime's API out of reach.
pub async fn run(clock: Arc<dyn Clock>) -> anyhow::Result<()> {
    telemetry::init();
    let config = AssociateConfig::from_vars(&config::environment)?;
    web::function::run(wire(config, clock).await?).await
}

async fn wire(config: AssociateConfig, clock: Arc<dyn Clock>) -> anyhow::Result<App> {
    let clients = Clients::load().await;
    let AssociateConfig {
        common, sign_in, ..
    } = &config;
    let store = clients.store(&common.lease_table, &common.audit_table);
    let metrics = Metrics::from_environment(Arc::clone(&clock));
    let ports = Ports {
        vpn: Arc::new(clients.vpn()),
        store: Arc::new(CountedStore::new(Arc::new(store), metrics)),
        keys: Arc::new(AlbPublicKeys::new(sign_in.public_keys_url.clone())),
        clock,
        ids: EventIds::from_entropy(),
    };
    App::new(config, ports).context("SIGN_OUT_URL cannot stand in a header")
}
