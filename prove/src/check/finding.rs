//! What the check finds.

/// One line of the check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// Checked and right.
    Fine(String),
    /// Not as it should be.
    Wrong {
        what: String,
        means: String,
        cure: String,
    },
    /// Not wrong, but worth knowing.
    Note(String),
    /// Not checked, and why.
    Skipped(String),
    /// For the operator to check.
    ByHand(String),
}

impl Finding {
    pub(super) fn wrong(
        what: impl Into<String>,
        means: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self::Wrong {
            what: what.into(),
            means: means.into(),
            cure: cure.into(),
        }
    }
}
