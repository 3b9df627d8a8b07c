//! How long things took, and how much memory.

use std::fmt;
use std::path::Path;
use std::time::Duration;

/// How long something took, each time.
#[derive(Debug, Default)]
pub(super) struct Timings(Vec<Duration>);

impl Timings {
    pub(super) fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// What so many of a hundred did not exceed.
    fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(rank).copied().unwrap_or_default()
    }
}

impl fmt::Display for Timings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [half, most, nearly_all, longest] =
            [50, 95, 99, 100].map(|percent| self.percentile(percent).as_millis());
        write!(
            f,
            "{:>6} × · p50 {half} ms · p95 {most} ms · p99 {nearly_all} ms · longest {longest} ms",
            self.count()
        )
    }
}

/// What a process has used so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Used {
    /// The most memory it ever had, in MiB.
    pub(super) peak_mib: u64,
    /// Processor time, in seconds.
    pub(super) processor_seconds: f64,
}

impl fmt::Display for Used {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            peak_mib,
            processor_seconds,
        } = self;
        write!(
            f,
            "{peak_mib} MiB at most, {processor_seconds:.1} s of processor time"
        )
    }
}

/// What this process has used; nothing where the system does not say.
pub(super) fn own() -> Used {
    used(Path::new("/proc/self")).unwrap_or_default()
}

/// What the processes of a function have used that were started by this one.
pub(super) fn function(name: &str) -> Vec<Used> {
    let own = std::process::id().to_string();
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let ours = processes.map(|entry| entry.path()).filter(|process| {
        let parent = stat(process).and_then(|fields| fields.get(1).cloned());
        parent.as_deref() == Some(&own) && is_function(process, name)
    });
    ours.filter_map(|process| used(&process)).collect()
}

fn is_function(process: &Path, name: &str) -> bool {
    let variable = format!("AWS_LAMBDA_FUNCTION_NAME={name}");
    let environment = std::fs::read(process.join("environ")).unwrap_or_default();
    environment
        .split(|byte| *byte == 0)
        .any(|found| found == variable.as_bytes())
}

fn used(process: &Path) -> Option<Used> {
    let status = std::fs::read_to_string(process.join("status")).ok()?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = peak.split_whitespace().next()?.parse().ok()?;
    let fields = stat(process)?;
    let ticks = |field: usize| fields.get(field)?.parse::<f64>().ok();
    Some(Used {
        peak_mib: kib / 1024,
        // A tick is a hundredth of a second on every Linux of today.
        processor_seconds: (ticks(11)? + ticks(12)?) / 100.0,
    })
}

/// The fields of `stat` from the state on: the name before it may hold anything.
fn stat(process: &Path) -> Option<Vec<String>> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_time_that_was_measured() {
        let mut timings = Timings::default();
        for millis in (1..=200).rev() {
            timings.add(Duration::from_millis(millis));
        }
        let expected = [(50, 100), (95, 190), (99, 198), (100, 200)];
        for (percent, millis) in expected {
            assert_eq!(timings.percentile(percent), Duration::from_millis(millis));
        }
        assert_eq!(Timings::default().percentile(50), Duration::ZERO);
    }
}
