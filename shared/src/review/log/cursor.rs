//! Where a page of the log goes on, as a link carries it.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDate;

use crate::ports::RecordKey;

/// Another version reads no cursor of this one.
const VERSION: u8 = 1;
/// A key of `DynamoDB`'s has 3 KB at most, and JSON and base64 make more of it.
const MAX_LENGTH: usize = 32 * 1024;
const ENDPOINT: &str = "endpoint";
const ACTOR: &str = "actor";

/// Where a page goes on: opaque to whoever hands it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub(super) place: Place,
    /// Behind this record; `None`: from the newest on.
    pub(super) after: Option<RecordKey>,
}

/// In what it goes on. Which endpoint or actor, the filter says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Endpoint,
    Actor,
    Day(NaiveDate),
}

/// Not a cursor, or that of another view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor does not belong to this view")]
pub struct InvalidCursor;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match self.place {
            Place::Endpoint => ENDPOINT.to_owned(),
            Place::Actor => ACTOR.to_owned(),
            Place::Day(day) => day.format("%Y-%m-%d").to_string(),
        };
        let after = self.after.as_ref();
        let after = after.map(|key| (key.endpoint_id.as_str(), key.event_id.as_str()));
        let json = serde_json::json!([VERSION, place, after]).to_string();
        f.write_str(&URL_SAFE_NO_PAD.encode(json))
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let json = Some(text).filter(|text| text.len() <= MAX_LENGTH);
        let json = json.and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        let read = json.and_then(|json| serde_json::from_slice(&json).ok());
        let (version, place, after): (u8, String, Option<(String, String)>) =
            read.ok_or(InvalidCursor)?;
        let place = match place.as_str() {
            _ if version != VERSION => return Err(InvalidCursor),
            ENDPOINT => Place::Endpoint,
            ACTOR => Place::Actor,
            day => Place::Day(day.parse().map_err(|_| InvalidCursor)?),
        };
        let after = after.map(|(endpoint_id, event_id)| RecordKey {
            endpoint_id,
            event_id,
        });
        let is_key = |key: &RecordKey| !key.endpoint_id.is_empty() && !key.event_id.is_empty();
        let is_whole = after.as_ref().is_none_or(is_key);
        let cursor = is_whole.then_some(Self { place, after });
        cursor.ok_or(InvalidCursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn any_text(chance: &mut fastrand::Rng) -> String {
        let length = chance.usize(1..40);
        (0..length).map(|_| chance.char(..)).collect()
    }

    fn any_cursor(chance: &mut fastrand::Rng) -> Cursor {
        let day = NaiveDate::from_num_days_from_ce_opt(chance.i32(-400_000..4_000_000));
        Cursor {
            place: match chance.u8(..3) {
                0 => Place::Endpoint,
                1 => Place::Actor,
                _ => Place::Day(day.unwrap()),
            },
            after: chance.bool().then(|| RecordKey {
                endpoint_id: any_text(chance),
                event_id: any_text(chance),
            }),
        }
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_can_stand_in_a_url() {
        let mut chance = fastrand::Rng::with_seed(12);
        for _ in 0..20_000 {
            let cursor = any_cursor(&mut chance);
            let text = cursor.to_string();
            let of_url = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
            assert!(text.bytes().all(of_url), "{text}");
            assert_eq!(text.parse(), Ok(cursor), "{text}");
        }
    }

    #[test]
    fn whatever_is_changed_in_a_cursor_it_is_refused_or_another_and_never_a_panic() {
        let mut chance = fastrand::Rng::with_seed(13);
        for _ in 0..20_000 {
            let mut text = any_cursor(&mut chance).to_string().into_bytes();
            for _ in 0..chance.usize(1..4) {
                let at = chance.usize(..text.len());
                text[at] = chance.u8(..);
            }
            let text = String::from_utf8_lossy(&text);
            if let Ok(read) = text.parse::<Cursor>() {
                assert_eq!(read.to_string().parse(), Ok(read), "{text}");
            }
        }
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        let encode = |json: &str| URL_SAFE_NO_PAD.encode(json);
        for wrong in [
            String::new(),
            "%".to_owned(),
            "AAAA".to_owned(),
            encode("[1]"),
            encode("[2,\"actor\",null]"),
            encode("[1,\"week\",null]"),
            encode("[1,\"2026-02-30\",null]"),
            encode("[1,\"actor\",[\"-\"]]"),
            encode("[1,\"actor\",[\"-\",\"\"]]"),
            encode("[1,\"actor\",null,null]"),
            "A".repeat(MAX_LENGTH + 1),
        ] {
            assert_eq!(wrong.parse::<Cursor>(), Err(InvalidCursor), "{wrong}");
        }
    }
}
