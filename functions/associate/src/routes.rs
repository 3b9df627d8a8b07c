//! What the paths are called. Nothing is decoded or tidied up: whatever is not spelt exactly so does not exist.

use associate_pages::{Asset, asset};
use http::{HeaderValue, Method};
use shared::model::ManagedEndpoint;

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
    /// `/vpn/{name}/profile`.
    Profile(&'a ManagedEndpoint),
    /// `/vpn/{name}/mode`.
    Mode(&'a ManagedEndpoint),
    /// The same with `?mode=off`, but for a `POST`.
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
    pub(crate) fn find(path: &str, endpoints: &'a [ManagedEndpoint]) -> Option<Self> {
        let endpoint = |name: &str| endpoints.iter().find(|e| e.name.as_str() == name);
        let segments: Vec<&str> = path.strip_prefix('/')?.splitn(4, '/').collect();
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
            ["vpn", name, "profile"] => endpoint(name).map(Self::Profile),
            ["vpn", name, "mode"] => endpoint(name).map(Self::Mode),
            _ => None,
        }
    }

    /// The route of a request with this method, and these values of the parameter `mode`.
    pub(crate) fn for_request(self, method: &Method, mode_parameter: &[String]) -> Self {
        let is_asked_for = *method != Method::POST && mode_parameter == ["off"];
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
            | Self::Profile(endpoint)
            | Self::Mode(endpoint)
            | Self::TakeDown(endpoint) => Some(endpoint),
            Self::Home | Self::Help | Self::Asset(_) | Self::Language | Self::SignOut => None,
        }
    }

    /// Where a browser goes on to whose caller could not have this.
    pub(crate) fn back(self, endpoints: &'a [ManagedEndpoint]) -> Destination<'a> {
        self.endpoint()
            .map_or_else(|| Destination::home(endpoints), Destination::Status)
    }

    /// What `Allow` says.
    pub(crate) fn allow(self) -> &'static str {
        match self {
            Self::Vpn(_) | Self::TakeDown(_) => "GET, HEAD, POST",
            Self::Extend(_) | Self::Release(_) | Self::Mode(_) | Self::Language | Self::SignOut => {
                "POST"
            }
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
}

impl<'a> Destination<'a> {
    /// Where a browser goes that has no better place: the status of the only endpoint, or the list.
    pub(crate) fn home(endpoints: &'a [ManagedEndpoint]) -> Self {
        match endpoints {
            [only] => Self::Status(only),
            [] | [_, _, ..] => Self::List,
        }
    }

    /// The page to which a browser returns that was on this path.
    pub(crate) fn back_to(path: Option<&str>, endpoints: &'a [ManagedEndpoint]) -> Self {
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
        };
        // An endpoint's name has no character that a header has not.
        HeaderValue::try_from(path).unwrap_or(HeaderValue::from_static("/"))
    }
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
        ] {
            assert_eq!(Destination::back_to(path, &one).location(), of_one);
            assert_eq!(Destination::back_to(path, &both).location(), of_both);
        }
    }
}
