//! What people and programs send in a body: a form or JSON.

mod booking;
mod order;

use associate_pages::Language;
use chrono::{DateTime, TimeDelta, Utc};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use lambda_http::Body;
use serde::Deserialize;
use serde_json::Value;

pub(crate) use booking::{booking, owner};
pub(crate) use order::order;

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
    #[error("say exactly one of `days`, with at least one day of the week in it, and `date`")]
    DaysOrDate,
    #[error("`days` are `mon`, `tue`, `wed`, `thu`, `fri`, `sat` and `sun`")]
    Days,
    #[error("`date` is not a date such as 2026-11-23")]
    Date,
    #[error("`{0}` is not a time of day such as 08:30")]
    TimeOfDay(&'static str),
    #[error("`email` is not an email address")]
    Email,
}

/// Until when an extension shall run.
pub(crate) fn until(
    headers: &HeaderMap,
    body: &Body,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, InputError> {
    Fields::read(headers, body)?.until(now)
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
    /// A form has a field of this name for each.
    days: Option<Vec<String>>,
    date: Option<String>,
    ready_by: Option<String>,
    stay_until: Option<String>,
    email: Option<String>,
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
        let values = |wanted: &'static str| {
            // A form sends the inputs that were left empty, too.
            form_urlencoded::parse(body)
                .filter(move |(name, value)| name == wanted && !value.is_empty())
                .map(|(_, value)| value.into_owned())
        };
        let field = |wanted| {
            let mut values = values(wanted);
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
            days: Some(values("days").collect()).filter(|days: &Vec<_>| !days.is_empty()),
            date: field("date")?,
            ready_by: field("ready_by")?,
            stay_until: field("stay_until")?,
            email: field("email")?,
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

    pub(super) const FORM: &str = "application/x-www-form-urlencoded";
    pub(super) const JSON: &str = "application/json";

    pub(super) fn now() -> DateTime<Utc> {
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
