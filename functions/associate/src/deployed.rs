//! What the deployed function is wired with: the real adapters, and Lambda's runtime.

use std::sync::Arc;

use anyhow::Context as _;
use shared::aws::{AlbPublicKeys, Clients, Http, warm_up};
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
    let http = Http::from_vars(&config::environment)?;
    let clients = Clients::from_vars(&config::environment, &http)?;
    let AssociateConfig {
        common, sign_in, ..
    } = &config;
    let vpn = clients.vpn();
    let store = clients.store(&common.lease_table, &common.audit_table);
    let keys = AlbPublicKeys::new(&http, sign_in.public_keys_url.clone());
    // As many as a first click uses at once: it asks for the key of its token, writes its record beside reading the state,
    // writes on before both connections are free again, and reads the networks beside the endpoint or the connections.
    // How long EC2 takes for its answer is not known, so the start does not wait for it. EC2 is called some rounds later; had
    // it not answered by then, the call would open a connection of its own.
    let ec2 = vpn.clone();
    tokio::spawn(async move { warm_up(&[(&ec2, 2)]).await });
    warm_up(&[(&keys, 1), (&store, 3)]).await;
    let metrics = Metrics::from_environment(Arc::clone(&clock));
    let ports = Ports {
        vpn: Arc::new(vpn),
        store: Arc::new(CountedStore::new(Arc::new(store), metrics)),
        keys: Arc::new(keys),
        clock,
        ids: EventIds::from_entropy(),
    };
    App::new(config, ports).context("SIGN_OUT_URL cannot stand in a header")
}
