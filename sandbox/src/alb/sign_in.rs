//! Signing in and out: in the place of Cognito and the company's own sign-in.

use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use ring::digest;
use serde::Deserialize;
use shared::clock::Clock;
use testkit::example;
use uuid::Builder;

use super::parts::Shared;
use crate::html::{self, Escaped};

/// Where people sign in.
pub const PATH: &str = "/sandbox/sign-in";

/// The redirect of a browser that is not signed in. A POST is not repeated after sign-in: it becomes a GET of its path.
pub(super) fn redirect(path_and_query: &str) -> Response {
    let next = form_urlencoded::byte_serialize(path_and_query.as_bytes()).collect::<String>();
    let mut response = go_to(StatusCode::FOUND, &format!("{PATH}?next={next}"));
    let no_store = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    response
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct SignIn {
    email: String,
    #[serde(default)]
    sub: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn page(Query(query): Query<Next>) -> Response {
    form(StatusCode::OK, &query.next, "", "")
}

pub(super) async fn sign_in(State(alb): State<Shared>, Form(form_data): Form<SignIn>) -> Response {
    let email = form_data.email.trim().to_ascii_lowercase();
    if !is_example_address(&email) {
        let problem = format!(
            "Choose an address of {}, such as hana@{0}.",
            example::EMAIL_DOMAIN
        );
        return form(StatusCode::BAD_REQUEST, &form_data.next, &email, &problem);
    }
    let sub = match form_data.sub.trim() {
        "" => sub_of(&email),
        sub if is_sub(sub) => sub.to_owned(),
        _ => {
            let problem = "A sub has letters, digits and hyphens, at most 64.";
            return form(StatusCode::BAD_REQUEST, &form_data.next, &email, problem);
        }
    };
    let cookie = alb.sessions.cookie(&email, &sub, alb.clock.now());
    let mut response = go_to(StatusCode::SEE_OTHER, local(&form_data.next));
    match HeaderValue::from_str(&cookie) {
        Ok(cookie) => {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
            response
        }
        // Base64 is always a header's value.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Logout {
    #[serde(default)]
    client_id: String,
    #[serde(default)]
    logout_uri: String,
}

/// Cognito's `/logout`: it ends Cognito's own session and returns to a URL that the app client allows.
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html>
pub(super) async fn logout(State(alb): State<Shared>, Query(query): Query<Logout>) -> Response {
    let allowed = format!("{}/signed-out", alb.url);
    if query.client_id != example::OIDC_CLIENT_ID || query.logout_uri != allowed {
        return (
            StatusCode::BAD_REQUEST,
            "client_id or logout_uri is not allowed\n",
        )
            .into_response();
    }
    go_to(StatusCode::FOUND, "/signed-out")
}

/// A fixed response of the ALB, which needs no sign-in.
pub(super) async fn signed_out() -> Response {
    let body =
        "<p>You are signed out. This is the sandbox.</p><p><a href=\"/\">Sign in again</a></p>";
    Html(html::page("Signed out", body)).into_response()
}

/// Signs out at once: for people who want to sign in as another.
pub(super) async fn forget() -> Response {
    let mut response = go_to(StatusCode::SEE_OTHER, PATH);
    let expired = format!(
        "{}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax",
        super::session::COOKIE_NAME
    );
    if let Ok(cookie) = HeaderValue::from_str(&expired) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// The answer, whose target was checked to be a path of ours.
fn go_to(status: StatusCode, location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => (status, [(header::LOCATION, location)]).into_response(),
        Err(_) => (status, [(header::LOCATION, HeaderValue::from_static("/"))]).into_response(),
    }
}

/// `next` if it is a path here; a sign-in page that forwards anywhere helps those who fish for passwords.
fn local(next: &str) -> &str {
    let printable = next.bytes().all(|byte| byte.is_ascii_graphic());
    let path = next.starts_with('/') && !next.starts_with("//") && !next.contains('\\');
    if printable && path && !next.starts_with(PATH) {
        next
    } else {
        "/"
    }
}

fn is_example_address(email: &str) -> bool {
    let local = email
        .strip_suffix(example::EMAIL_DOMAIN)
        .and_then(|rest| rest.strip_suffix('@'));
    local.is_some_and(|local| {
        (1..=64).contains(&local.len())
            && local
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".+-_'".contains(&byte))
    })
}

fn is_sub(sub: &str) -> bool {
    sub.len() <= 64
        && sub
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The same person has the same `sub`, as in Cognito.
fn sub_of(email: &str) -> String {
    let hash = digest::digest(&digest::SHA256, email.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_ref()[..16]);
    Builder::from_random_bytes(bytes).into_uuid().to_string()
}

fn form(status: StatusCode, next: &str, email: &str, problem: &str) -> Response {
    let problem = if problem.is_empty() {
        String::new()
    } else {
        format!(
            "<p class=\"problem\" role=\"alert\">{}</p>",
            Escaped(problem)
        )
    };
    let body = format!(
        "<p><strong>This is the sandbox.</strong> Nothing here reaches AWS. In a deployment, people sign in with their \
         company account at this point. Who signs in as {administrators} is an administrator here, who signs in as \
         {auditors} an auditor.</p>{problem}\
         <form method=\"post\" action=\"{PATH}\">\
         <input type=\"hidden\" name=\"next\" value=\"{next}\">\
         <p><label>Email (any address of {domain})<br>\
         <input name=\"email\" type=\"email\" required autofocus autocomplete=\"off\" value=\"{email}\" \
         placeholder=\"hana@{domain}\"></label></p>\
         <p><label>Subject id, if it matters<br><input name=\"sub\" autocomplete=\"off\"></label></p>\
         <p><button>Sign in</button></p></form>",
        next = Escaped(local(next)),
        email = Escaped(email),
        administrators = example::ADMIN_EMAILS.replace(',', " or "),
        auditors = example::AUDITOR_EMAILS.replace(',', " or "),
        domain = example::EMAIL_DOMAIN,
    );
    (status, Html(html::page("Sign in", &body))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_leads_only_to_paths_here() {
        for next in ["/", "/vpn/tokyo?x=1", "/a//b"] {
            assert_eq!(local(next), next);
        }
        let hostile = [
            "",
            "vpn",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/a\r\nset-cookie: b",
            "javascript:alert(1)",
            "/sandbox/sign-in?next=/sandbox/sign-in",
        ];
        for next in hostile {
            assert_eq!(local(next), "/", "{next:?}");
        }
    }

    #[test]
    fn anybody_at_the_example_company_may_sign_in_and_nobody_else() {
        assert!(is_example_address("hana.o'brien+vpn@example.com"));
        let too_long = format!("{}@example.com", "a".repeat(65));
        for email in [
            "",
            "@example.com",
            "a@b@example.com",
            "a@example.org",
            "a@sub.example.com",
            "<a>@example.com",
            &too_long,
        ] {
            assert!(!is_example_address(email), "{email}");
        }
    }

    #[test]
    fn a_person_keeps_the_same_sub() {
        assert_eq!(sub_of("hana@example.com"), sub_of("hana@example.com"));
        assert_ne!(sub_of("hana@example.com"), sub_of("ken@example.com"));
        assert!(is_sub(&sub_of("hana@example.com")));
    }
}
