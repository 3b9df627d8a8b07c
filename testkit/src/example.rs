//! The example world: what the sandbox's functions are configured with, and what its AWS consists of.

/// The account that ARNs name.
pub const ACCOUNT: &str = "123456789012";
/// The region.
pub const REGION: &str = "ap-northeast-1";

/// The managed endpoint with subnets in two zones.
pub const TOKYO: &str = "cvpn-endpoint-0a1b2c3d4e5f60718";
/// The managed endpoint with one subnet.
pub const OSAKA: &str = "cvpn-endpoint-0b1b2c3d4e5f60718";
/// `MANAGED_ENDPOINTS`.
pub const MANAGED_ENDPOINTS: &str = "tokyo=cvpn-endpoint-0a1b2c3d4e5f60718:subnet-0aaaaaaaaaaaaaaa1,subnet-0aaaaaaaaaaaaaaa2;\
    osaka=cvpn-endpoint-0b1b2c3d4e5f60718:subnet-0bbbbbbbbbbbbbbb1";

/// `LEASE_TABLE`.
pub const LEASE_TABLE: &str = "vpn-leases";
/// `AUDIT_TABLE`.
pub const AUDIT_TABLE: &str = "vpn-audit";

/// `ALB_ARN`, the `signer` of tokens.
pub const ALB_ARN: &str = "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:loadbalancer/app/sandbox/0123456789abcdef";
/// The target group that events name.
pub const TARGET_GROUP_ARN: &str = "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:targetgroup/sandbox-associate/0123456789abcdef";
/// The schedule that sweeps name.
pub const SCHEDULE_ARN: &str =
    "arn:aws:scheduler:ap-northeast-1:123456789012:schedule/default/sandbox-reaper";
/// `OIDC_ISSUER`: a Cognito user pool that does not exist.
pub const OIDC_ISSUER: &str =
    "https://cognito-idp.ap-northeast-1.amazonaws.com/ap-northeast-1_Sandbox00";
/// `OIDC_CLIENT_ID`.
pub const OIDC_CLIENT_ID: &str = "1example23456789sandbox000";
/// The domain of all who can sign in.
pub const EMAIL_DOMAIN: &str = "example.com";
/// `ADMIN_EMAILS`: two, for two may disagree.
pub const ADMIN_EMAILS: &str = "admin@example.com,boss@example.com";
/// `AUDITOR_EMAILS`.
pub const AUDITOR_EMAILS: &str = "auditor@example.com";

/// The variables that hold policy, which the developer's own environment may set for the sandbox.
pub const POLICY_VARIABLES: [&str; 21] = [
    "TIME_ZONE",
    "IDLE_TIMEOUT_MINUTES",
    "FIRST_CONNECTION_GRACE_MINUTES",
    "OVERNIGHT_WINDOW",
    "OVERNIGHT_IDLE_TIMEOUT_MINUTES",
    "STALE_CONNECTION_MINUTES",
    "OVERNIGHT_STALE_CONNECTION_MINUTES",
    "MAX_EXTENSION_HOURS",
    "SILENT_BELOW_KIB_PER_HOUR",
    "HOLIDAYS",
    "BOOKING_LIFETIME_DAYS",
    "OFFICE_HOURS",
    "ROUTES",
    "ASSOCIATION_HOUR_PRICE_USD",
    "AUDIT_RETENTION_DAYS",
    "CONNECTION_RETENTION_DAYS",
    "ALLOWED_EMAIL_DOMAINS",
    "REQUIRE_VERIFIED_EMAIL",
    "ADMIN_EMAILS",
    "AUDITOR_EMAILS",
    "DRY_RUN",
];

/// A variable of the functions' configuration, where the example has a value for it.
pub fn variable(name: &str) -> Option<&'static str> {
    match name {
        "MANAGED_ENDPOINTS" => Some(MANAGED_ENDPOINTS),
        "LEASE_TABLE" => Some(LEASE_TABLE),
        "AUDIT_TABLE" => Some(AUDIT_TABLE),
        "ALB_ARN" => Some(ALB_ARN),
        "OIDC_ISSUER" => Some(OIDC_ISSUER),
        "OIDC_CLIENT_ID" => Some(OIDC_CLIENT_ID),
        "ALLOWED_EMAIL_DOMAINS" => Some(EMAIL_DOMAIN),
        "ADMIN_EMAILS" => Some(ADMIN_EMAILS),
        "AUDITOR_EMAILS" => Some(AUDITOR_EMAILS),
        "SIGN_OUT_URL" => Some("https://sign-in.example.com/logout?client_id=c"),
        _ => None,
    }
}
