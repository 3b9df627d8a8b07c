//! `cargo sandbox -- load`: two thousand people on one endpoint, and a hundred thousand connections on thirty.
//!
//! All of it goes through real processes of the functions. What must hold is checked; how long it takes and how much
//! memory is only told, for that is the machine's doing.

mod connections;
mod measure;
mod people;
mod size;

use sandbox::Options;

use crate::checks::Checks;
use crate::day::timeline::heading;

pub use size::Size;

/// Which load to put on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// People who click.
    People,
    /// Connections that are swept.
    Connections,
}

/// Puts on the load and prints what it came to. `true`: all was as it should be.
///
/// # Errors
/// When the sandbox itself does not work.
pub async fn run(options: &Options, size: &Size, parts: &[Part]) -> anyhow::Result<bool> {
    let mut checks = Checks::default();
    for part in parts {
        match part {
            Part::People => people::click(options.clone(), size, &mut checks).await?,
            Part::Connections => connections::sweep(options.clone(), size, &mut checks).await?,
        }
    }
    heading("Was everything as it should be?");
    for failure in checks.failures() {
        println!("  NO: {failure}");
    }
    println!("  {} of {} checks hold.", checks.passed(), checks.made());
    Ok(checks.failures().is_empty())
}
