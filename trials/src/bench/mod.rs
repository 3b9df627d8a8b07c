//! `./bench`: how fast the functions are, how small, and what they cost, beside the function that they replace.
//!
//! Real processes of release binaries, as many as are to be measured, one after the other and in turn, so that a machine
//! that is slow for a while is slow for all. They talk to the sandbox's AWS by TLS. Nothing here is a test: a
//! timing depends on the machine, so the gate counts calls, rounds and connections instead.

mod aws;
mod bars;
pub mod bill;
mod figures;
mod report;
mod sample;
mod share;
mod subject;
mod sweeps;
mod timeline;
mod times;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use sandbox::tls::Authority;
use shared::clock::Clock;

use aws::Latency;
use bill::Use;
use figures::Figures;
use report::Report;
use sample::{Bench, Conditions, Sample};
use share::Share;
use subject::{Subject, Work};

/// What is measured, and where the figures go.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the release binaries are: `associate`, `reaper`, `audit`, `empty-function`.
    pub binaries: PathBuf,
    /// Those of an earlier version, measured beside them.
    pub before: Option<PathBuf>,
    /// A Python that has the packages of `trials/src/bench/python/requirements.txt`; without it, Python is left out.
    pub python: Option<PathBuf>,
    /// How many processes of each kind.
    pub samples: usize,
    /// Versions and the like, for the report.
    pub about: String,
    /// The document whose measured part is written anew; without it, it is only printed.
    pub document: Option<PathBuf>,
    /// How the sandbox is started on which the bill's actions are played.
    pub sandbox: sandbox::Options,
    /// The machine's clock.
    pub clock: Arc<dyn Clock>,
}

/// Under which conditions each is measured, in the report's order.
const CONDITIONS: [Conditions; 6] = [
    Conditions {
        latency: Latency::NONE,
        megabytes: None,
    },
    Conditions {
        latency: Latency::NONE,
        megabytes: Some(128),
    },
    Conditions {
        latency: Latency::OF_A_REGION,
        megabytes: None,
    },
    Conditions {
        latency: Latency::OF_A_REGION,
        megabytes: Some(128),
    },
    Conditions {
        latency: Latency::OF_A_REGION,
        megabytes: Some(256),
    },
    Conditions {
        latency: Latency::OF_A_REGION,
        megabytes: Some(512),
    },
];

/// With nothing held, and AWS as far as it is.
const FAR: Conditions = Conditions {
    latency: Latency::OF_A_REGION,
    megabytes: None,
};

/// One row: subject and work.
type Row = (usize, Work);

/// Measures, prints, and writes the document.
///
/// # Errors
/// When a process fails, or the document cannot be written.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let share = Share::new();
    if let Err(error) = &share {
        println!(
            "No share of a processor can be had here ({error}): what is held to one is left out."
        );
    }
    let bench = Bench {
        authority: Authority::new()?,
        directory: tempfile::tempdir()?,
        clock: Arc::clone(&options.clock),
        share: share.ok(),
    };
    let subjects = subjects(options);
    let taken = measure(&bench, &subjects, options.samples).await?;
    let figures = taken
        .iter()
        .map(|(kind, samples)| (*kind, Figures::of(samples)));
    let figures = figures.collect();
    let far = |kind: &(Row, usize)| kind.0.1 == Work::Start && CONDITIONS.get(kind.1) == Some(&FAR);
    let start = taken.iter().find(|(kind, _)| far(kind));
    let start = start.and_then(|(_, samples)| samples.last()?.invocations.first());
    let report = Report {
        subjects: &subjects,
        conditions: &CONDITIONS,
        figures: &figures,
        start: start.map_or(&[], |first| &first.calls),
        samples: options.samples,
        about: &options.about,
        date: options.clock.now(),
    };
    let mut text = report.render();
    if let Some(reaper) = subjects.iter().find(|subject| subject.name == "reaper") {
        text += &sweeps::render(&bench, reaper).await?;
    }
    if let Some(uses) = uses(&report, options).await? {
        let _ = write!(text, "\n{}", bill::render(&uses));
    }
    println!("{text}");
    if let Some(document) = &options.document {
        report::put(document, &text).with_context(|| format!("{}", document.display()))?;
    }
    Ok(())
}

/// What each action uses; `None` where not all could be measured.
async fn uses(report: &Report<'_>, options: &Options) -> anyhow::Result<Option<Vec<Use>>> {
    let mut uses = Vec::new();
    for (action, consumption) in bill::measure(options.sandbox.clone()).await? {
        let Some(time) = times::of(report, action) else {
            return Ok(None);
        };
        uses.push(Use {
            action,
            time,
            consumption,
        });
    }
    Ok(Some(uses))
}

fn subjects(options: &Options) -> Vec<Subject> {
    let mut subjects = Vec::new();
    let ours = [
        (
            "associate",
            &[Work::Start, Work::Ready, Work::Poll, Work::Book][..],
        ),
        ("reaper", &[Work::SweepOff, Work::SweepOn]),
        ("audit", &[Work::Now, Work::Log, Work::Export]),
    ];
    for (file, works) in ours {
        subjects.push(Subject::binary(file, &options.binaries, file, works));
        if let Some(before) = &options.before {
            let mut earlier = Subject::binary(file, before, file, works);
            earlier.name = match file {
                "associate" => "associate, before",
                "reaper" => "reaper, before",
                _ => "audit, before",
            };
            subjects.push(earlier);
        }
    }
    if let Some(python) = &options.python {
        subjects.push(Subject::python("Python", python, "blind"));
        subjects.push(Subject::python(
            "Python, client made once",
            python,
            "blind_client_once",
        ));
    }
    let empty = "empty-function";
    subjects.push(Subject::binary(
        "`lambda_runtime` alone",
        &options.binaries,
        empty,
        &[Work::Nothing],
    ));
    subjects
}

/// All in turn, as often as there are to be samples.
async fn measure(
    bench: &Bench,
    subjects: &[Subject],
    samples: usize,
) -> anyhow::Result<BTreeMap<(Row, usize), Vec<Sample>>> {
    let mut taken: BTreeMap<(Row, usize), Vec<Sample>> = BTreeMap::new();
    for round in 0..samples {
        for (index, conditions) in CONDITIONS.iter().enumerate() {
            if conditions.megabytes.is_some() && bench.share.is_none() {
                continue;
            }
            for (number, subject) in subjects.iter().enumerate() {
                for work in &subject.works {
                    let sample = bench.sample(subject, *work, *conditions).await?;
                    taken
                        .entry(((number, *work), index))
                        .or_default()
                        .push(sample);
                }
            }
        }
        eprintln!("{} of {samples}", round + 1);
    }
    Ok(taken)
}
