//! The settings that are on record, so that a change of them is told once.

use chrono::{DateTime, Utc};

use super::item::{Item, Malformed, Reader, required};
use super::update::Update;

/// The item `config` of the lease table, which belongs to no endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotedConfig {
    /// SHA-256 of the text, in hex.
    pub digest: String,
    /// The policy in force: one `NAME=value` a line.
    pub text: String,
    pub noted_at: DateTime<Utc>,
}

impl NotedConfig {
    pub const KEY: &'static str = "config";

    /// The write that puts it there, if what is there is what was read before.
    pub fn noted_after(&self, before: Option<&Self>) -> Update {
        Update::new()
            .when("digest", before.map(|before| before.digest.as_str()))
            .set("digest", self.digest.as_str())
            .set("text", self.text.as_str())
            .set("noted_at", self.noted_at)
    }

    /// `None`: none was noted yet.
    ///
    /// # Errors
    /// An attribute that this system does not write so.
    pub fn parse(item: &Item) -> Result<Option<Self>, Malformed> {
        let read = Reader(item);
        let Some(digest) = read.text("digest")? else {
            return Ok(None);
        };
        Ok(Some(Self {
            digest: digest.to_owned(),
            text: required("text", read.text("text")?)?.to_owned(),
            noted_at: required("noted_at", read.time("noted_at")?)?,
        }))
    }
}
