//! `./bench`: how fast the functions are, how small, and what they cost, beside the function that they replace.
//!
//! Real processes of release binaries, as many as are to be measured, one after the other and in turn, so that a machine
//! that is slow for a while is slow for all. They talk to the sandbox's AWS by TLS. Nothing here is a test: a
//! timing depends on the machine, so the gate counts calls, rounds and connections instead.

mod aws;
mod bars;
pub mod bill;
mod calls;
mod document;
mod figures;
mod measured;
mod memory;
mod report;
mod sample;
mod share;
mod subject;
mod sweeps;
mod times;
mod waits;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use sandbox::tls::Authority;
use shared::clock::Clock;

use bill::Use;
use measured::Measured;
use report::Report;
use sample::Bench;
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
    /// The repository whose documents are written anew; without it, all is only printed.
    pub documents: Option<PathBuf>,
    /// How the sandbox is started on which the bill's actions are played.
    pub sandbox: sandbox::Options,
    /// The machine's clock.
    pub clock: Arc<dyn Clock>,
}

/// Measures, prints, and writes the document.
///
/// # Errors
/// When a process fails, or the document cannot be written.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let (share, refused) = match Share::new() {
        Ok(share) => (Some(share), None),
        Err(error) => (None, Some(error.to_string())),
    };
    if let (Some(refused), Some(_)) = (&refused, &options.documents) {
        anyhow::bail!(
            "no process can be held to a share of a processor, so no document is written: {refused}"
        );
    }
    let bench = Bench {
        authority: Authority::new()?,
        directory: tempfile::tempdir()?,
        clock: Arc::clone(&options.clock),
        share,
    };
    let measured = Measured::take(&bench, subjects(options), options.samples).await?;
    let report = Report {
        measured: &measured,
        samples: options.samples,
        about: &options.about,
        date: options.clock.now(),
        without_share: refused.as_deref(),
    };
    let mut text = report.summary();
    // Without a share there are neither the times that Lambda bills nor what a small Lambda sweeps.
    let mut uses = None;
    if refused.is_none() {
        let reaper = measured.subject("reaper").context("no reaper")?;
        text += &sweeps::render(&bench, reaper).await?;
        let uses = uses.insert(uses_of(&measured, options).await?);
        let _ = write!(text, "\n{}", bill::render(uses));
    }
    text += &report.tables();
    println!("{text}\n{}", report.before());
    if let (Some(documents), Some(uses)) = (&options.documents, &uses) {
        document::write(documents, &text, &bill::table(uses))?;
    }
    Ok(())
}

/// What each action uses.
async fn uses_of(measured: &Measured, options: &Options) -> anyhow::Result<Vec<Use>> {
    let consumed = bill::measure(options.sandbox.clone()).await?.into_iter();
    let uses = consumed.map(|(action, consumption)| {
        Ok(Use {
            action,
            time: times::of(measured, action)?,
            consumption,
        })
    });
    uses.collect()
}

fn subjects(options: &Options) -> Vec<Subject> {
    let mut subjects = Vec::new();
    let ours = [
        (
            "associate",
            &[Work::Start, Work::Ready, Work::Page, Work::Poll, Work::Book][..],
        ),
        ("reaper", &[Work::SweepOff, Work::SweepOn]),
        ("audit", &[Work::Now, Work::Log, Work::Export]),
    ];
    for (file, works) in ours {
        subjects.push(Subject::binary(file, &options.binaries, file, works));
        if let Some(before) = &options.before {
            let mut earlier = Subject::binary(file, before, file, works);
            earlier.is_earlier = true;
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
