//! `cargo sandbox -- chaos`: the real processes, killed at random, over a network that is cut, slowed and torn.
//!
//! Everything begins in calm weather with a VPN that is up. Then comes the storm: people and an administrator do what they
//! do, with a sweep or two in each minute, while processes are killed and the network fails. Then nothing is wrong any more,
//! an employee asks, and in the end none does. What must hold is checked from EC2's own history, from what people were told,
//! and from the audit records.
//!
//! Time goes on from minute to minute of the story, as in [`crate::day`], but waits for no request: for one that is
//! stuck in the network, time has jumped. Within an invocation a second is a second, so that time-outs and rules keep their proportion.

mod administrator;
mod bookings;
mod calm;
mod evidence;
mod orders;
mod people;
mod plan;
mod report;
mod storm;

use std::time::Instant;

use chrono::{DateTime, Utc};
use sandbox::{Options, Sandbox};
use shared::model::audit::Event;

use crate::checks::Checks;
use crate::day::timeline::heading;
use evidence::{GRACE_MINUTES, IDLE_MINUTES, Present};
use storm::Storm;

pub use plan::StormPlan;

/// A Monday, nine in the morning in Tokyo.
const START: &str = "2026-11-23T00:00:00Z";
/// Room for many who are stuck at once.
const INSTANCES: u32 = 14;
/// How long the calm before the storm may take, in minutes of the story.
const UP_WITHIN: u32 = 30;

/// Plays the storm and tells what came of it. `true`: everything that must hold held.
///
/// # Errors
/// When the sandbox itself does not work.
pub async fn run(mut options: Options, plan: StormPlan) -> anyhow::Result<bool> {
    let start: DateTime<Utc> = START.parse()?;
    options.fresh = true;
    options.start_at = Some(start);
    options.port = None;
    options.scheduler.running = false;
    options.max_instances = INSTANCES;
    options.faulty_network = Some(plan.seed);
    options.ec2.seed = plan.seed;
    options.ec2.behaviour.listing_lag_seconds = 5;
    options.environment = [
        ("IDLE_TIMEOUT_MINUTES", IDLE_MINUTES.to_string()),
        ("FIRST_CONNECTION_GRACE_MINUTES", GRACE_MINUTES.to_string()),
        ("OVERNIGHT_WINDOW", String::new()),
        ("STALE_CONNECTION_MINUTES", "0".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    heading(&format!("The real stack under chaos, seed {}", plan.seed));
    println!(
        "  The same seed plays the same plan of faults, kills and habits. The processes are real, so what meets what\n  \
         differs from run to run."
    );
    let logs = options.state.join("logs");
    let sandbox = Sandbox::start(options).await?;
    let mut storm = Storm::new(sandbox, plan).await?;
    let mut checks = Checks::default();
    let played = play(&mut storm, &mut checks).await;
    let network = report::network(&storm);
    let billed = report::billed(&storm);
    let seed = storm.plan.seed;
    let end = storm.now();
    let (mut evidence, counts, administrator) = storm.shutdown().await;
    played?;
    report::judge(&mut evidence, end, &mut checks);
    orders::judge(&evidence, &mut checks);
    report::tell(&evidence, &counts, &administrator, &network, &billed);
    Ok(report::verdict(&checks, seed, &logs))
}

async fn play(storm: &mut Storm, checks: &mut Checks) -> anyhow::Result<()> {
    come_up(storm).await?;
    println!("  The VPN is up, and the storm begins.");
    let began = Instant::now();
    while began.elapsed() < storm.plan.lasts {
        storm.stormy_minute().await?;
    }
    println!(
        "  The storm is over after {} minutes of the story and {} s.",
        storm.counts.minutes,
        began.elapsed().as_secs()
    );
    calm::play(storm, checks).await
}

/// Until today the endpoints were always on. They are adopted, and what they have is remembered.
async fn come_up(storm: &mut Storm) -> anyhow::Result<()> {
    let ec2 = storm.ec2().clone();
    storm.administrator.associate_all(&ec2, &mut storm.evidence);
    for _ in 0..UP_WITHIN {
        storm.calm_minute().await?;
        storm.compare().await?;
        let ready = evidence::endpoints().all(|(_, id)| {
            let ready = storm.evidence.of(&id, Event::AssociationCompleted).count();
            ready > 0
        });
        if ready && all_associated(storm) {
            break;
        }
    }
    // One more sweep, for whatever came with the last subnet.
    storm.calm_minute().await?;
    let ec2 = storm.ec2().clone();
    storm.administrator.wants_what_is_there(&ec2);
    Ok(())
}

fn all_associated(storm: &Storm) -> bool {
    evidence::endpoints().all(|(_, id)| {
        let present = Present::of(storm.ec2(), &id).subnets.len();
        let made = storm.evidence.0.get(&id);
        made.is_some_and(|book| book.history.made_by_hand.len() == present)
    })
}
