//! The Lambda's process: the one place that reads the machine's clock.

use std::sync::Arc;

use chrono::Utc;
use shared::clock::FnClock;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    #[expect(clippy::disallowed_methods, reason = "time enters here")]
    let clock = FnClock(Utc::now);
    audit::run(Arc::new(clock)).await
}
