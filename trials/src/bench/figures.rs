//! Many samples as a few figures.

use std::fmt;
use std::time::Duration;

use super::calls;
use super::sample::{Invocation, Sample, Spent};

/// A median, and between what it lies.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Figure {
    /// The median.
    pub(super) median: f64,
    /// The lowest.
    pub(super) lowest: f64,
    /// The highest.
    pub(super) highest: f64,
}

impl Figure {
    /// Of these; zeros where there are none.
    pub(super) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        let at = |index: usize| sorted.get(index).copied().unwrap_or_default();
        let median = if sorted.len() % 2 == 1 {
            at(middle)
        } else {
            f64::midpoint(at(middle.saturating_sub(1)), at(middle))
        };
        Self {
            median,
            lowest: at(0),
            highest: at(sorted.len().saturating_sub(1)),
        }
    }

    /// In milliseconds.
    fn of_durations(values: impl IntoIterator<Item = Duration>) -> Self {
        Self::of(values.into_iter().map(milliseconds))
    }
}

/// The median, in as many digits as it deserves.
impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&digits(self.median))
    }
}

impl Figure {
    /// With its range: `75 (61–102)`.
    pub(super) fn with_range(self) -> String {
        let [median, lowest, highest] = [self.median, self.lowest, self.highest].map(digits);
        format!("{median} ({lowest}–{highest})")
    }
}

/// Two digits at least, and no more behind the point than mean something.
pub(super) fn digits(value: f64) -> String {
    if value >= 100.0 {
        format!("{value:.0}")
    } else if value >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

/// Wall and processor time, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Took {
    /// Until it was done.
    pub(super) wall: Figure,
    /// Of a processor.
    pub(super) processor: Figure,
}

impl Took {
    fn of(spent: &[Spent]) -> Self {
        Self {
            wall: Figure::of_durations(spent.iter().map(|spent| spent.wall)),
            processor: Figure::of_durations(spent.iter().map(|spent| spent.processor)),
        }
    }
}

/// What a subject's work came to, under one set of conditions.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Figures {
    /// From the process's start until it asked for an event.
    pub(super) init: Took,
    /// The first invocation of a process.
    pub(super) first: Took,
    /// The later ones.
    pub(super) warm: Took,
    /// The most memory that a process had, in MiB.
    pub(super) peak_mib: Figure,
    /// Calls of a first invocation, and how many of them in series.
    pub(super) first_calls: (usize, usize),
    /// The same of a later one.
    pub(super) warm_calls: (usize, usize),
    /// Connections opened in init, and in the first invocation.
    pub(super) connections: (u64, u64),
}

impl Figures {
    /// What Lambda bills for an invocation, in milliseconds: of a cold start the init too, for which an employee waits as
    /// well.
    pub(super) fn billed(&self, is_cold: bool) -> f64 {
        if is_cold {
            self.init.wall.median + self.first.wall.median
        } else {
            self.warm.wall.median
        }
    }

    /// Of the samples of one kind.
    pub(super) fn of(samples: &[Sample]) -> Self {
        let firsts: Vec<&Invocation> = samples
            .iter()
            .filter_map(|sample| sample.invocations.first())
            .collect();
        let later = samples
            .iter()
            .flat_map(|sample| sample.invocations.iter().skip(1));
        let later: Vec<&Invocation> = later.collect();
        let spent =
            |of: &[&Invocation]| Took::of(&of.iter().map(|one| one.spent).collect::<Vec<_>>());
        let inits: Vec<Spent> = samples.iter().map(|sample| sample.init).collect();
        let last = samples.last();
        Self {
            init: Took::of(&inits),
            first: spent(&firsts),
            warm: spent(&later),
            peak_mib: Figure::of(samples.iter().map(|sample| mib(sample.peak_kib))),
            first_calls: calls(&firsts),
            warm_calls: calls(&later),
            connections: last.map_or((0, 0), |sample| {
                let [in_init, in_first] = sample.connections;
                (in_init, in_first - in_init)
            }),
        }
    }
}

/// How many calls, and how many of them in series: the median, for chance adds to these, and hides some.
fn calls(of: &[&Invocation]) -> (usize, usize) {
    let median = |mut counts: Vec<usize>| {
        counts.sort_unstable();
        counts.get(counts.len() / 2).copied().unwrap_or(0)
    };
    (
        median(of.iter().map(|one| one.calls.len()).collect()),
        median(of.iter().map(|one| calls::rounds(&one.calls)).collect()),
    )
}

/// With fractions.
pub(super) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

/// With fractions.
pub(super) fn mib(kib: u64) -> f64 {
    f64::from(u32::try_from(kib).unwrap_or(u32::MAX)) / 1024.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_a_median_within_its_range() {
        let figure = |median, lowest, highest| Figure {
            median,
            lowest,
            highest,
        };
        assert_eq!(Figure::of([5.0, 1.0, 3.0, 100.0]), figure(4.0, 1.0, 100.0));
        assert_eq!(Figure::of([2.0, 9.0, 1.0]), figure(2.0, 1.0, 9.0));
        assert_eq!(Figure::of([]), Figure::default());
    }

    #[test]
    fn a_figure_has_no_more_digits_than_mean_something() {
        assert_eq!(
            [0.061, 1.648, 14.24, 2649.6].map(digits),
            ["0.06", "1.65", "14.2", "2650"]
        );
    }
}
