//! What people and programs send in a body: a form or JSON.

use associate_pages::Language;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use lambda_http::Body;
use serde::Deserialize;
use serde_json::Value;
use shared::model::Mode;
use shared::policy::first_instant;
use shared::reconcile::Order;

/// What a page's field for a date and time sends.
const LOCAL_TIME: &str = "%Y-%m-%dT%H:%M";

/// Why a body cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InputError {
    #[error("send a form (application/x-www-form-urlencoded) or JSON (application/json)")]
    ContentType,
    #[error("the body is not a JSON object with fields of the right kind")]
    Json,
    #[error("the field `{0}` is there more than once")]
    Repeated(&'static str),
    #[error("say exactly one of `until` and `minutes`")]
    UntilOrMinutes,
    #[error("`until` is not an RFC 3339 time such as 2026-11-23T10:31:01+09:00")]
    Until,
    #[error("`minutes` is not a whole number above zero")]
    Minutes,
    #[error("`lang` is neither `ja` nor `en`")]
    Language,
    #[error("`mode` is none of `on`, `hold`, `off` and `none`")]
    Mode,
    #[error("`none` ends an order, and has neither `until` nor `minutes`")]
    EndOfNone,
    #[error(
        "say in `shown` which order this one takes the place of: the `text` of `mode` as `status` has it, or `none`"
    )]
    Shown,
}

/// Until when an extension shall run.
pub(crate) fn until(
    headers: &HeaderMap,
    body: &Body,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, InputError> {
    Fields::read(headers, body)?.until(now)
}

/// An administrator's order. `zone` is that of the wall clock by which a page's date and time are meant.
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

/// The language that the employee chose.
pub(crate) fn language(headers: &HeaderMap, body: &Body) -> Result<Language, InputError> {
    let chosen = Fields::read(headers, body)?.lang;
    chosen
        .and_then(|name| Language::named(&name))
        .ok_or(InputError::Language)
}

/// All fields of all forms; others are passed over.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
struct Fields {
    until: Option<String>,
    minutes: Option<i64>,
    /// A page's date and time. Pages alone send it, along with whatever button was pressed: one with an end of its own
    /// counts more.
    until_local: Option<String>,
    lang: Option<String>,
    mode: Option<String>,
    reason: Option<String>,
    shown: Option<String>,
}

impl Fields {
    fn until(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, InputError> {
        match (&self.until, self.minutes) {
            (Some(until), None) => DateTime::parse_from_rfc3339(until)
                .map(|until| until.to_utc())
                .map_err(|_| InputError::Until),
            (None, Some(minutes)) => Some(minutes)
                .filter(|minutes| *minutes > 0)
                .and_then(TimeDelta::try_minutes)
                .and_then(|ahead| now.checked_add_signed(ahead))
                .ok_or(InputError::Minutes),
            (None, None) | (Some(_), Some(_)) => Err(InputError::UntilOrMinutes),
        }
    }

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

    fn read(headers: &HeaderMap, body: &Body) -> Result<Self, InputError> {
        let content_type = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let media_type = content_type.and_then(|value| value.split(';').next());
        match media_type.map(|text| text.trim().to_ascii_lowercase()) {
            Some(text) if text == "application/x-www-form-urlencoded" => Self::of_form(body),
            Some(text) if text == "application/json" => Self::of_json(body),
            Some(_) | None => Err(InputError::ContentType),
        }
    }

    fn of_form(body: &[u8]) -> Result<Self, InputError> {
        let field = |wanted: &'static str| {
            // A form sends the inputs that were left empty, too.
            let mut values = form_urlencoded::parse(body)
                .filter(|(name, value)| name == wanted && !value.is_empty())
                .map(|(_, value)| value.into_owned());
            match (values.next(), values.next()) {
                (value, None) => Ok(value),
                (_, Some(_)) => Err(InputError::Repeated(wanted)),
            }
        };
        let minutes = field("minutes")?.map(|text| text.parse());
        Ok(Self {
            until: field("until")?,
            minutes: minutes.transpose().map_err(|_| InputError::Minutes)?,
            until_local: field("until_local")?,
            lang: field("lang")?,
            mode: field("mode")?,
            reason: field("reason")?,
            shown: field("shown")?,
        })
    }

    fn of_json(body: &[u8]) -> Result<Self, InputError> {
        // A struct can be read from an array as well.
        let value: Value = serde_json::from_slice(body).map_err(|_| InputError::Json)?;
        if !value.is_object() {
            return Err(InputError::Json);
        }
        Self::deserialize(value).map_err(|_| InputError::Json)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const FORM: &str = "application/x-www-form-urlencoded";
    const JSON: &str = "application/json";

    fn now() -> DateTime<Utc> {
        "2026-11-23T01:00:00Z".parse().unwrap()
    }

    fn until_of(content_type: &'static str, body: &str) -> Result<DateTime<Utc>, InputError> {
        let content_type = HeaderValue::from_static(content_type);
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, content_type)]);
        until(&headers, &Body::from(body), now())
    }

    #[test]
    fn a_time_is_given_as_minutes_from_now_or_as_an_instant() {
        let at = |text: &str| Ok(text.parse().unwrap());
        let two = "2026-11-23T02:00:00Z";
        for (content_type, body) in [
            (FORM, "minutes=60"),
            (FORM, "minutes=60&until="),
            (FORM, "minutes=60&other=x"),
            (FORM, "until=2026-11-23T11:00:00%2B09:00"),
            (FORM, "until=2026-11-23T02%3A00%3A00Z&minutes="),
            (JSON, r#"{"minutes":60}"#),
            (JSON, r#"{"minutes":60,"until":null}"#),
            (JSON, r#"{"until":"2026-11-23T11:00:00+09:00","other":[]}"#),
            ("Application/JSON; charset=utf-8", r#"{"minutes":60}"#),
            (
                "application/x-www-form-urlencoded;charset=UTF-8",
                "minutes=60",
            ),
        ] {
            assert_eq!(until_of(content_type, body), at(two), "{body}");
        }
        assert_eq!(until_of(FORM, "minutes=1"), at("2026-11-23T01:01:00Z"));
    }

    #[test]
    fn anything_else_is_told_what_is_wrong() {
        for (content_type, body, error) in [
            (FORM, "", InputError::UntilOrMinutes),
            (FORM, "minutes=&until=", InputError::UntilOrMinutes),
            (
                FORM,
                "minutes=60&until=2026-11-23T02:00:00Z",
                InputError::UntilOrMinutes,
            ),
            (
                FORM,
                "minutes=60&minutes=90",
                InputError::Repeated("minutes"),
            ),
            (FORM, "minutes=0", InputError::Minutes),
            (FORM, "minutes=-5", InputError::Minutes),
            (FORM, "minutes=1.5", InputError::Minutes),
            (FORM, "minutes=9223372036854775807", InputError::Minutes),
            (FORM, "minutes=-9223372036854775808", InputError::Minutes),
            (FORM, "minutes=99999999999999999999", InputError::Minutes),
            (FORM, "minutes=%FF", InputError::Minutes),
            // A plus that is not encoded is a space.
            (FORM, "until=2026-11-23T11:00:00+09:00", InputError::Until),
            (FORM, "until=tomorrow", InputError::Until),
            (FORM, "until=2026-11-23T02:00", InputError::Until),
            (JSON, "", InputError::Json),
            (JSON, "[]", InputError::Json),
            (JSON, "[null,60,null]", InputError::Json),
            (JSON, "{}", InputError::UntilOrMinutes),
            (JSON, r#"{"minutes":"60"}"#, InputError::Json),
            (JSON, r#"{"minutes":1e1}"#, InputError::Json),
            (JSON, r#"{"until":1}"#, InputError::Json),
            (JSON, "minutes=60", InputError::Json),
            ("text/plain", "minutes=60", InputError::ContentType),
            ("", "minutes=60", InputError::ContentType),
            ("multipart/form-data", "", InputError::ContentType),
        ] {
            assert_eq!(until_of(content_type, body), Err(error), "{body}");
        }
    }

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

    #[test]
    fn a_language_is_one_of_two() {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(FORM))]);
        let chosen = |body: &str| language(&headers, &Body::from(body));
        assert_eq!(chosen("lang=ja"), Ok(Language::Ja));
        assert_eq!(chosen("lang=en"), Ok(Language::En));
        for wrong in ["", "lang=", "lang=de", "lang=JA", "lang=ja%0d%0aset-cookie"] {
            assert_eq!(chosen(wrong), Err(InputError::Language), "{wrong}");
        }
    }
}
