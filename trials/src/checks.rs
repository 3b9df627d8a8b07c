//! What has to hold in a story, and what did not.

/// The checks made so far.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    made: usize,
    failures: Vec<String>,
}

impl Checks {
    /// Notes whether something holds; `claim` says what, in a sentence.
    pub(crate) fn that(&mut self, holds: bool, claim: impl Into<String>) {
        self.made += 1;
        if !holds {
            let claim = claim.into();
            println!("           NOT SO: {claim}");
            self.failures.push(claim);
        }
    }

    /// Notes whether two things are equal.
    pub(crate) fn equal<T: PartialEq + std::fmt::Debug>(
        &mut self,
        found: &T,
        expected: &T,
        what: &str,
    ) {
        self.that(
            found == expected,
            format!("{what}: expected {expected:?}, found {found:?}"),
        );
    }

    pub(crate) fn failures(&self) -> &[String] {
        &self.failures
    }

    pub(crate) fn made(&self) -> usize {
        self.made
    }

    pub(crate) fn passed(&self) -> usize {
        self.made - self.failures.len()
    }
}
