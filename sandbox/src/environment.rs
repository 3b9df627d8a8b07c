//! The environment of the functions.

use std::collections::BTreeMap;

use testkit::example::{
    ADMIN_EMAILS, ALB_ARN, AUDIT_TABLE, AUDITOR_EMAILS, EMAIL_DOMAIN, LEASE_TABLE,
    MANAGED_ENDPOINTS, OIDC_CLIENT_ID, OIDC_ISSUER,
};

/// Where the parts of the sandbox listen.
#[derive(Clone, Debug)]
pub(crate) struct Urls {
    pub(crate) alb: String,
    pub(crate) keys: String,
    pub(crate) ec2: String,
    pub(crate) dynamo: String,
}

/// The environment of the functions: every variable of the configuration, with the defaults written out.
pub(crate) fn of(urls: &Urls) -> BTreeMap<String, String> {
    let signed_out = format!("{}/signed-out", urls.alb);
    let signed_out = form_urlencoded::byte_serialize(signed_out.as_bytes()).collect::<String>();
    let sign_out_url = format!(
        "{}/sandbox/logout?client_id={OIDC_CLIENT_ID}&logout_uri={signed_out}",
        urls.alb
    );
    let variables = [
        ("MANAGED_ENDPOINTS", MANAGED_ENDPOINTS),
        ("LEASE_TABLE", LEASE_TABLE),
        ("AUDIT_TABLE", AUDIT_TABLE),
        ("AUDIT_RETENTION_DAYS", "400"),
        ("CONNECTION_RETENTION_DAYS", "90"),
        ("TIME_ZONE", "Asia/Tokyo"),
        ("IDLE_TIMEOUT_MINUTES", "60"),
        ("FIRST_CONNECTION_GRACE_MINUTES", "30"),
        ("OVERNIGHT_WINDOW", "22:00-07:00"),
        ("OVERNIGHT_IDLE_TIMEOUT_MINUTES", "10"),
        ("STALE_CONNECTION_MINUTES", "0"),
        ("OVERNIGHT_STALE_CONNECTION_MINUTES", "120"),
        ("MAX_EXTENSION_HOURS", "12"),
        ("SILENT_BELOW_KIB_PER_HOUR", "256"),
        ("HOLIDAYS", ""),
        ("BOOKING_LIFETIME_DAYS", "60"),
        ("OFFICE_HOURS", "09:00-18:00"),
        ("ROUTES", ""),
        ("ASSOCIATION_HOUR_PRICE_USD", "0.15"),
        ("ALB_ARN", ALB_ARN),
        ("OIDC_ISSUER", OIDC_ISSUER),
        ("OIDC_CLIENT_ID", OIDC_CLIENT_ID),
        ("ALB_PUBLIC_KEYS_URL", &urls.keys),
        ("ALLOWED_EMAIL_DOMAINS", EMAIL_DOMAIN),
        ("REQUIRE_VERIFIED_EMAIL", "false"),
        ("SIGN_OUT_URL", &sign_out_url),
        ("ADMIN_EMAILS", ADMIN_EMAILS),
        ("AUDITOR_EMAILS", AUDITOR_EMAILS),
        ("DRY_RUN", "false"),
        ("AWS_ENDPOINT_URL_EC2", &urls.ec2),
        ("AWS_ENDPOINT_URL_DYNAMODB", &urls.dynamo),
    ];
    variables
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}
