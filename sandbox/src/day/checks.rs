//! What has to hold, and what did not.

/// The checks made so far.
#[derive(Debug, Default)]
pub(super) struct Checks {
    made: usize,
    failures: Vec<String>,
}

impl Checks {
    /// Notes whether something holds; `claim` says what, in a sentence.
    pub(super) fn that(&mut self, holds: bool, claim: impl Into<String>) {
        self.made += 1;
        if !holds {
            let claim = claim.into();
            println!("           NOT SO: {claim}");
            self.failures.push(claim);
        }
    }

    /// Notes whether two things are equal.
    pub(super) fn equal<T: PartialEq + std::fmt::Debug>(
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

    pub(super) fn failures(&self) -> &[String] {
        &self.failures
    }

    pub(super) fn made(&self) -> usize {
        self.made
    }

    pub(super) fn passed(&self) -> usize {
        self.made - self.failures.len()
    }
}
