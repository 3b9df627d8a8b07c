//! `cargo simulate`: runs seeds, tells the story of one that fails, explores small worlds.

use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use simulator::explore::{Bounds, SCENES, walk};
use simulator::plan::RunPlan;
use simulator::reached::{Counts, Situation};
use simulator::run::{Options, run};
use simulator::shrink::shrink;

/// Runs the system through simulated years.
#[derive(Parser)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own on the command line"
)]
struct Arguments {
    /// The first seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many seeds, one after the other.
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// How many days each run has.
    #[arg(long, default_value_t = 14)]
    days: u32,
    /// Tell the whole story of the first seed, whether it fails or not.
    #[arg(long)]
    tell: bool,
    /// Walk through the small worlds instead, as many of each scene at most.
    #[arg(long)]
    explore: Option<usize>,
    /// Go on after a failure, and only count.
    #[arg(long)]
    keep_going: bool,
    /// Fail where a rare situation was never reached.
    #[arg(long)]
    all_reached: bool,
    /// Show a failure as it is, without looking for a shorter story.
    #[arg(long)]
    as_it_is: bool,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let began = Instant::now();
    if let Some(worlds) = arguments.explore {
        return explore(worlds);
    }
    let mut days = 0;
    let mut reached = Counts::new();
    for seed in arguments.seed..arguments.seed + arguments.seeds {
        let plan = RunPlan::draw(seed, arguments.days);
        let options = Options {
            told: arguments.tell,
            ..Options::default()
        };
        let outcome = run(&plan, options)?;
        days += outcome.simulated.num_days();
        for (situation, times) in &outcome.reached {
            *reached.entry(*situation).or_default() += times;
        }
        if arguments.tell {
            println!("{}", outcome.story.join("\n"));
        }
        if let Some(violation) = outcome.violation {
            println!("seed {seed}, {} days: {violation}", arguments.days);
            if arguments.keep_going {
                continue;
            }
            if !arguments.as_it_is {
                let (plan, outcome) = shrink(&plan, options, violation.invariant)?;
                println!("\nA shorter story:");
                for event in &plan.events {
                    println!("  {event}");
                }
                println!("\nWhat happened then:");
                println!("{}", outcome.story.join("\n"));
                if let Some(violation) = outcome.violation {
                    println!("{violation}");
                }
                println!(
                    "{:?} {:?} {:?} {:?}",
                    plan.zone, plan.sweep_every, plan.skew, plan.variables
                );
            }
            return Ok(ExitCode::FAILURE);
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let years = days as f64 / 365.25;
    println!(
        "{} seeds, {years:.2} simulated years in {seconds:.1} s: {:.2} years a minute",
        arguments.seeds,
        years / seconds * 60.0
    );
    Ok(ExitCode::from(u8::from(
        !tell_reached(&reached) && arguments.all_reached,
    )))
}

/// Prints how often each rare situation was reached, and returns whether all were.
fn tell_reached(reached: &Counts) -> bool {
    let times = |situation: &Situation| reached.get(situation).copied().unwrap_or(0);
    println!("\nRare situations:");
    for situation in Situation::ALL {
        println!("{:>8}  {}", times(situation), situation.text());
    }
    let never = Situation::ALL
        .iter()
        .filter(|situation| times(situation) == 0);
    let never: Vec<_> = never.collect();
    if !never.is_empty() {
        println!("Never reached: {never:?}");
    }
    never.is_empty()
}

fn explore(worlds: usize) -> anyhow::Result<ExitCode> {
    let mut failed = false;
    for scene in SCENES {
        let began = Instant::now();
        let bounds = Bounds {
            worlds,
            crash: true,
            bug: None,
        };
        let walked = walk(scene, bounds)?;
        println!(
            "{}: {} worlds, {} ends, {} in {:.1} s",
            scene.name,
            walked.worlds,
            walked.ends,
            if walked.complete {
                "all of them"
            } else {
                "not all of them"
            },
            began.elapsed().as_secs_f64()
        );
        if let Some((violation, steps)) = walked.violation {
            failed = true;
            println!("  {violation}\n  {}", steps.join("\n  "));
        }
    }
    Ok(ExitCode::from(u8::from(failed)))
}
