//! Where links lead. A link to the log or to an export keeps the filters.

use chrono::NaiveDate;
use form_urlencoded::Serializer;
use shared::model::{BookingId, EndpointName};
use shared::review::log::LogFilter;

pub(crate) const NOW: &str = "/audit";
pub(crate) const LOG: &str = "/audit/records";
pub(crate) const USE: &str = "/audit/use";
pub(crate) const FINDINGS: &str = "/audit/findings";
pub(crate) const CSV: &str = "/audit/records.csv";
pub(crate) const JSON_LINES: &str = "/audit/records.jsonl";

/// A longer value is not put into links: an ALB refuses long lines.
const MAX_VALUE: usize = 320;

/// The log or an export below `path`, with filters, page size and the place to go on from, as far as they are given.
pub(crate) fn filtered(
    path: &str,
    filter: &LogFilter,
    limit: Option<usize>,
    cursor: Option<&str>,
) -> String {
    let mut query = Query::new(path);
    query.add(
        "endpoint",
        filter.endpoint.as_ref().map(|e| e.name.as_str()),
    );
    query.add("actor", filter.actor.as_deref());
    for event in &filter.events {
        query.add("event", Some(event));
    }
    query.add_range(filter.from, filter.to);
    query.add("text", filter.text.as_deref());
    query.add("limit", limit.map(|limit| limit.to_string()).as_deref());
    query.add("cursor", cursor);
    query.finish()
}

/// The log of one endpoint.
pub(crate) fn log_of_endpoint(name: &EndpointName) -> String {
    let mut query = Query::new(LOG);
    query.add("endpoint", Some(name.as_str()));
    query.finish()
}

/// The log of one actor; `None`: no link holds such a name.
pub(crate) fn log_of_actor(actor: &str) -> Option<String> {
    let mut query = Query::new(LOG);
    query.add("actor", Some(actor));
    (!actor.is_empty() && actor.len() <= MAX_VALUE).then(|| query.finish())
}

/// The findings of a range of days.
pub(crate) fn findings(
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    cursor: Option<&str>,
) -> String {
    let mut query = Query::new(FINDINGS);
    query.add_range(from, to);
    query.add("cursor", cursor);
    query.finish()
}

/// Where an administrator gives orders.
pub(crate) fn orders(name: &EndpointName) -> String {
    format!("{}#orders", status(name))
}

/// Where an administrator takes a booking back; `None`: no booking of ours is called so.
pub(crate) fn cancel_booking(name: &EndpointName, id: &str) -> Option<String> {
    let id: BookingId = id.parse().ok()?;
    Some(format!("/vpn/{name}/bookings/{id}/cancel"))
}

/// A record by its key; `None`: no page has such a key.
pub(crate) fn record(endpoint_id: &str, event_id: &str) -> Option<String> {
    keyed("records", endpoint_id, event_id)
}

/// The stay that a record belongs to, likewise.
pub(crate) fn stay(endpoint_id: &str, event_id: &str) -> Option<String> {
    keyed("stays", endpoint_id, event_id)
}

/// The status page for employees, which has an administrator's orders too. It asks for nothing.
pub(crate) fn status(name: &EndpointName) -> String {
    format!("/vpn/{name}/status")
}

/// Keys of our making need no encoding. What another hand put into the table may be anything.
fn keyed(kind: &str, endpoint_id: &str, event_id: &str) -> Option<String> {
    let is_plain = |part: &str| {
        let of_ids = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        (1..=64).contains(&part.len()) && part.bytes().all(of_ids)
    };
    (is_plain(endpoint_id) && is_plain(event_id))
        .then(|| format!("/audit/{kind}/{endpoint_id}/{event_id}"))
}

struct Query<'a> {
    path: &'a str,
    pairs: Serializer<'static, String>,
}

impl<'a> Query<'a> {
    fn new(path: &'a str) -> Self {
        Self {
            path,
            pairs: Serializer::new(String::new()),
        }
    }

    fn add(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.pairs.append_pair(name, value);
        }
    }

    fn add_range(&mut self, from: Option<NaiveDate>, to: Option<NaiveDate>) {
        self.add("from", from.map(|day| day.to_string()).as_deref());
        self.add("to", to.map(|day| day.to_string()).as_deref());
    }

    fn finish(mut self) -> String {
        let query = self.pairs.finish();
        if query.is_empty() {
            self.path.to_owned()
        } else {
            format!("{}?{query}", self.path)
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::model::ManagedEndpoint;

    use super::*;

    #[test]
    fn a_link_keeps_all_filters_and_is_read_back_as_it_was() {
        let filter = LogFilter {
            endpoint: Some(ManagedEndpoint {
                name: "tokyo".parse().unwrap(),
                id: "cvpn-endpoint-0123456789abcdef0".parse().unwrap(),
                subnets: Vec::new(),
            }),
            actor: Some("a&b=c+d e@example.com".to_owned()),
            events: vec!["lease.".to_owned(), "mode.changed".to_owned()],
            from: NaiveDate::from_ymd_opt(2026, 11, 1),
            to: NaiveDate::from_ymd_opt(2026, 11, 23),
            text: Some("50% <\"'>#?/夜\u{202e}\0".to_owned()),
        };
        let link = filtered(LOG, &filter, Some(20), Some("v1.A-_b"));
        let (path, query) = link.split_once('?').unwrap();
        assert_eq!(path, "/audit/records");
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"%&=+-._*".contains(&byte);
        assert!(query.bytes().all(allowed), "{query}");
        let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(n, v)| (n.as_ref(), v.as_ref()))
            .collect();
        assert_eq!(
            pairs,
            [
                ("endpoint", "tokyo"),
                ("actor", "a&b=c+d e@example.com"),
                ("event", "lease."),
                ("event", "mode.changed"),
                ("from", "2026-11-01"),
                ("to", "2026-11-23"),
                ("text", "50% <\"'>#?/夜\u{202e}\0"),
                ("limit", "20"),
                ("cursor", "v1.A-_b"),
            ]
        );
        assert_eq!(filtered(CSV, &LogFilter::default(), None, None), CSV);
    }

    #[test]
    fn a_key_that_no_page_has_is_no_link() {
        let id = "0197a3c5-7c00-7000-8000-000000000001";
        let endpoint = "cvpn-endpoint-0123456789abcdef0";
        assert_eq!(
            record(endpoint, id).unwrap(),
            format!("/audit/records/{endpoint}/{id}")
        );
        assert_eq!(stay("-", id).unwrap(), format!("/audit/stays/-/{id}"));
        for odd in ["", "..", "a/b", "a?b", "<b>", "a b", "日", &"a".repeat(65)] {
            assert!(record(odd, id).is_none(), "{odd}");
            assert!(stay(endpoint, odd).is_none(), "{odd}");
        }
    }

    #[test]
    fn an_actor_that_is_too_long_for_a_link_has_none() {
        assert_eq!(
            log_of_actor("ken@example.com").unwrap(),
            "/audit/records?actor=ken%40example.com"
        );
        assert!(log_of_actor("").is_none());
        assert!(log_of_actor(&"a".repeat(321)).is_none());
    }
}
