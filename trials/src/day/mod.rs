//! `cargo sandbox -- day`: a working day at high speed, with real processes, that says whether all was as it should be.
//!
//! Between two things that happen, time jumps from minute to minute; each minute has its sweep. So a day and the next
//! morning take a minute or two, no rule's time is shortened, and no token goes stale.

mod bill;
mod booked;
mod facts;
mod morning;
mod reading;
mod record;
mod records;
mod script;
mod state;
pub(crate) mod timeline;
mod told;
mod trail;
mod unlucky;

use std::path::Path;

use chrono::{DateTime, Utc};
use sandbox::{Options, Sandbox};

use crate::checks::Checks;
use state::Day;

/// A Monday, seven in the morning in Tokyo.
const START: &str = "2026-11-22T22:00:00Z";
/// The Wednesday of that week is one.
const HOLIDAYS: &str = "2026-11-25";

/// Plays the day and prints it, and writes what it showed of the functions to `facts`. `true`: everything was as DESIGN
/// says.
///
/// # Errors
/// When the sandbox itself does not work.
pub async fn run(mut options: Options, facts: Option<&Path>) -> anyhow::Result<bool> {
    let start: DateTime<Utc> = START.parse()?;
    options.fresh = true;
    options.start_at = Some(start);
    options.speed = 1;
    options.port = None;
    options.scheduler.running = false;
    // Room for all at once: the sandbox may be slow on a busy machine, and a day has no patience to test.
    options.max_instances = 12;
    options
        .environment
        .insert("HOLIDAYS".to_owned(), HOLIDAYS.to_owned());
    let sandbox = Sandbox::start(options).await?;
    let mut day = Day::new(sandbox, start)?;
    timeline::heading("A working day in Tokyo, Monday 23 November 2026");
    let played = script::play(&mut day).await;
    let told = match played {
        Ok(()) => records::tell(&mut day).await,
        Err(error) => Err(error),
    };
    let told = match (told, facts) {
        (Ok(()), Some(file)) => record(&mut day, file).await,
        (told, _) => told,
    };
    let Day {
        sandbox, checks, ..
    } = day;
    sandbox.shutdown().await;
    told?;

    Ok(verdict(&checks))
}

/// What a good day does not show is played too.
async fn record(day: &mut Day, file: &Path) -> anyhow::Result<()> {
    unlucky::play(day).await?;
    reading::play(day).await?;
    facts::write(&day.sandbox, file)
}

fn verdict(checks: &Checks) -> bool {
    timeline::heading("Was everything as it should be?");
    for failure in checks.failures() {
        println!("  NO: {failure}");
    }
    println!("  {} of {} checks hold.", checks.passed(), checks.made());
    checks.failures().is_empty()
}
