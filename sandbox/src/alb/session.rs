//! The cookie by which the ALB knows who has signed in. As with the real one, the session is in the cookie itself.

use std::fs;
use std::io;
use std::path::Path;

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};

/// The cookie's name; the ALB adds `-1` and so on to sessions that do not fit into one.
pub(crate) const COOKIE_NAME: &str = "AWSELBAuthSessionCookie-0";

/// The ALB's default `SessionTimeout`.
const LIFE: TimeDelta = TimeDelta::days(7);

/// A person who has signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) email: String,
    pub(crate) sub: String,
    until: i64,
}

/// Makes and reads session cookies.
#[derive(Debug)]
pub(crate) struct Sessions {
    key: hmac::Key,
}

impl Sessions {
    /// With the key in `path`, so that people stay signed in over a restart; it is made if there is none.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let secret = match fs::read(path) {
            Ok(secret) if secret.len() == 32 => secret,
            Ok(_) => fresh_secret(path)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => fresh_secret(path)?,
            Err(error) => return Err(error),
        };
        let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        Ok(Self { key })
    }

    /// The value of `Set-Cookie`. No `Secure`: the sandbox has no TLS, and not every client excepts loopback.
    pub(crate) fn cookie(&self, email: &str, sub: &str, now: DateTime<Utc>) -> String {
        let session = Session {
            email: email.to_owned(),
            sub: sub.to_owned(),
            until: (now + LIFE).timestamp(),
        };
        let json = serde_json::json!(session).to_string();
        let body = URL_SAFE_NO_PAD.encode(json);
        let tag = URL_SAFE_NO_PAD.encode(hmac::sign(&self.key, body.as_bytes()));
        format!(
            "{COOKIE_NAME}={body}.{tag}; Path=/; Max-Age={}; HttpOnly; SameSite=Lax",
            LIFE.num_seconds()
        )
    }

    /// Who sends these headers, if a cookie of ours says so and holds good.
    pub(crate) fn find(&self, headers: &HeaderMap, now: DateTime<Utc>) -> Option<Session> {
        cookies(headers)
            .filter(|(name, _)| *name == COOKIE_NAME)
            .find_map(|(_, value)| self.read(value))
            .filter(|session| now.timestamp() < session.until)
    }

    fn read(&self, value: &str) -> Option<Session> {
        let (body, tag) = value.split_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        hmac::verify(&self.key, body.as_bytes(), &tag).ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()
    }
}

fn fresh_secret(path: &Path) -> io::Result<Vec<u8>> {
    let mut secret = vec![0; 32];
    let random = SystemRandom::new().fill(&mut secret);
    random.map_err(|_| io::Error::other("no random numbers"))?;
    fs::write(path, &secret)?;
    Ok(secret)
}

/// All cookies of all `Cookie` headers; what is no cookie is passed over.
fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn sessions() -> (Sessions, tempfile::TempDir) {
        let directory = tempfile::tempdir().unwrap();
        (
            Sessions::open(&directory.path().join("session.key")).unwrap(),
            directory,
        )
    }

    fn header(value: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, value.parse().unwrap())])
    }

    fn value(cookie: &str) -> &str {
        cookie.split(';').next().unwrap()
    }

    #[test]
    fn a_session_lasts_seven_days() {
        let (sessions, _directory) = sessions();
        let cookie = sessions.cookie("hana@example.com", "s1", at(0));
        let headers = header(&format!("a=b; {}; c", value(&cookie)));
        let session = sessions.find(&headers, at(7 * 86_400 - 1)).unwrap();
        assert_eq!(
            (session.email.as_str(), session.sub.as_str()),
            ("hana@example.com", "s1")
        );
        assert_eq!(sessions.find(&headers, at(7 * 86_400)), None);
    }

    #[test]
    fn a_session_outlives_a_restart() {
        let (first, directory) = sessions();
        let headers = header(value(&first.cookie("hana@example.com", "s1", at(0))));
        let second = Sessions::open(&directory.path().join("session.key")).unwrap();
        assert!(second.find(&headers, at(1)).is_some());
    }

    #[test]
    fn a_cookie_that_we_did_not_make_counts_for_nothing() {
        let (sessions, _directory) = sessions();
        let (others, _other_directory) = self::sessions();
        let forged = others.cookie("boss@example.com", "s1", at(0));
        let own = sessions.cookie("hana@example.com", "s1", at(0));
        let cut = &value(&own)[..value(&own).len() - 2];
        for cookie in [
            value(&forged),
            cut,
            "",
            "=",
            "AWSELBAuthSessionCookie-0",
            "AWSELBAuthSessionCookie-0=.",
            "\u{e9}=;;",
        ] {
            assert_eq!(sessions.find(&header(cookie), at(1)), None, "{cookie:?}");
        }
    }
}
