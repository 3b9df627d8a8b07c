use chrono::NaiveDate;
use shared::model::ManagedEndpoint;
use shared::model::audit::Event;
use shared::review::log::{Cursor, LIMIT, LogFilter};
use web::Query;
use web::event::receive;

use super::*;

fn endpoints() -> Vec<ManagedEndpoint> {
    let endpoint = |name: &str, id: &str| ManagedEndpoint {
        name: name.parse().unwrap(),
        id: id.parse().unwrap(),
        subnets: Vec::new(),
    };
    vec![
        endpoint("tokyo", "cvpn-endpoint-0a1b2c3d4e5f60718"),
        endpoint("osaka", "cvpn-endpoint-0b1b2c3d4e5f60718"),
    ]
}

/// As the ALB hands it over.
fn query(text: &str) -> Query {
    let event = testkit::alb::Event::get("/audit/records").query(text);
    receive(event.event()).unwrap().query
}

fn log(text: &str) -> Result<LogQuery, InputError> {
    LogQuery::read(&query(text), &endpoints())
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// `[1,"2026-11-23",null]`, as the log hands it out.
fn cursor() -> Cursor {
    "WzEsIjIwMjYtMTEtMjMiLG51bGxd".parse().unwrap()
}

#[test]
fn all_filters_of_the_log_are_read() {
    let text = format!(
        "endpoint=osaka&actor=yuki%40example.com&event=lease.&event=mode.changed&from=2026-11-01&to=2026-11-30\
         &text=%E6%9D%B1+a%2Bb&limit=500&cursor={}",
        cursor()
    );
    let expected = LogQuery {
        filter: LogFilter {
            endpoint: Some(endpoints()[1].clone()),
            actor: Some("yuki@example.com".to_owned()),
            events: vec!["lease.".to_owned(), "mode.changed".to_owned()],
            from: Some(date("2026-11-01")),
            to: Some(date("2026-11-30")),
            text: Some("東 a+b".to_owned()),
        },
        limit: 500,
        cursor: Some(cursor()),
    };
    assert_eq!(log(&text), Ok(expected));
}

#[test]
fn what_is_empty_is_not_given_and_what_no_page_knows_is_passed_over() {
    let nothing = LogQuery {
        filter: LogFilter::default(),
        limit: LIMIT,
        cursor: None,
    };
    for text in [
        "",
        "endpoint=&actor=&event=&event=&from=&to=&text=&limit=&cursor=",
        "from&to",
        "utm_source=x&fbclid=%zz&fbclid=%FF&%zz=1&Endpoint=nowhere&month=never",
        "=x&==",
    ] {
        assert_eq!(log(text).as_ref(), Ok(&nothing), "{text}");
    }
    assert_eq!(
        log("from=&from=2026-11-01").unwrap().filter.from,
        Some(date("2026-11-01"))
    );
    assert_eq!(
        log("event=lease.&event=lease.").unwrap().filter.events,
        ["lease."]
    );
}

#[test]
fn what_cannot_be_read_is_told_what_is_wrong() {
    let long = |name: &str, bytes: usize| format!("{name}={}", "x".repeat(bytes));
    for (text, error) in [
        ("endpoint=kyoto", InputError::Endpoint),
        ("endpoint=Tokyo", InputError::Endpoint),
        (
            "endpoint=cvpn-endpoint-0a1b2c3d4e5f60718",
            InputError::Endpoint,
        ),
        (
            "endpoint=tokyo&endpoint=tokyo",
            InputError::Repeated("endpoint"),
        ),
        // One name, however it is spelt.
        (
            "from=2026-11-01&%66rom=2026-11-01",
            InputError::Repeated("from"),
        ),
        ("text=a&text=b", InputError::Repeated("text")),
        ("actor=%zz", InputError::Encoding("actor")),
        ("text=%", InputError::Encoding("text")),
        ("event=lease.&event=%FF", InputError::Encoding("event")),
        ("event=lease", InputError::Event),
        ("event=.", InputError::Event),
        ("event=lease.released.", InputError::Event),
        ("event=lease.&event=nothing.", InputError::Event),
        ("event=Lease.Released", InputError::Event),
        ("from=2026-11-31", InputError::Day("from")),
        ("from=2026-1-1", InputError::Day("from")),
        ("from=%2B2026-11-01", InputError::Day("from")),
        ("from=2026-11-01+", InputError::Day("from")),
        ("to=2026-11-23T00:00:00Z", InputError::Day("to")),
        ("to=20261123", InputError::Day("to")),
        ("to=-999-11-23", InputError::Day("to")),
        ("to=%EF%BC%92026-11-23", InputError::Day("to")),
        ("from=2026-11-02&to=2026-11-01", InputError::Order),
        ("limit=0", InputError::Limit),
        ("limit=501", InputError::Limit),
        ("limit=-1", InputError::Limit),
        ("limit=%2B5", InputError::Limit),
        ("limit=1e2", InputError::Limit),
        ("limit=99999999999999999999999", InputError::Limit),
        ("cursor=x", InputError::Cursor),
        ("cursor=../..", InputError::Cursor),
        (&long("actor", 2_049), InputError::Long("actor")),
        (&long("text", 1_025), InputError::Long("text")),
    ] {
        assert_eq!(log(text), Err(error), "{text:.60}");
    }
    assert!(log(&long("actor", 2_048)).is_ok());
    assert!(log(&long("text", 1_024)).is_ok());
    assert!(log("from=2026-11-01&to=2026-11-01&limit=1").is_ok());
}

#[test]
fn each_event_and_each_family_can_be_asked_for() {
    for event in Event::ALL {
        let (family, _) = event.as_str().split_once('.').unwrap();
        for text in [event.as_str().to_owned(), format!("{family}.")] {
            assert_eq!(log(&format!("event={text}")).unwrap().filter.events, [text]);
        }
    }
}

#[test]
fn a_view_is_found_again_by_its_path() {
    for text in [
        "",
        "limit=7",
        "endpoint=tokyo&event=lease.&event=access.denied",
        "actor=%22%3E%3Cscript%3E%0D%0A%00&text=%26cursor%3Dx%23+%2B%25",
        "text=%E6%9D%B1%E4%BA%AC&from=2026-11-01&to=2026-11-30",
    ] {
        let view = log(text).unwrap();
        for cursor in [None, Some(cursor())] {
            let path = view.path("/audit/records", cursor.as_ref());
            assert!(path.bytes().all(|byte| byte.is_ascii_graphic()), "{path}");
            let again = log(path.split_once('?').map_or("", |(_, query)| query));
            let expected = LogQuery {
                cursor,
                ..view.clone()
            };
            assert_eq!(again, Ok(expected), "{path}");
        }
    }
}

#[test]
fn use_is_of_a_month_or_a_range_of_at_most_thirteen() {
    let today = date("2028-02-10");
    let read = |text: &str| UseQuery::read(&query(text), today);
    for (text, from, to) in [
        ("", "2028-02-01", "2028-02-29"),
        ("month=2026-11", "2026-11-01", "2026-11-30"),
        ("month=2026-12&from=&to=", "2026-12-01", "2026-12-31"),
        ("month=&from=2028-02-10", "2028-02-10", "2028-02-10"),
        ("from=2027-02-01&to=2028-02-29", "2027-02-01", "2028-02-29"),
        ("from=2027-01-11&to=2028-02-10", "2027-01-11", "2028-02-10"),
        ("from=2026-01-01&to=2026-01-01", "2026-01-01", "2026-01-01"),
    ] {
        let (from, to) = (date(from), date(to));
        let expected = UseQuery { from, to };
        assert_eq!(read(text), Ok(expected), "{text}");
    }
    for (text, error) in [
        ("month=2026-13", InputError::Month),
        ("month=2026-1", InputError::Month),
        ("month=2026-11-01", InputError::Month),
        ("month=november", InputError::Month),
        ("month=2026-11&month=2026-12", InputError::Repeated("month")),
        ("month=2026-11&from=2026-11-01", InputError::MonthOrDays),
        ("month=2026-11&to=2026-11-30", InputError::MonthOrDays),
        ("to=2026-11-30", InputError::OnlyTo),
        ("from=2028-02-11", InputError::Order),
        ("from=2026-11-02&to=2026-11-01", InputError::Order),
        ("from=2027-01-10&to=2028-02-10", InputError::TooManyMonths),
        ("from=0001-01-01&to=9999-12-31", InputError::TooManyMonths),
    ] {
        assert_eq!(read(text), Err(error), "{text}");
    }
}

#[test]
fn findings_are_of_days_and_go_on_from_a_cursor() {
    let read = |text: &str| FindingsQuery::read(&query(text));
    let expected = FindingsQuery {
        from: Some(date("2026-11-01")),
        to: None,
        cursor: Some("a b".to_owned()),
    };
    assert_eq!(read("from=2026-11-01&cursor=a+b&event=x"), Ok(expected));
    let order = read("from=2026-11-02&to=2026-11-01");
    assert_eq!(order, Err(InputError::Order));
}
