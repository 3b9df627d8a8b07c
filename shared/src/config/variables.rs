//! Every environment variable of ours: its name, its default, and which functions read it (DESIGN 9).

/// A function of ours, as the one that reads a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    Associate,
    Reaper,
    Audit,
}

/// One environment variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable {
    pub name: &'static str,
    /// What holds where it is not set; `None`: it is required. Where the default is empty, empty means "none".
    pub default: Option<&'static str>,
    pub readers: &'static [Function],
}

const ALL: &[Function] = &[Function::Associate, Function::Reaper, Function::Audit];
const BEHIND_ALB: &[Function] = &[Function::Associate, Function::Audit];

macro_rules! variables {
    ($($name:ident $default:expr, $readers:expr;)+) => {
        $(pub(super) const $name: Variable = Variable {
            name: stringify!($name),
            default: $default,
            readers: $readers,
        };)+

        /// All of them, in the order in which they are read.
        pub const VARIABLES: &[Variable] = &[$($name),+];
    };
}

variables! {
    MANAGED_ENDPOINTS None, ALL;
    LEASE_TABLE None, ALL;
    AUDIT_TABLE None, ALL;
    AUDIT_RETENTION_DAYS Some("400"), ALL;
    CONNECTION_RETENTION_DAYS Some("90"), ALL;
    TIME_ZONE Some("Asia/Tokyo"), ALL;
    IDLE_TIMEOUT_MINUTES Some("60"), ALL;
    FIRST_CONNECTION_GRACE_MINUTES Some("30"), ALL;
    OVERNIGHT_WINDOW Some("22:00-07:00"), ALL;
    OVERNIGHT_IDLE_TIMEOUT_MINUTES Some("10"), ALL;
    STALE_CONNECTION_MINUTES Some("0"), ALL;
    OVERNIGHT_STALE_CONNECTION_MINUTES Some("120"), ALL;
    MAX_EXTENSION_HOURS Some("12"), ALL;
    SILENT_BELOW_KIB_PER_HOUR Some("256"), ALL;
    HOLIDAYS Some(""), ALL;
    BOOKING_LIFETIME_DAYS Some("60"), ALL;
    ROUTES Some(""), ALL;
    ASSOCIATION_HOUR_PRICE_USD Some("0.15"), ALL;
    ALB_ARN None, BEHIND_ALB;
    OIDC_ISSUER None, BEHIND_ALB;
    OIDC_CLIENT_ID None, BEHIND_ALB;
    ALB_PUBLIC_KEYS_URL Some(""), BEHIND_ALB;
    ALLOWED_EMAIL_DOMAINS Some(""), ALL;
    REQUIRE_VERIFIED_EMAIL Some("false"), BEHIND_ALB;
    SIGN_OUT_URL Some(""), BEHIND_ALB;
    ADMIN_EMAILS Some(""), ALL;
    AUDITOR_EMAILS Some(""), ALL;
    OFFICE_HOURS Some("09:00-18:00"), &[Function::Audit];
    DRY_RUN Some("false"), &[Function::Associate, Function::Reaper];
}
