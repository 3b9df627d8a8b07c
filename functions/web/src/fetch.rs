//! What the browser says about why it sends a request: <https://www.w3.org/TR/fetch-metadata/>.

use http::header::{ACCEPT, HOST, ORIGIN, REFERER};
use http::{HeaderMap, HeaderName};

/// Whether a `GET` asks for the VPN: a person navigates, or a program without these headers sends it. A browser that
/// fetches ahead of a click, or for a frame or an image, asks for nothing.
pub fn is_navigation(headers: &HeaderMap) -> bool {
    let is_or_absent = |name, wanted| values(headers, name).all(|value| value == wanted);
    is_or_absent("sec-fetch-mode", "navigate")
        && is_or_absent("sec-fetch-dest", "document")
        && !["sec-purpose", "purpose", "x-moz"]
            .into_iter()
            .any(|name| values(headers, name).any(|value| is_ahead_of_a_click(&value)))
}

/// `prefetch`, `prefetch;prerender`, and Safari's `preview`.
fn is_ahead_of_a_click(purpose: &str) -> bool {
    ["prefetch", "prerender", "preview"]
        .iter()
        .any(|word| purpose.contains(word))
}

/// Whether a `POST` was made by a page of ours. A browser sends `Sec-Fetch-Site`, or, before 2023, at least `Origin`;
/// a page elsewhere can forge neither.
pub fn is_same_origin(headers: &HeaderMap) -> bool {
    let mut sites = values(headers, "sec-fetch-site").peekable();
    if sites.peek().is_some() {
        return sites.all(|site| site == "same-origin");
    }
    let mut origins = headers.get_all(ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (Some(origin), None) => origin
            .to_str()
            .is_ok_and(|origin| path_within(headers, origin) == Some("")),
        (None | Some(_), _) => false,
    }
}

/// Whether a page elsewhere fetches this behind a person's back: as an image, a script, a frame, or ahead of a click. Who
/// follows a link there navigates.
pub fn is_embedded_elsewhere(headers: &HeaderMap) -> bool {
    let is_foreign = values(headers, "sec-fetch-site")
        .any(|site| matches!(site.as_str(), "cross-site" | "same-site"));
    // What says where it comes from says what it is for, too.
    let says_why = headers.contains_key("sec-fetch-mode") && headers.contains_key("sec-fetch-dest");
    is_foreign && !(says_why && is_navigation(headers))
}

/// The path of the page of ours that sent this request, with its query.
pub fn referring_page(headers: &HeaderMap) -> Option<&str> {
    let referer = headers.get(REFERER)?.to_str().ok()?;
    path_within(headers, referer)?.split('#').next()
}

/// Whether a page is wanted: a browser's navigation names `text/html`, programs do not.
pub fn wants_html(headers: &HeaderMap) -> bool {
    headers
        .get_all(ACCEPT)
        .iter()
        .any(|value| lower_case(value.as_bytes()).contains("text/html"))
}

/// What follows our own scheme and host in a URL; `None`: it is not ours.
fn path_within<'a>(headers: &HeaderMap, url: &'a str) -> Option<&'a str> {
    let host = headers.get(HOST)?.to_str().ok()?;
    // The ALB writes it. The sandbox has no TLS.
    let scheme = headers.get("x-forwarded-proto");
    let scheme = scheme.map_or(Ok("https"), |value| value.to_str()).ok()?;
    let ours = format!("{scheme}://{host}");
    let (start, rest) = url.split_at_checked(ours.len())?;
    let ends_here = rest.is_empty() || rest.starts_with('/');
    (start.eq_ignore_ascii_case(&ours) && ends_here).then_some(rest)
}

/// All values of a header whose values are words of its own, in lower case.
fn values(headers: &HeaderMap, name: &'static str) -> impl Iterator<Item = String> {
    headers
        .get_all(HeaderName::from_static(name))
        .iter()
        .map(|value| lower_case(value.as_bytes()))
}

fn lower_case(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(sent: &[(&'static str, &'static str)]) -> HeaderMap {
        sent.iter()
            .map(|(name, value)| {
                let name = HeaderName::from_static(name);
                (name, HeaderValue::from_static(value))
            })
            .collect()
    }

    #[test]
    fn only_a_navigation_to_a_document_asks() {
        for (sent, asks) in [
            (&[][..], true),
            (
                &[
                    ("sec-fetch-mode", "navigate"),
                    ("sec-fetch-dest", "document"),
                ],
                true,
            ),
            (&[("sec-fetch-mode", "navigate")], true),
            (&[("sec-fetch-mode", "cors")], false),
            (&[("sec-fetch-mode", "no-cors")], false),
            (&[("sec-fetch-mode", "")], false),
            (&[("sec-fetch-dest", "iframe")], false),
            (
                &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")],
                false,
            ),
            (&[("sec-purpose", "prefetch")], false),
            (&[("sec-purpose", "prefetch;prerender")], false),
            (&[("purpose", "Prefetch")], false),
            (&[("purpose", "preview")], false),
            (&[("x-moz", "prefetch")], false),
            (&[("x-moz", "something")], true),
        ] {
            assert_eq!(is_navigation(&headers(sent)), asks, "{sent:?}");
        }
    }

    #[test]
    fn every_value_of_a_repeated_header_must_be_a_navigation() {
        let mut headers = headers(&[("sec-fetch-mode", "navigate")]);
        headers.append("sec-fetch-mode", HeaderValue::from_static("cors"));
        assert!(!is_navigation(&headers));
    }

    #[test]
    fn a_post_comes_from_a_page_of_ours() {
        let host = ("host", "vpn.example.com");
        for (sent, ours) in [
            (&[host][..], false),
            (&[host, ("sec-fetch-site", "same-origin")], true),
            (&[host, ("sec-fetch-site", "same-site")], false),
            (&[host, ("sec-fetch-site", "cross-site")], false),
            (&[host, ("sec-fetch-site", "none")], false),
            (&[host, ("origin", "https://vpn.example.com")], true),
            (&[host, ("origin", "https://VPN.example.com")], true),
            (&[host, ("origin", "http://vpn.example.com")], false),
            (&[host, ("origin", "https://vpn.example.com:8443")], false),
            (
                &[host, ("origin", "https://vpn.example.com.evil.test")],
                false,
            ),
            (&[host, ("origin", "https://evil.test")], false),
            (&[host, ("origin", "null")], false),
            (&[host, ("origin", "")], false),
            (&[("origin", "https://")], false),
            (
                &[
                    host,
                    ("origin", "https://vpn.example.com"),
                    ("sec-fetch-site", "cross-site"),
                ],
                false,
            ),
            (
                &[
                    ("host", "localhost:8080"),
                    ("origin", "http://localhost:8080"),
                    ("x-forwarded-proto", "http"),
                ],
                true,
            ),
        ] {
            assert_eq!(is_same_origin(&headers(sent)), ours, "{sent:?}");
        }
    }

    #[test]
    fn a_page_elsewhere_may_link_but_not_embed() {
        let navigation = [
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ];
        let with = |site, more: &[(&'static str, &'static str)]| {
            let site = [("sec-fetch-site", site)];
            is_embedded_elsewhere(&headers(&[&site[..], more].concat()))
        };
        for site in ["cross-site", "same-site", "Cross-Site"] {
            assert!(!with(site, &navigation), "{site}");
            for more in [
                &[][..],
                &navigation[..1],
                &navigation[1..],
                &[("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")],
                &[("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")],
                &[("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")],
                &[navigation[0], navigation[1], ("sec-purpose", "prefetch")],
            ] {
                assert!(with(site, more), "{site} {more:?}");
            }
        }
        for site in ["same-origin", "none", ""] {
            assert!(!with(site, &[("sec-fetch-mode", "cors")]), "{site}");
        }
        assert!(!is_embedded_elsewhere(&headers(&[])));
    }

    #[test]
    fn a_referring_page_is_of_ours() {
        for (referer, page) in [
            ("https://vpn.example.com/help?a=b", Some("/help?a=b")),
            ("https://vpn.example.com/help#top", Some("/help")),
            ("https://vpn.example.com", Some("")),
            ("https://vpn.example.com.evil.test/help", None),
            ("https://evil.test/help", None),
            ("/help", None),
            ("", None),
        ] {
            let headers = headers(&[("host", "vpn.example.com"), ("referer", referer)]);
            assert_eq!(referring_page(&headers), page, "{referer}");
        }
    }
}
