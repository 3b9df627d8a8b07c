//! What the deployed function is wired with: the real adapters, and Lambda's runtime.

use std::sync::Arc;

use shared::aws::{AlbPublicKeys, Clients, Http, warm_up};
use shared::clock::Clock;
use shared::config::{self, AuditConfig};
use shared::model::audit::EventIds;
use shared::telemetry;

use crate::app::{App, Ports};

/// Runs the function until Lambda ends the process.
///
/// # Errors
/// A wrong configuration, with all its mistakes; or the Lambda runtime's API out of reach.
pub async fn run(clock: Arc<dyn Clock>) -> anyhow::Result<()> {
    telemetry::init();
    let config = AuditConfig::from_vars(&config::environment)?;
    web::function::run(wire(config, clock).await?).await
}

async fn wire(config: AuditConfig, clock: Arc<dyn Clock>) -> anyhow::Result<App> {
    let http = Http::from_vars(&config::environment)?;
    let clients = Clients::from_vars(&config::environment, &http)?;
    let AuditConfig {
        common, sign_in, ..
    } = &config;
    let reader = clients.audit_reader(&common.lease_table, &common.audit_table);
    let keys = AlbPublicKeys::new(&http, sign_in.public_keys_url.clone());
    // Each page asks four partitions at once at some point: the months, or the ends of the log. *Now* opens some more.
    warm_up(&[(&reader, 4), (&keys, 1)]).await;
    let ports = Ports {
        reader: Arc::new(reader),
        keys: Arc::new(keys),
        clock,
        ids: EventIds::from_entropy(),
    };
    Ok(App::new(config, ports))
}
