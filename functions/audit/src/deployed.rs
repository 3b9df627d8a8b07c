//! What the deployed function is wired with: the real adapters, and Lambda's runtime.

use std::sync::Arc;

use shared::clock::Clock;

/// Runs the function until Lambda ends the process.
///
/// # Errors
/// A wrong configuration, with all its mistakes; or the Lambda runtime's API out of reach.
pub async fn run(clock: Arc<dyn Clock>) -> anyhow::Result<()> {
    drop(clock);
    Ok(())
}
