//! The figures as a document.

use std::fmt::Write as _;
use std::fs;

use chrono::{DateTime, Utc};

use super::aws::Latency;
use super::bars;
use super::calls;
use super::figures::{Figure, Figures, Took, digits};
use super::measured::{FAR, HELD, Measured, WHOLE, far_with};
use super::memory;
use super::sample::Conditions;
use super::share;
use super::waits;

/// What was measured.
pub(super) struct Report<'a> {
    /// All figures.
    pub(super) measured: &'a Measured,
    /// Processes of each kind.
    pub(super) samples: usize,
    /// Versions and the like.
    pub(super) about: &'a str,
    /// When.
    pub(super) date: DateTime<Utc>,
    /// Why nothing could be held to a share of a processor.
    pub(super) without_share: Option<&'a str>,
}

impl Report<'_> {
    /// What most readers want to know.
    pub(super) fn summary(&self) -> String {
        let mut text = self.machine();
        text += &waits::render(self.measured);
        text += &bars::render(self.measured);
        text += &self.sizes();
        text += &memory::render(self.measured);
        let _ = write!(
            text,
            "\n### A cold start of the VPN, call by call\n\nThe first click of a process, {} (milliseconds since the first \
             call):\n\n```text\n{}```\n",
            latency(Latency::OF_A_REGION),
            calls::draw(&self.measured.start)
        );
        text
    }

    /// All that was measured of each.
    pub(super) fn tables(&self) -> String {
        let mut text = String::from("\n## Each function, in all conditions\n");
        for conditions in [far_with(128), HELD, WHOLE] {
            text += &self.table(conditions);
        }
        text
    }

    /// What an earlier version's binaries came to, beside the present ones; empty where there are none.
    pub(super) fn before(&self) -> String {
        let mut text = String::new();
        for earlier in self.measured.subjects.iter().filter(|one| one.is_earlier) {
            for conditions in [WHOLE, HELD, FAR] {
                for work in &earlier.works {
                    for subject in [earlier.name, earlier.function] {
                        if let Some(figures) = self.measured.of(subject, *work, conditions) {
                            let name = format!("{subject}, {}", heading(conditions));
                            text += &row(&name, work.name(), figures);
                        }
                    }
                }
            }
        }
        text
    }

    fn machine(&self) -> String {
        let Self {
            samples,
            about,
            date,
            without_share,
            ..
        } = self;
        let unheld = without_share.map_or_else(String::new, |why| {
            format!(
                " No share of a processor could be had ({why}): what is held to one is left out."
            )
        });
        format!(
            "Measured on {} with `./bench`, on {}: {about}. {samples} processes of each kind, in turn. Milliseconds: the \
             median, in brackets the lowest and the highest; *processor* is the processor time alone.{unheld}\n",
            date.format("%Y-%m-%d"),
            machine()
        )
    }

    fn sizes(&self) -> String {
        let mut text = String::from("\n### Size\n\n| | binary, MB | zip, MB |\n|---|---|---|\n");
        for subject in self.measured.present() {
            if let Some([binary, zip]) = subject.sizes() {
                let _ = writeln!(
                    text,
                    "| {} | {} | {} |",
                    subject.name,
                    digits(binary),
                    digits(zip)
                );
            }
        }
        text
    }

    fn table(&self, conditions: Conditions) -> String {
        let rows = self.measured.present().flat_map(|subject| {
            subject.works.iter().filter_map(move |work| {
                let figures = self.measured.of(subject.name, *work, conditions)?;
                Some(row(subject.name, work.name(), figures))
            })
        });
        let rows: String = rows.collect();
        if rows.is_empty() {
            return String::new();
        }
        format!(
            "\n### {}\n\n| | | init | *processor* | first call | *processor* | later calls | *processor* | memory, MiB | calls \
             (in series), first · later | connections, init · first |\n|---|---|---|---|---|---|---|---|---|---|---|\n{rows}",
            heading(conditions)
        )
    }
}

fn row(subject: &str, work: &str, figures: &Figures) -> String {
    let Figures {
        init,
        first,
        warm,
        peak_mib,
        first_calls,
        warm_calls,
        connections,
    } = figures;
    let took = |took: &Took| format!("{} | {}", took.wall.with_range(), took.processor);
    format!(
        "| {subject} | {work} | {} | {} | {} | {} | {} ({}) · {} ({}) | {} · {} |\n",
        took(init),
        took(first),
        took(warm),
        Figure::to_string(peak_mib),
        first_calls.0,
        first_calls.1,
        warm_calls.0,
        warm_calls.1,
        connections.0,
        connections.1,
    )
}

fn heading(conditions: Conditions) -> String {
    let processor = match conditions.megabytes {
        None => "A whole processor".to_owned(),
        Some(megabytes) => format!(
            "{megabytes} MB: init on a whole processor, calls held to {:.1} % of one ({} ms in each {})",
            share::percent(megabytes),
            digits(share::percent(megabytes) * f64::from(share::PERIOD_MICROSECONDS) / 100_000.0),
            share::PERIOD_MICROSECONDS / 1_000,
        ),
    };
    format!("{processor}; {}", latency(conditions.latency))
}

fn latency(latency: Latency) -> String {
    if latency == Latency::NONE {
        return "AWS on this machine".to_owned();
    }
    format!(
        "EC2 {} ms, DynamoDB and key server {} ms, a round trip {} ms",
        latency.ec2.as_millis(),
        latency.dynamodb.as_millis(),
        latency.round_trip.as_millis()
    )
}

/// `2 × AMD EPYC, Linux 6.1.0`.
fn machine() -> String {
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let models = processors
        .lines()
        .filter_map(|line| line.strip_prefix("model name"));
    let models: Vec<&str> = models
        .map(|model| model.trim_start_matches(['\t', ' ', ':']))
        .collect();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!(
        "{} × {}, Linux {}",
        models.len(),
        models.first().unwrap_or(&"processor"),
        kernel.trim()
    )
}
