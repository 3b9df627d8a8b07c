//! The time in a record's id, and ids as the bounds of a range.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::EventId;

/// A text that is not an id as we write them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not a UUID in lower case, with hyphens")]
pub struct InvalidEventId;

impl EventId {
    /// The time that it was made from, to the millisecond; whatever stands there in an id that is none of ours.
    pub fn at(&self) -> DateTime<Utc> {
        let millis = i64::try_from(self.0.as_u128() >> 80).unwrap_or(i64::MAX);
        DateTime::from_timestamp_millis(millis).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The lowest id of that millisecond.
    pub fn first_at(at: DateTime<Utc>) -> Self {
        Self::build(at, [0; 10])
    }

    /// The highest id before all of that millisecond; `None`: there is none.
    pub fn last_before(at: DateTime<Utc>) -> Option<Self> {
        Self::first_at(at).predecessor()
    }

    /// The UUID just below it.
    pub fn predecessor(&self) -> Option<Self> {
        let below = self.0.as_u128().checked_sub(1)?;
        Some(Self(Uuid::from_u128(below)))
    }

    /// The UUID just above it.
    pub fn successor(&self) -> Option<Self> {
        let above = self.0.as_u128().checked_add(1)?;
        Some(Self(Uuid::from_u128(above)))
    }
}

impl FromStr for EventId {
    type Err = InvalidEventId;

    /// One spelling for each, as the table's keys are compared as text.
    fn from_str(text: &str) -> Result<Self, InvalidEventId> {
        let id = text.parse().map(Self).map_err(|_| InvalidEventId)?;
        if id.to_string() == text {
            Ok(id)
        } else {
            Err(InvalidEventId)
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn bounds_hold_all_ids_of_their_time_and_no_others() {
        let at: DateTime<Utc> = "2026-11-23T01:31:01.042Z".parse().unwrap();
        let ids = crate::model::audit::EventIds::seeded(7);
        let (first, below) = (EventId::first_at(at), EventId::last_before(at).unwrap());
        for (millis, is_in) in [(-1, false), (0, true), (1, true)] {
            let at = at + TimeDelta::milliseconds(millis);
            for id in [ids.next(at), EventId::of_fact(at, &["a", "b"])] {
                assert_eq!(id.at(), at);
                assert_eq!((first <= id, below < id), (is_in, is_in), "{millis}");
                let below = id.predecessor().unwrap();
                assert!(below < id && below.to_string() < id.to_string());
                assert_eq!(below.successor(), Some(id));
            }
        }
    }

    #[test]
    fn an_id_has_one_spelling() {
        let id = "019ab3c4-d5e6-7f80-91a2-b3c4d5e6f708";
        assert_eq!(id.parse::<EventId>().unwrap().to_string(), id);
        for wrong in [
            "",
            "-",
            "019AB3C4-D5E6-7F80-91A2-B3C4D5E6F708",
            "019ab3c4d5e67f8091a2b3c4d5e6f708",
            "{019ab3c4-d5e6-7f80-91a2-b3c4d5e6f708}",
            "urn:uuid:019ab3c4-d5e6-7f80-91a2-b3c4d5e6f708",
            "019ab3c4-d5e6-7f80-91a2-b3c4d5e6f708 ",
        ] {
            assert_eq!(wrong.parse::<EventId>(), Err(InvalidEventId), "{wrong}");
        }
    }
}
