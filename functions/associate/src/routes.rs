//! What the paths are called. Nothing is decoded or tidied up: whatever is not spelt exactly so does not exist.

use associate_pages::{Asset, asset};
use http::{HeaderValue, Method};
use shared::model::{BookingId, ManagedEndpoint};
use web::Query;

/// What a path names.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Route<'a> {
    /// `/`.
    Home,
    /// `/vpn/{name}`.
    Vpn(&'a ManagedEndpoint),
    /// `/vpn/{name}/status`.
    Status(&'a ManagedEndpoint),
    /// `/vpn/{name}/extend`.
    Extend(&'a ManagedEndpoint),
    /// `/vpn/{name}/release`.
    Release(&'a ManagedEndpoint),
    /// `/vpn/{name}/bookings`.
    Bookings(&'a ManagedEndpoint),
    /// `/vpn/{name}/bookings/{id}/cancel`; `id` is spelt as one.
    CancelBooking(&'a ManagedEndpoint, &'a str),
    /// `/vpn/{name}/suggestion/decline`.
    DeclineSuggestion(&'a ManagedEndpoint),
    /// `/vpn/{name}/profile`.
    Profile(&'a ManagedEndpoint),
    /// `/vpn/{name}/mode`.
    Mode(&'a ManagedEndpoint),
    /// The same with `?mode=off`, by any method but `POST`.
    TakeDown(&'a ManagedEndpoint),
    /// `/help`.
    Help,
    /// `/assets/{file}`.
    Asset(&'static Asset),
    /// `/language`.
    Language,
    /// `/sign-out`.
    SignOut,
}

impl<'a> Route<'a> {
    /// What a path names among these endpoints.
    pub(crate) fn find(path: &'a str, endpoints: &'a [ManagedEndpoint]) -> Option<Self> {
        let endpoint = |name: &str| endpoints.iter().find(|e| e.name.as_str() == name);
        let segments: Vec<&str> = path.strip_prefix('/')?.splitn(6, '/').collect();
        match segments[..] {
            [""] => Some(Self::Home),
            ["help"] => Some(Self::Help),
            ["language"] => Some(Self::Language),
            ["sign-out"] => Some(Self::SignOut),
            ["assets", file] => asset(file).map(Self::Asset),
            ["vpn", name] => endpoint(name).map(Self::Vpn),
            ["vpn", name, "status"] => endpoint(name).map(Self::Status),
            ["vpn", name, "extend"] => endpoint(name).map(Self::Extend),
            ["vpn", name, "release"] => endpoint(name).map(Self::Release),
            ["vpn", name, "bookings"] => endpoint(name).map(Self::Bookings),
            ["vpn", name, "bookings", id, "cancel"] if id.parse::<BookingId>().is_ok() => {
                endpoint(name).map(|endpoint| Self::CancelBooking(endpoint, id))
            }
            ["vpn", name, "suggestion", "decline"] => endpoint(name).map(Self::DeclineSuggestion),
            ["vpn", name, "profile"] => endpoint(name).map(Self::Profile),
            ["vpn", name, "mode"] => endpoint(name).map(Self::Mode),
            _ => None,
        }
    }

    /// The route of a request with this method and this query.
    pub(crate) fn for_request(self, method: &Method, query: &Query) -> Self {
        let mut modes = query.as_sent().filter(|(name, _)| *name == "mode");
        let is_off = modes.next() == Some(("mode", "off")) && modes.next().is_none();
        let is_asked_for = *method != Method::POST && is_off;
        if let Self::Mode(endpoint) = self
            && is_asked_for
        {
            Self::TakeDown(endpoint)
        } else {
            self
        }
    }

    /// The endpoint that it is about.
    pub(crate) fn endpoint(self) -> Option<&'a ManagedEndpoint> {
        match self {
            Self::Vpn(endpoint)
            | Self::Status(endpoint)
            | Self::Extend(endpoint)
            | Self::Release(endpoint)
            | Self::Bookings(endpoint)
            | Self::CancelBooking(endpoint, _)
            | Self::DeclineSuggestion(endpoint)
            | Self::Profile(endpoint)
            | Self::Mode(endpoint)
            | Self::TakeDown(endpoint) => Some(endpoint),
            Self::Home | Self::Help | Self::Asset(_) | Self::Language | Self::SignOut => None,
        }
    }

    /// Where a browser is sent whose caller was refused this.
    pub(crate) fn back(self, endpoints: &'a [ManagedEndpoint]) -> Destination<'a> {
        self.endpoint()
            .map_or_else(|| Destination::home(endpoints), Destination::Status)
    }

    /// What `Allow` says.
    pub(crate) fn allow(self) -> &'static str {
        match self {
            Self::Vpn(_) | Self::Bookings(_) | Self::TakeDown(_) => "GET, HEAD, POST",
            Self::Extend(_)
            | Self::Release(_)
            | Self::CancelBooking(..)
            | Self::DeclineSuggestion(_)
            | Self::Mode(_)
            | Self::Language
            | Self::SignOut => "POST",
            Self::Home | Self::Status(_) | Self::Profile(_) | Self::Help | Self::Asset(_) => {
                "GET, HEAD"
            }
        }
    }

    /// Whether a method is among those.
    pub(crate) fn allows(self, method: &Method) -> bool {
        self.allow()
            .split(", ")
            .any(|allowed| allowed == method.as_str())
    }

    /// Whether it is only for employees who may use the VPN. A person who signed in with the wrong account can sign out.
    pub(crate) fn needs_permission(self) -> bool {
        match self {
            Self::Asset(_) | Self::SignOut => false,
            Self::Home
            | Self::Vpn(_)
            | Self::Status(_)
            | Self::Extend(_)
            | Self::Release(_)
            | Self::Bookings(_)
            | Self::CancelBooking(..)
            | Self::DeclineSuggestion(_)
            | Self::Profile(_)
            | Self::Mode(_)
            | Self::TakeDown(_)
            | Self::Help
            | Self::Language => true,
        }
    }

    /// Whether it is only for administrators.
    pub(crate) fn needs_administrator(self) -> bool {
        match self {
            Self::Mode(_) | Self::TakeDown(_) => true,
            Self::Home
            | Self::Vpn(_)
            | Self::Status(_)
            | Self::Extend(_)
            | Self::Release(_)
            | Self::Bookings(_)
            | Self::CancelBooking(..)
            | Self::DeclineSuggestion(_)
            | Self::Profile(_)
            | Self::Help
            | Self::Asset(_)
            | Self::Language
            | Self::SignOut => false,
        }
    }

    /// The name under which it stands in logs: nothing that the caller typed.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Vpn(_) => "vpn",
            Self::Status(_) => "status",
            Self::Extend(_) => "extend",
            Self::Release(_) => "release",
            Self::Bookings(_) => "bookings",
            Self::CancelBooking(..) => "cancel-booking",
            Self::DeclineSuggestion(_) => "decline-suggestion",
            Self::Profile(_) => "profile",
            Self::Mode(_) => "mode",
            Self::TakeDown(_) => "take-down",
            Self::Help => "help",
            Self::Asset(_) => "asset",
            Self::Language => "language",
            Self::SignOut => "sign-out",
        }
    }
}

/// Where people are sent on to. None of these asks for anything, so that a reload does not either.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Destination<'a> {
    /// An endpoint's status page.
    Status(&'a ManagedEndpoint),
    /// The list of endpoints.
    List,
    /// The help page.
    Help,
    /// One of the function `audit`'s, with its query.
    Audit(&'a str),
}

/// The longest view of an audit page that people are led back to.
const MAX_AUDIT_PAGE_BYTES: usize = 2_000;

impl<'a> Destination<'a> {
    /// Where a browser goes that has no better place: the status of the only endpoint, or the list.
    pub(crate) fn home(endpoints: &'a [ManagedEndpoint]) -> Self {
        match endpoints {
            [only] => Self::Status(only),
            [] | [_, _, ..] => Self::List,
        }
    }

    /// The page to which a browser returns that was on this one, a path with its query.
    pub(crate) fn back_to(page: Option<&'a str>, endpoints: &'a [ManagedEndpoint]) -> Self {
        if let Some(page) = page.filter(|page| is_audit_page(page)) {
            return Self::Audit(page);
        }
        let path = page.and_then(|page| page.split('?').next());
        match path.and_then(|path| Route::find(path, endpoints)) {
            Some(Route::Help) => Self::Help,
            Some(route) => route.back(endpoints),
            None => Self::home(endpoints),
        }
    }

    /// Its path.
    pub(crate) fn location(self) -> HeaderValue {
        let path = match self {
            Self::Status(endpoint) => format!("/vpn/{}/status", endpoint.name),
            Self::List => "/".to_owned(),
            Self::Help => "/help".to_owned(),
            Self::Audit(page) => page.to_owned(),
        };
        // Neither an endpoint's name nor a way back has a character that a header has not.
        HeaderValue::try_from(path).unwrap_or(HeaderValue::from_static("/"))
    }
}

/// A path that no browser makes another one of: it can lead neither elsewhere nor to what asks for the VPN.
fn is_audit_page(page: &str) -> bool {
    let path = page.split('?').next().unwrap_or_default();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'/' | b'.');
    let below = path.strip_prefix("/audit");
    page.len() <= MAX_AUDIT_PAGE_BYTES
        && below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
        && path.bytes().all(is_plain)
        && !path.contains("/.")
        && !page.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoints(names: &[&str]) -> Vec<ManagedEndpoint> {
        let endpoint = |name: &&str| ManagedEndpoint {
            name: name.parse().unwrap(),
            id: "cvpn-endpoint-0123456789abcdef0".parse().unwrap(),
            subnets: vec!["subnet-0123456789abcdef0".parse().unwrap()],
        };
        names.iter().map(endpoint).collect()
    }

    #[test]
    fn a_path_that_is_not_spelt_exactly_names_nothing() {
        let endpoints = endpoints(&["tokyo"]);
        for path in [
            "",
            "vpn/tokyo",
            "//",
            "//vpn/tokyo",
            "/vpn",
            "/vpn/",
            "/vpn//status",
            "/vpn/tokyo/",
            "/vpn/osaka",
            "/vpn/TOKYO",
            "/vpn/tokyo/status/",
            "/vpn/tokyo/status/status",
            "/vpn/tokyo/mode/",
            "/vpn/tokyo/mode/off",
            "/vpn/tokyo/bookings/",
            "/vpn/tokyo/bookings/0123abcd",
            "/vpn/tokyo/bookings/0123abcd/",
            "/vpn/tokyo/bookings/0123abcd/cancel/",
            "/vpn/tokyo/bookings/0123abcd/cancel/now",
            "/vpn/tokyo/bookings/0123abc/cancel",
            "/vpn/tokyo/bookings/0123abcde/cancel",
            "/vpn/tokyo/bookings/0123ABCD/cancel",
            "/vpn/tokyo/bookings/0123abc%64/cancel",
            "/vpn/tokyo/bookings//cancel",
            "/vpn/osaka/bookings/0123abcd/cancel",
            "/vpn/tokyo/suggestion",
            "/vpn/tokyo/suggestion/decline/",
            "/vpn/tokyo/..",
            "/vpn/tokyo/../tokyo",
            "/vpn/%74okyo",
            "/vpn/x/%2e%2e/tokyo",
            "/./help",
            "/help?x",
            "/help#x",
            "/help ",
            "/assets",
            "/assets/",
            "/assets/style.css",
            "/assets/../help",
        ] {
            assert!(Route::find(path, &endpoints).is_none(), "{path}");
        }
    }

    #[test]
    fn a_way_back_never_asks_and_never_leads_elsewhere() {
        let both = endpoints(&["tokyo", "osaka"]);
        let one = endpoints(&["tokyo"]);
        for (path, of_one, of_both) in [
            (None, "/vpn/tokyo/status", "/"),
            (Some("/"), "/vpn/tokyo/status", "/"),
            (Some("/help"), "/help", "/help"),
            (Some("/vpn/tokyo"), "/vpn/tokyo/status", "/vpn/tokyo/status"),
            (
                Some("/vpn/tokyo/extend"),
                "/vpn/tokyo/status",
                "/vpn/tokyo/status",
            ),
            (
                Some("/vpn/tokyo/mode"),
                "/vpn/tokyo/status",
                "/vpn/tokyo/status",
            ),
            (Some("//evil.test"), "/vpn/tokyo/status", "/"),
            (Some("/sign-out"), "/vpn/tokyo/status", "/"),
            (Some("/help?x"), "/help", "/help"),
            (
                Some("/vpn/tokyo/status?x=/audit"),
                "/vpn/tokyo/status",
                "/vpn/tokyo/status",
            ),
        ] {
            assert_eq!(Destination::back_to(path, &one).location(), of_one);
            assert_eq!(Destination::back_to(path, &both).location(), of_both);
        }
    }

    #[test]
    fn a_way_back_to_an_audit_page_keeps_its_query_and_leads_nowhere_else() {
        let endpoints = endpoints(&["tokyo"]);
        let back = |page: &str| Destination::back_to(Some(page), &endpoints).location();
        let longest = format!("/audit?{}", "x".repeat(2_000 - "/audit?".len()));
        for page in [
            "/audit",
            "/audit?",
            "/audit/",
            "/audit/records",
            "/audit/records?event=lease.&event=mode.changed&text=%E6%9D%B1&from=2026-11-01",
            "/audit/records.csv?text=/../..",
            "/audit/stays/cvpn-endpoint-0a1b2c3d4e5f60718/019ab0d2-0000-7000-8000-000000000001",
            "/audit/records/-/019ab0d2-0000-7000-8000-000000000001",
            &longest,
        ] {
            assert_eq!(back(page), page);
        }
        for page in [
            "/auditor",
            "/AUDIT",
            "/audit-log",
            "/audit%2Frecords",
            "/audit\\evil.test",
            "/audit/\\evil.test",
            "/audit/../vpn/tokyo",
            "/audit/./../vpn/tokyo",
            "/audit/%2e%2e/vpn/tokyo",
            "/audit/.%2E/vpn/tokyo",
            "/audit/..;/vpn/tokyo",
            "/audit?\tx",
            "/audit?\r\nset-cookie: a=b",
            "//audit",
            " /audit",
            "/vpn/audit",
            &format!("{longest}x"),
        ] {
            assert_eq!(back(page), "/vpn/tokyo/status", "{page:?}");
        }
    }
}
