//! All samples, and the figures that they come to.

use std::collections::BTreeMap;

use super::aws::Latency;
use super::calls::Call;
use super::figures::Figures;
use super::sample::{Bench, Conditions, Sample};
use super::subject::{Subject, Work};

/// A whole processor, and AWS as fast as this machine is.
pub(super) const WHOLE: Conditions = Conditions {
    latency: Latency::NONE,
    megabytes: None,
};

/// The same, held to what Lambda gives with 128 MB.
pub(super) const HELD: Conditions = Conditions {
    latency: Latency::NONE,
    megabytes: Some(128),
};

/// A whole processor, and AWS as far as it is.
pub(super) const FAR: Conditions = Conditions {
    latency: Latency::OF_A_REGION,
    megabytes: None,
};

/// AWS as far as it is, and held to what Lambda gives with so much memory.
pub(super) const fn far_with(megabytes: u32) -> Conditions {
    Conditions {
        latency: Latency::OF_A_REGION,
        megabytes: Some(megabytes),
    }
}

/// Under which conditions each is measured, in the report's order.
pub(super) const CONDITIONS: [Conditions; 6] = [
    WHOLE,
    HELD,
    FAR,
    far_with(128),
    far_with(256),
    far_with(512),
];

/// The numbers of a subject and of conditions, and the work between them.
type Kind = (usize, Work, usize);

/// What was measured.
pub(super) struct Measured {
    /// In the report's order.
    pub(super) subjects: Vec<Subject>,
    /// The calls of a first click that starts a VPN, with AWS as far as it is.
    pub(super) start: Vec<Call>,
    figures: BTreeMap<Kind, Figures>,
}

impl Measured {
    /// Takes so many samples of each kind, all kinds in turn.
    ///
    /// # Errors
    /// When a process fails.
    pub(super) async fn take(
        bench: &Bench,
        subjects: Vec<Subject>,
        samples: usize,
    ) -> anyhow::Result<Self> {
        let mut taken: BTreeMap<Kind, Vec<Sample>> = BTreeMap::new();
        for round in 0..samples {
            for (number, subject) in subjects.iter().enumerate() {
                for &work in &subject.works {
                    for (index, conditions) in CONDITIONS.into_iter().enumerate() {
                        if conditions.megabytes.is_some() && bench.share.is_none() {
                            continue;
                        }
                        let sample = bench.sample(subject, work, conditions).await?;
                        taken.entry((number, work, index)).or_default().push(sample);
                    }
                }
            }
            eprintln!("{} of {samples}", round + 1);
        }
        let start = taken.iter().find(|((number, work, index), _)| {
            let name = subjects.get(*number).map(|subject| subject.name);
            name == Some("associate")
                && *work == Work::Start
                && CONDITIONS.get(*index) == Some(&FAR)
        });
        let start = start.and_then(|(_, samples)| samples.last()?.invocations.first());
        Ok(Self {
            start: start.map(|first| first.calls.clone()).unwrap_or_default(),
            figures: taken
                .iter()
                .map(|(kind, samples)| (*kind, Figures::of(samples)))
                .collect(),
            subjects,
        })
    }

    /// All but earlier versions.
    pub(super) fn present(&self) -> impl Iterator<Item = &Subject> {
        self.subjects.iter().filter(|subject| !subject.is_earlier)
    }

    /// The subject of this name.
    pub(super) fn subject(&self, name: &str) -> Option<&Subject> {
        self.subjects.iter().find(|subject| subject.name == name)
    }

    /// The figures of a subject's work; `None` where it was not measured.
    pub(super) fn of(&self, subject: &str, work: Work, conditions: Conditions) -> Option<&Figures> {
        let number = self.subjects.iter().position(|one| one.name == subject)?;
        let index = CONDITIONS.iter().position(|one| *one == conditions)?;
        self.figures.get(&(number, work, index))
    }
}
