//! What an employee is told of the VPN.

use anyhow::Context;
use chrono::TimeDelta;
use serde_json::Value;

use super::state::Day;
use crate::browser::Browser;

/// Looks at the status each half minute until the VPN is in a phase.
pub(super) async fn wait_for(day: &mut Day, person: &Browser, wanted: &str) -> anyhow::Result<()> {
    for _ in 0..45 {
        let told = person.status().await?;
        if phase(&told) == wanted {
            return Ok(());
        }
        let next = day.now() + TimeDelta::seconds(30);
        day.until(next).await?;
    }
    anyhow::bail!(
        "{} waited in vain for the VPN to be {wanted}",
        person.email()
    )
}

/// The phase that a status tells.
pub(super) fn phase(told: &Value) -> &str {
    told["phase"].as_str().context("no phase").unwrap_or("?")
}
