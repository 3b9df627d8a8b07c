//! A stay as a story: asked, started, ready, used, going, gone.

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::item::Item;

/// A part of a stay's story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Chapter {
    Asked,
    Started,
    Ready,
    Used,
    Going,
    Gone,
}

/// A stay, from the ask that led to it to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct StayStory {
    /// As records have it, or `-`.
    pub endpoint_id: String,
    pub endpoint_name: String,
    /// `None`: the record belongs to no stay that can be told.
    pub stay: Option<u64>,
    /// In the order of time.
    pub steps: Vec<Step>,
    pub up_since: Option<DateTime<Utc>>,
    pub ready_since: Option<DateTime<Utc>>,
    /// `None`: it is up still, or its end was not reached.
    pub ended_at: Option<DateTime<Utc>>,
    /// Who asked for it or held a lease in it, each once.
    pub people: Vec<String>,
    /// Connections that ended in it: VPN user, and how long.
    pub connections: Vec<(String, Option<TimeDelta>)>,
    /// Of the closing record.
    pub cost_usd: Option<f64>,
    pub association_seconds: Option<u64>,
    /// Whether its beginning and its end (or the present) were reached within the limit.
    pub is_whole: bool,
}

/// A record in the story.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub chapter: Chapter,
    pub record: Item,
    pub occurred_at: DateTime<Utc>,
    /// How long after the step before.
    pub after: Option<TimeDelta>,
}
