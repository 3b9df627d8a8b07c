//! What the ALB says about where a request comes from.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use http::header::{ACCEPT_LANGUAGE, COOKIE, USER_AGENT};
use page::Language;
use shared::identity::{Employee, OidcHeaders};
use shared::model::audit::Origin;
use shared::reconcile::Ask;

/// The ALB's health checker, which it lets in without a sign-in.
const HEALTH_CHECKER: &str = "ELB-HealthChecker/2.0";
/// What a record keeps of a header.
const MAX_CHARACTERS: usize = 256;

/// Whether this is the ALB's health check.
pub fn is_health_check(headers: &HeaderMap) -> bool {
    let mut agents = headers.get_all(USER_AGENT).iter();
    agents
        .next()
        .is_some_and(|agent| agent.as_bytes() == HEALTH_CHECKER.as_bytes())
        && agents.next().is_none()
        && !headers.contains_key(OidcHeaders::DATA)
        && !headers.contains_key(OidcHeaders::IDENTITY)
}

/// The identity headers, every value of them.
pub fn oidc_headers(headers: &HeaderMap) -> OidcHeaders<'_> {
    let all = |name| {
        headers
            .get_all(name)
            .iter()
            .map(http::HeaderValue::as_bytes)
    };
    OidcHeaders::new(all(OidcHeaders::DATA), all(OidcHeaders::IDENTITY))
}

/// The language that the employee chose; else the one that the browser prefers; else English.
pub fn language(headers: &HeaderMap) -> Language {
    let texts = |name| {
        let values = headers.get_all(name).iter();
        values.filter_map(|value| value.to_str().ok())
    };
    let chosen = texts(COOKIE)
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().strip_prefix("lang="))
        .find_map(Language::named);
    let accepted: Vec<&str> = texts(ACCEPT_LANGUAGE).collect();
    chosen
        .or_else(|| Language::preferred(&accepted.join(",")))
        .unwrap_or(Language::En)
}

/// What an audit record says about a request, its person aside.
pub fn origin(headers: &HeaderMap) -> Origin {
    Origin {
        actor_sub: None,
        source_ip: source_ip(headers),
        user_agent: cut(headers, USER_AGENT.as_str()),
        trace_id: trace_id(headers),
        sec_fetch_site: cut(headers, "sec-fetch-site"),
    }
}

/// The request of a verified person.
pub fn ask(employee: Employee, headers: &HeaderMap) -> Ask {
    let mut origin = origin(headers);
    origin.actor_sub = Some(employee.sub);
    Ask {
        email: employee.email,
        origin,
    }
}

/// The id under which a request stands in the ALB's log.
pub fn trace_id(headers: &HeaderMap) -> Option<String> {
    cut(headers, "x-amzn-trace-id")
}

/// The last address: the ALB wrote it, what stands before it the client may have written. It has a port where the ALB
/// is set to keep it.
fn source_ip(headers: &HeaderMap) -> Option<String> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    let address = last.to_str().ok()?.rsplit(',').next()?.trim();
    let ip: Result<IpAddr, _> = address.parse();
    ip.or_else(|_| address.parse().map(|with_port: SocketAddr| with_port.ip()))
        .ok()
        .map(|ip| ip.to_string())
}

fn cut(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?;
    let text = String::from_utf8_lossy(value.as_bytes());
    Some(text.chars().take(MAX_CHARACTERS).collect())
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(sent: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            headers.append(HeaderName::from_static(name), value);
        }
        headers
    }

    #[test]
    fn the_source_is_the_last_address_which_the_alb_wrote() {
        for (sent, source) in [
            (&[][..], None),
            (&["203.0.113.7"], Some("203.0.113.7")),
            (&["10.0.0.1, 203.0.113.7"], Some("203.0.113.7")),
            (&["10.0.0.1", "203.0.113.7"], Some("203.0.113.7")),
            (&["203.0.113.7:51234"], Some("203.0.113.7")),
            (&["2001:db8::1"], Some("2001:db8::1")),
            (&["[2001:db8::1]:51234"], Some("2001:db8::1")),
            (&["10.0.0.1, <script>"], None),
            (&["10.0.0.1,"], None),
        ] {
            let sent: Vec<_> = sent.iter().map(|v| ("x-forwarded-for", *v)).collect();
            let origin = origin(&headers(&sent));
            assert_eq!(origin.source_ip.as_deref(), source, "{sent:?}");
        }
    }

    #[test]
    fn a_chosen_language_counts_more_than_the_browsers() {
        use Language::{En, Ja};
        for (sent, expected) in [
            (&[][..], En),
            (&[("accept-language", "ja,en;q=0.5")], Ja),
            (&[("accept-language", "ja"), ("cookie", "lang=en")], En),
            (&[("cookie", "a=b; lang=ja; c=d")], Ja),
            (&[("cookie", "a=b"), ("cookie", "lang=ja")], Ja),
            (&[("cookie", "slang=ja")], En),
            (&[("cookie", "lang=de"), ("accept-language", "ja")], Ja),
            (&[("cookie", "lang=\u{e9}"), ("accept-language", "ja")], Ja),
            (&[("accept-language", "de"), ("accept-language", "ja")], Ja),
        ] {
            assert_eq!(language(&headers(sent)), expected, "{sent:?}");
        }
    }

    #[test]
    fn a_user_agent_is_cut_between_characters() {
        let long = "あ".repeat(300);
        let origin = origin(&headers(&[("user-agent", &long)]));
        assert_eq!(origin.user_agent, Some("あ".repeat(256)));
    }

    #[test]
    fn only_the_alb_itself_is_its_health_checker() {
        let agent = ("user-agent", "ELB-HealthChecker/2.0");
        for (sent, is) in [
            (&[agent][..], true),
            (&[("user-agent", "ELB-HealthChecker/2.0 (spoof)")], false),
            (&[("user-agent", "elb-healthchecker/2.0")], false),
            (&[agent, agent], false),
            (&[agent, ("x-amzn-oidc-data", "a.b.c")], false),
            (&[agent, ("x-amzn-oidc-identity", "s")], false),
            (&[], false),
        ] {
            assert_eq!(is_health_check(&headers(sent)), is, "{sent:?}");
        }
    }
}
