//! URLs: encrypted, and telling nothing but where.

use super::reader::Parsed;
use super::values::wrong;

/// The issuer of tokens: compared letter by letter, so nothing is changed about it.
pub(super) fn issuer(text: &str) -> Parsed<String> {
    let valid = is_url(text, "https://") && !text.contains('?');
    accept(valid, text, "an `https://` URL without a query")
}

/// A prefix to which `/` and a key id are added.
pub(super) fn public_keys_url(text: &str) -> Parsed<String> {
    let valid = is_encrypted_or_local(text) && !text.contains('?');
    accept(
        valid,
        text.trim_end_matches('/'),
        "an `https://` URL without a query (or `http://` on this machine)",
    )
}

/// A page of the user pool, with its query.
pub(super) fn sign_out_url(text: &str) -> Parsed<String> {
    accept(
        is_encrypted_or_local(text),
        text,
        "an `https://` URL (or `http://` on this machine)",
    )
}

fn accept(valid: bool, text: &str, expected: &str) -> Parsed<String> {
    if valid {
        Ok(text.to_owned())
    } else {
        Err(vec![wrong(text, expected)])
    }
}

/// What never leaves the machine needs no encryption: the sandbox lives there.
fn is_encrypted_or_local(text: &str) -> bool {
    let local = ["http://localhost", "http://127.0.0.1", "http://[::1]"];
    is_url(text, "https://")
        || is_url(text, "http://")
            && local.iter().any(|prefix| {
                text.strip_prefix(prefix)
                    .is_some_and(|rest| matches!(rest.bytes().next(), None | Some(b':' | b'/')))
            })
}

/// Host, optional port, path and query; no user, no fragment, no character that a URL must escape.
fn is_url(text: &str, scheme: &str) -> bool {
    let Some(rest) = text.strip_prefix(scheme) else {
        return false;
    };
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    let escaped = rest.bytes().all(|byte| {
        byte.is_ascii_graphic()
            && !matches!(
                byte,
                b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | b'#'
            )
    });
    escaped && is_authority(authority)
}

fn is_authority(authority: &str) -> bool {
    let after_host = authority.strip_prefix("[::1]").unwrap_or_else(|| {
        authority.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
    });
    after_host.len() < authority.len()
        && (after_host.is_empty()
            || after_host
                .strip_prefix(':')
                .is_some_and(|port| port.parse::<u16>().is_ok_and(|port| port > 0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_encrypted_and_plain() {
        assert!(
            issuer("https://cognito-idp.ap-northeast-1.amazonaws.com/ap-northeast-1_AbC").is_ok()
        );
        for wrong in [
            "",
            "https://",
            "http://example.com",
            "http://127.0.0.1/x",
            "example.com",
            "https:///path",
            "https://a b",
            "https://me@example.com/",
            "https://example.com/?a=b",
            "https://example.com/#a",
            "https://example.com:0",
            "https://example.com:99999",
            "https://example.com:",
            "HTTPS://example.com",
            "https://example.com\n",
            "https://exämple.com",
            "https://example.com\\@evil.example",
        ] {
            assert!(issuer(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn keys_come_encrypted_or_from_this_machine() {
        for (url, prefix) in [
            ("https://keys.example.com", "https://keys.example.com"),
            ("https://keys.example.com/a/", "https://keys.example.com/a"),
            ("http://127.0.0.1:8080/keys", "http://127.0.0.1:8080/keys"),
            ("http://localhost:1", "http://localhost:1"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(public_keys_url(url).as_deref(), Ok(prefix));
        }
        for wrong in [
            "http://keys.example.com",
            "http://127.0.0.1.evil.example",
            "http://127.0.0.1@evil.example/",
            "http://localhost.evil.example",
            "https://keys.example.com/?x=",
        ] {
            assert!(public_keys_url(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn signing_out_may_need_a_query() {
        let url = "https://vpn.auth.ap-northeast-1.amazoncognito.com/logout?client_id=a&logout_uri=https%3A%2F%2Fvpn";
        assert_eq!(sign_out_url(url).as_deref(), Ok(url));
        assert!(sign_out_url("javascript:alert(1)").is_err());
        assert!(sign_out_url("https://a/\"onclick=").is_err());
    }
}
