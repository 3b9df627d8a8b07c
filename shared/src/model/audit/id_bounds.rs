//! Ids as the bounds of a range.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::EventId;

impl EventId {
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
                assert_eq!(id.time(), at);
                assert_eq!((first <= id, below < id), (is_in, is_in), "{millis}");
                let below = id.predecessor().unwrap();
                assert!(below < id && below.to_string() < id.to_string());
                assert_eq!(below.successor(), Some(id));
            }
        }
    }
}
