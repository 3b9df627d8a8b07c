//! An administrator's order.

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;
use http::HeaderMap;
use lambda_http::Body;
use shared::model::Mode;
use shared::policy::first_instant;
use shared::reconcile::Order;

use super::{Fields, InputError};

/// What a page's field for a date and time sends.
const LOCAL_TIME: &str = "%Y-%m-%dT%H:%M";

/// `zone` is that of the wall clock by which a page's date and time are meant.
pub(crate) fn order(
    headers: &HeaderMap,
    body: &Body,
    now: DateTime<Utc>,
    zone: Tz,
) -> Result<Order, InputError> {
    let fields = Fields::read(headers, body)?;
    let mode = match fields.mode.as_deref() {
        Some("on") => Some(Mode::On),
        Some("hold") => Some(Mode::Hold),
        Some("off") => Some(Mode::Off),
        Some("none") => None,
        Some(_) | None => return Err(InputError::Mode),
    };
    let mode = match mode {
        Some(mode) => Some((mode, fields.order_until(now, zone)?)),
        None if fields.until.is_some() || fields.minutes.is_some() => {
            return Err(InputError::EndOfNone);
        }
        None => None,
    };
    Ok(Order {
        mode,
        reason: fields.reason,
        shown: fields.shown.ok_or(InputError::Shown)?,
    })
}

impl Fields {
    fn order_until(&self, now: DateTime<Utc>, zone: Tz) -> Result<DateTime<Utc>, InputError> {
        match &self.until_local {
            Some(local) if self.until.is_none() && self.minutes.is_none() => {
                let local = NaiveDateTime::parse_from_str(local, LOCAL_TIME);
                let at = local.ok().and_then(|local| first_instant(zone, local));
                at.ok_or(InputError::Until)
            }
            Some(_) | None => self.until(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::CONTENT_TYPE;

    use super::super::tests::{FORM, JSON, now};
    use super::*;

    fn order_of(content_type: &'static str, body: &str) -> Result<Order, InputError> {
        let content_type = HeaderValue::from_static(content_type);
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, content_type)]);
        order(&headers, &Body::from(body), now(), Tz::Asia__Tokyo)
    }

    #[test]
    fn an_order_has_a_mode_an_end_and_what_it_takes_the_place_of() {
        let ordered = |mode: Option<(Mode, &str)>, reason: Option<&str>| Order {
            mode: mode.map(|(mode, until)| (mode, until.parse().unwrap())),
            reason: reason.map(str::to_owned),
            shown: "none".to_owned(),
        };
        let two = "2026-11-23T02:00:00Z";
        for (content_type, body, expected) in [
            (
                FORM,
                "mode=on&minutes=60&shown=none",
                ordered(Some((Mode::On, two)), None),
            ),
            (
                FORM,
                "mode=hold&until_local=2026-11-23T11:00&reason=a%26b&shown=none",
                ordered(Some((Mode::Hold, two)), Some("a&b")),
            ),
            // Whatever stands in the field for a date: the button that was pressed says one hour.
            (
                FORM,
                "mode=off&minutes=60&until_local=2026-11-29T11%3A00&reason=x&shown=none",
                ordered(Some((Mode::Off, two)), Some("x")),
            ),
            (FORM, "mode=none&reason=&shown=none", ordered(None, None)),
            (
                JSON,
                r#"{"mode":"hold","until":"2026-11-23T11:00:00+09:00","reason":"x","shown":"none"}"#,
                ordered(Some((Mode::Hold, two)), Some("x")),
            ),
            (
                JSON,
                r#"{"mode":"none","reason":null,"shown":"none"}"#,
                ordered(None, None),
            ),
        ] {
            assert_eq!(order_of(content_type, body), Ok(expected), "{body}");
        }
    }

    #[test]
    fn an_order_that_is_not_whole_is_told_what_is_wrong() {
        for (content_type, body, error) in [
            (FORM, "", InputError::Mode),
            (FORM, "mode=&minutes=60&shown=none", InputError::Mode),
            (FORM, "mode=OFF&minutes=60&shown=none", InputError::Mode),
            (
                FORM,
                "mode=on&mode=off&minutes=60&shown=none",
                InputError::Repeated("mode"),
            ),
            (FORM, "mode=on&shown=none", InputError::UntilOrMinutes),
            (FORM, "mode=on&minutes=0&shown=none", InputError::Minutes),
            (FORM, "mode=on&minutes=60", InputError::Shown),
            (FORM, "mode=on&minutes=60&shown=", InputError::Shown),
            (
                FORM,
                "mode=none&minutes=60&shown=none",
                InputError::EndOfNone,
            ),
            (
                FORM,
                "mode=on&until_local=tomorrow&shown=none",
                InputError::Until,
            ),
            (
                FORM,
                "mode=on&until_local=2026-02-30T11:00&shown=none",
                InputError::Until,
            ),
            (
                FORM,
                "mode=on&until=2026-11-23T11:00&shown=none",
                InputError::Until,
            ),
            (
                FORM,
                "mode=on&minutes=60&reason=a&reason=b&shown=none",
                InputError::Repeated("reason"),
            ),
            (
                JSON,
                r#"{"mode":["on"],"minutes":60,"shown":"none"}"#,
                InputError::Json,
            ),
            (
                JSON,
                r#"{"mode":"on","minutes":60,"shown":null}"#,
                InputError::Shown,
            ),
            (
                JSON,
                r#"{"mode":"on","minutes":60,"reason":7,"shown":"none"}"#,
                InputError::Json,
            ),
            (
                "text/plain",
                "mode=none&shown=none",
                InputError::ContentType,
            ),
        ] {
            assert_eq!(order_of(content_type, body), Err(error), "{body}");
        }
    }
}
