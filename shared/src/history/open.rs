//! What records leave open once everything is over.

use super::Trail;
use super::finding::{Finding, Kind, no_outcome};

impl Trail {
    /// What has begun and has no outcome yet. Once nothing is up any more, none of it should be left.
    pub fn open(&self) -> Vec<Finding> {
        let stop = self.open_stop.iter().map(no_outcome);
        let endless = self.up().filter_map(|id| {
            let sentence = format!("{id} was associated, and its end is not on record.");
            let began = self.began.get(id)?;
            Some(Finding::at(began, Kind::NoOutcome, sentence))
        });
        let unanswered = self.unanswered.iter().map(|asked| {
            let sentence = "Nothing came of this request.".to_owned();
            Finding::at(asked, Kind::Unanswered, sentence)
        });
        let unclosed = self.stays.unclosed();
        stop.chain(endless)
            .chain(unanswered)
            .chain(unclosed)
            .collect()
    }
}
