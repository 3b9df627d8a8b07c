//! What Lambda bills for one request of each action, out of what was measured.

use anyhow::Context as _;

use super::aws::Latency;
use super::bill::{Action, LambdaTime};
use super::measured::Measured;
use super::sample::Conditions;
use super::subject::Work;

/// The memory size that `template.yaml` gives a function; a test compares.
pub(super) const fn memory_mb(function: &str) -> u32 {
    match function.as_bytes() {
        b"audit" => 256,
        _ => 128,
    }
}

/// Of one request of this action. What is not measured by itself counts as the dearest that it can be: a click as a cold
/// start, whose init is billed too, and each page and poll as one that reads EC2.
///
/// # Errors
/// Where its work was not measured.
pub(super) fn of(measured: &Measured, action: Action) -> anyhow::Result<LambdaTime> {
    billed(measured, action).with_context(|| format!("{} was not measured", action.name()))
}

fn billed(measured: &Measured, action: Action) -> Option<LambdaTime> {
    let function = action.function();
    let conditions = Conditions {
        latency: Latency::OF_A_REGION,
        megabytes: Some(memory_mb(function)),
    };
    let figures = |work| measured.of(function, work, conditions);
    let cold = |work| figures(work).map(|it| it.billed(true));
    let warm = |work| figures(work).map(|it| it.billed(false));
    let milliseconds = match action {
        // The click, and the page on which the browser comes to rest.
        Action::ClickThatStarts => f64::midpoint(cold(Work::Start)?, warm(Work::Page)?),
        Action::ClickWhileReady => f64::midpoint(cold(Work::Ready)?, warm(Work::Page)?),
        Action::Poll => warm(Work::Poll)?,
        Action::PageWithAssets => warm(Work::Page)?,
        Action::BookingMade => cold(Work::Book)?,
        Action::SweepOff => warm(Work::SweepOff)?,
        Action::SweepOn => warm(Work::SweepOn)?,
        // Its transactions, and a start as after a click.
        Action::BookingsPlaced => {
            warm(Work::SweepOff)?
                + measured
                    .of("associate", Work::Start, conditions)?
                    .billed(false)
        }
        Action::AuditNow => cold(Work::Now)?,
        Action::AuditLog => cold(Work::Log)?,
        Action::ExportPart => cold(Work::Export)?,
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "some milliseconds, rounded up as Lambda does"
    )]
    let milliseconds = milliseconds.ceil() as u32;
    Some(LambdaTime {
        memory_mb: conditions.megabytes?,
        milliseconds,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_sizes_are_those_of_the_template() {
        let template = include_str!("../../../template.yaml");
        for function in ["associate", "audit", "reaper"] {
            let (_, properties) = template
                .split_once(&format!("CodeUri: functions/{function}\n"))
                .unwrap();
            let properties = properties.split("CodeUri:").next().unwrap();
            let own = properties.split_once("      MemorySize: ");
            let size = own.map_or("128", |(_, size)| size.split_whitespace().next().unwrap());
            assert_eq!(size, memory_mb(function).to_string(), "{function}");
        }
        assert!(
            template.contains("    MemorySize: 128\n"),
            "what functions have without one of their own"
        );
    }
}
