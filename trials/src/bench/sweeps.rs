//! How a sweep grows with its endpoints, and with their connections.

use std::fmt::Write as _;

use testkit::ec2::Throttle;

use super::aws::World;
use super::figures::{Figure, digits, mib, milliseconds};
use super::measured::far_with;
use super::sample::{Bench, Conditions, Invocation, Sample};
use super::subject::{Subject, Work};

/// Endpoints to sweep. A stack holds five: more is what the library can do.
const ENDPOINTS: [usize; 4] = [1, 5, 30, 200];

/// Sweeps of one process: what is throttled in one is left to the next.
const SWEEPS: usize = 4;

/// The documented limit of describing calls.
/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>
const THROTTLE: Throttle = Throttle {
    capacity: 100,
    refill_per_second: 20,
};

const CONDITIONS: Conditions = far_with(128);

/// A sweep of so much.
struct Size {
    name: String,
    world: World,
}

fn sizes() -> Vec<Size> {
    let throttle = Some(THROTTLE);
    let mut sizes: Vec<Size> = ENDPOINTS
        .map(|endpoints| {
            // One in ten is on.
            let ready = endpoints.div_ceil(10);
            Size {
                name: format!("{endpoints}, {ready} of them on"),
                world: World {
                    endpoints,
                    ready,
                    connections: ready,
                    throttle,
                },
            }
        })
        .into();
    for connections in [1_000, 10_000, 100_000] {
        sizes.push(Size {
            name: format!("30, all on, with {connections} connections"),
            world: World {
                endpoints: 30,
                ready: 30,
                connections,
                throttle,
            },
        });
    }
    sizes
}

/// Measures, and renders the table.
///
/// # Errors
/// When a process fails.
pub(super) async fn render(bench: &Bench, reaper: &Subject) -> anyhow::Result<String> {
    let mut text = format!(
        "\n### Sweeps\n\n128 MB, the latency of a region, and EC2's request limit: {} describing calls at once, then {} a second. The \
         first sweep of a process, and the median of the next {}. A stack has at most five endpoints; the larger rows show how \
         a sweep grows. Where EC2 throttles, a sweep may end with an error, and the next one begins with the endpoints left \
         over.\n\n| endpoints | first sweep, ms | later sweeps, ms | *processor* | memory, MiB | calls to EC2 | calls to \
         DynamoDB | read · write units | sweeps with an error |\n|---|---|---|---|---|---|---|---|---|\n",
        THROTTLE.capacity,
        THROTTLE.refill_per_second,
        SWEEPS - 1
    );
    let reaper = Subject {
        invocations: SWEEPS,
        ..reaper.clone()
    };
    for Size { name, world } in sizes() {
        let sample = bench
            .sample_in(world, &reaper, Work::SweepMany, CONDITIONS)
            .await?;
        text += &row(&name, &sample);
        eprintln!("swept {name}");
    }
    Ok(text)
}

fn row(name: &str, sample: &Sample) -> String {
    let mut row = String::new();
    let Some((first, later)) = sample.invocations.split_first() else {
        return row;
    };
    let median = |value: fn(&Invocation) -> f64| Figure::of(later.iter().map(value)).median;
    let calls = |service: &str| {
        let counts = later.iter().map(|one| {
            let calls = one
                .calls
                .iter()
                .filter(|call| call.name.starts_with(service));
            f64::from(u32::try_from(calls.count()).unwrap_or(u32::MAX))
        });
        Figure::of(counts).median
    };
    let _ = writeln!(
        row,
        "| {name} | {} | {} | {} | {} | {:.0} | {:.0} | {:.1} · {:.0} | {} of {SWEEPS} |",
        digits(milliseconds(first.spent.wall)),
        digits(median(|one| milliseconds(one.spent.wall))),
        digits(median(|one| milliseconds(one.spent.processor))),
        digits(mib(sample.peak_kib)),
        calls("EC2"),
        calls("DynamoDB"),
        median(|one| one.units.read),
        median(|one| one.units.write),
        sample
            .invocations
            .iter()
            .filter(|one| one.has_failed)
            .count(),
    );
    row
}
