//! This process as a function: what `sandbox function <name>` runs.

use std::io::Read;
use std::sync::Arc;

use anyhow::{Context, bail};
use shared::clock::Clock;

use crate::clock::SharedClock;

/// The environment variable that names the shared clock's file.
pub const CLOCK_VARIABLE: &str = "SANDBOX_CLOCK";

/// The functions there are.
pub const NAMES: [&str; 3] = ["associate", "reaper", "audit"];

/// Runs the function `name` in this process, through all that its own `main` does; the clock alone is handed in.
/// `real` is the machine's clock.
///
/// # Errors
/// When there is no such function or clock, or the function's own.
pub async fn run(name: &str, real: Arc<dyn Clock>) -> anyhow::Result<()> {
    end_with_the_sandbox();
    let clock = shared_clock(real)?;
    match name {
        "associate" => associate::run(clock).await,
        "reaper" => reaper::run(clock).await,
        "audit" => audit::run(clock).await,
        other => bail!("there is no function named {other}"),
    }
}

/// The clock that the sandbox which started this process keeps.
///
/// # Errors
/// When this process was not started by a sandbox.
pub fn shared_clock(real: Arc<dyn Clock>) -> anyhow::Result<Arc<dyn Clock>> {
    let path = std::env::var_os(CLOCK_VARIABLE).with_context(|| {
        format!("{CLOCK_VARIABLE} is not set: the sandbox starts functions, people do not")
    })?;
    let clock = SharedClock::open(&path, real).with_context(|| format!("{}", path.display()))?;
    Ok(Arc::new(clock))
}

/// Ends this process as soon as the sandbox is gone, however it went: standard input is a pipe that only the sandbox
/// holds open.
pub fn end_with_the_sandbox() {
    std::thread::spawn(|| {
        let mut byte = [0];
        loop {
            match std::io::stdin().read(&mut byte) {
                Ok(0) | Err(_) => std::process::exit(0),
                Ok(_) => {}
            }
        }
    });
}
