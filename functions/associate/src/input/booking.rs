//! What an employee books, and whose booking is cancelled.

use chrono::{NaiveTime, WeekdaySet};
use http::HeaderMap;
use lambda_http::Body;
use shared::model::{BookedOn, BookedTimes, Email, parse_date, parse_day, time_of_day};

use super::{Fields, InputError};

/// What to book.
pub(crate) fn booking(headers: &HeaderMap, body: &Body) -> Result<BookedTimes, InputError> {
    let fields = Fields::read(headers, body)?;
    let days = fields.days.unwrap_or_default();
    let on = match (&days[..], fields.date) {
        ([_, ..], None) => BookedOn::Days(of_words(&days)?),
        ([], Some(date)) => BookedOn::Date(parse_date(&date).ok_or(InputError::Date)?),
        ([], None) | ([_, ..], Some(_)) => return Err(InputError::DaysOrDate),
    };
    let stay_until = fields.stay_until.filter(|text| !text.is_empty());
    Ok(BookedTimes {
        on,
        ready_by: time("ready_by", &fields.ready_by.unwrap_or_default())?,
        stay_until: stay_until
            .map(|text| time("stay_until", &text))
            .transpose()?,
    })
}

/// Whose booking is to be cancelled; `None`: the caller's own. Whoever cancels their own need send no body.
pub(crate) fn owner(headers: &HeaderMap, body: &Body) -> Result<Option<Email>, InputError> {
    if body.is_empty() {
        return Ok(None);
    }
    let email = Fields::read(headers, body)?.email;
    email
        .map(|text| text.parse().map_err(|_| InputError::Email))
        .transpose()
}

/// A day that is named twice is named.
fn of_words(words: &[String]) -> Result<WeekdaySet, InputError> {
    let days: Option<WeekdaySet> = words.iter().map(|word| parse_day(word)).collect();
    days.ok_or(InputError::Days)
}

fn time(field: &'static str, text: &str) -> Result<NaiveTime, InputError> {
    time_of_day(text).map_err(|_| InputError::TimeOfDay(field))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::CONTENT_TYPE;
    use shared::model::WORKDAYS;

    use super::super::tests::{FORM, JSON};
    use super::*;

    fn headers(content_type: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))])
    }

    fn booked(content_type: &'static str, body: &str) -> Result<String, InputError> {
        let times = booking(&headers(content_type), &Body::from(body));
        times.map(|times| times.to_string())
    }

    #[test]
    fn days_of_the_week_or_a_date_are_booked_by_form_and_by_json() {
        let workdays = "ready by 08:30 on mon, tue, wed, thu, fri";
        for (content_type, body, expected) in [
            (
                FORM,
                "days=fri&days=thu&days=wed&days=tue&days=mon&ready_by=08%3A30&stay_until=",
                workdays,
            ),
            (
                FORM,
                "days=mon&days=mon&date=&ready_by=08:30&stay_until=18:00",
                "ready by 08:30 on mon, until 18:00",
            ),
            (
                FORM,
                "date=2027-02-03&ready_by=00:00&other=x",
                "ready by 00:00 on 2027-02-03",
            ),
            (
                JSON,
                r#"{"days":["mon","tue","wed","thu","fri"],"ready_by":"08:30"}"#,
                workdays,
            ),
            (
                JSON,
                r#"{"days":["sun"],"date":null,"ready_by":"23:59","stay_until":null}"#,
                "ready by 23:59 on sun",
            ),
            (
                JSON,
                r#"{"days":[],"date":"2028-02-29","ready_by":"08:30","stay_until":""}"#,
                "ready by 08:30 on 2028-02-29",
            ),
        ] {
            assert_eq!(
                booked(content_type, body),
                Ok(expected.to_owned()),
                "{body}"
            );
        }
        let often = format!("{}ready_by=08:30", "days=tue&".repeat(100));
        let every = "days=mon&days=tue&days=wed&days=thu&days=fri&ready_by=08:30";
        assert_eq!(booked(FORM, &often), Ok("ready by 08:30 on tue".to_owned()));
        let times = booking(&headers(FORM), &Body::from(every)).unwrap();
        assert_eq!(times.on, BookedOn::Days(WORKDAYS));
    }

    #[test]
    fn what_names_no_days_date_or_time_is_told_what_is_wrong() {
        let ready_by = InputError::TimeOfDay("ready_by");
        for (content_type, body, error) in [
            (FORM, "", InputError::DaysOrDate),
            (FORM, "ready_by=08:30", InputError::DaysOrDate),
            (FORM, "days=&date=&ready_by=08:30", InputError::DaysOrDate),
            (
                FORM,
                "days=mon&date=2027-02-03&ready_by=08:30",
                InputError::DaysOrDate,
            ),
            (FORM, "days=monday&ready_by=08:30", InputError::Days),
            (FORM, "days=MON&ready_by=08:30", InputError::Days),
            (FORM, "days=mon,tue&ready_by=08:30", InputError::Days),
            (FORM, "days=mon&days=%00&ready_by=08:30", InputError::Days),
            (FORM, "date=2026-02-30&ready_by=08:30", InputError::Date),
            (FORM, "date=2027-2-3&ready_by=08:30", InputError::Date),
            (FORM, "date=%2B2027-02-03&ready_by=08:30", InputError::Date),
            (FORM, "date=99999-02-03&ready_by=08:30", InputError::Date),
            (FORM, "date=tomorrow&ready_by=08:30", InputError::Date),
            (
                FORM,
                "date=2027-02-03&date=2027-02-04&ready_by=08:30",
                InputError::Repeated("date"),
            ),
            (FORM, "days=mon", ready_by.clone()),
            (FORM, "days=mon&ready_by=8:30", ready_by.clone()),
            (FORM, "days=mon&ready_by=24:00", ready_by.clone()),
            (FORM, "days=mon&ready_by=08:60", ready_by.clone()),
            (FORM, "days=mon&ready_by=08:30:00", ready_by.clone()),
            (FORM, "days=mon&ready_by=08:30%0a", ready_by.clone()),
            // Digits, but none that a clock here shows: U+FF10 and its like, and Arabic ones.
            (
                FORM,
                "days=mon&ready_by=%EF%BC%90%EF%BC%98:%EF%BC%93%EF%BC%90",
                ready_by.clone(),
            ),
            (
                FORM,
                "days=mon&ready_by=%D9%A0%D9%A8:%D9%A3%D9%A0",
                ready_by,
            ),
            (
                FORM,
                "days=mon&ready_by=08:30&ready_by=08:30",
                InputError::Repeated("ready_by"),
            ),
            (
                FORM,
                "days=mon&ready_by=08:30&stay_until=late",
                InputError::TimeOfDay("stay_until"),
            ),
            (JSON, r#"{"days":[]}"#, InputError::DaysOrDate),
            (
                JSON,
                r#"{"days":"mon","ready_by":"08:30"}"#,
                InputError::Json,
            ),
            (JSON, r#"{"days":[1],"ready_by":"08:30"}"#, InputError::Json),
            (JSON, r#"{"days":["mon"],"ready_by":830}"#, InputError::Json),
            (
                "text/plain",
                "days=mon&ready_by=08:30",
                InputError::ContentType,
            ),
        ] {
            assert_eq!(booked(content_type, body), Err(error), "{body}");
        }
    }

    #[test]
    fn a_booking_is_cancelled_of_its_sender_or_of_whom_they_name() {
        let of = |content_type, body: &str| owner(&headers(content_type), &Body::from(body));
        for (content_type, body) in [(FORM, ""), ("", ""), (FORM, "email="), (JSON, "{}")] {
            assert_eq!(of(content_type, body), Ok(None), "{body}");
        }
        let yuki = "yuki@example.com".parse().ok();
        assert_eq!(of(FORM, "email=Yuki%40example.com"), Ok(yuki.clone()));
        assert_eq!(of(JSON, r#"{"email":"yuki@example.com"}"#), Ok(yuki));
        for (body, error) in [
            ("email=yuki", InputError::Email),
            ("email=yuki%40example.com%0a", InputError::Email),
            (
                "email=a%40example.com&email=b%40example.com",
                InputError::Repeated("email"),
            ),
        ] {
            assert_eq!(of(FORM, body), Err(error), "{body}");
        }
        assert_eq!(of("text/plain", "x"), Err(InputError::ContentType));
    }
}
