//! Every environment variable of ours: its name, its default, and which functions read it (DESIGN 9).

/// A function of ours, as the one that reads a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Behind the ALB, for employees.
    Associate,
    /// On the schedule.
    Reaper,
    /// Behind the ALB, for administrators.
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

const fn required(name: &'static str, readers: &'static [Function]) -> Variable {
    Variable {
        name,
        default: None,
        readers,
    }
}

const fn optional(
    name: &'static str,
    default: &'static str,
    readers: &'static [Function],
) -> Variable {
    Variable {
        name,
        default: Some(default),
        readers,
    }
}

macro_rules! variables {
    ($($name:ident = $variable:expr;)+) => {
        $(pub(super) const $name: Variable = $variable;)+

        /// All of them, in the order of DESIGN 9.
        pub const VARIABLES: &[Variable] = &[$($name),+];
    };
}

variables! {
    MANAGED_ENDPOINTS = required("MANAGED_ENDPOINTS", ALL);
    LEASE_TABLE = required("LEASE_TABLE", ALL);
    AUDIT_TABLE = required("AUDIT_TABLE", ALL);
    AUDIT_RETENTION_DAYS = optional("AUDIT_RETENTION_DAYS", "400", ALL);
    CONNECTION_RETENTION_DAYS = optional("CONNECTION_RETENTION_DAYS", "90", ALL);
    TIME_ZONE = optional("TIME_ZONE", "Asia/Tokyo", ALL);
    IDLE_TIMEOUT_MINUTES = optional("IDLE_TIMEOUT_MINUTES", "60", ALL);
    FIRST_CONNECTION_GRACE_MINUTES = optional("FIRST_CONNECTION_GRACE_MINUTES", "30", ALL);
    OVERNIGHT_WINDOW = optional("OVERNIGHT_WINDOW", "22:00-07:00", ALL);
    OVERNIGHT_IDLE_TIMEOUT_MINUTES = optional("OVERNIGHT_IDLE_TIMEOUT_MINUTES", "10", ALL);
    STALE_CONNECTION_MINUTES = optional("STALE_CONNECTION_MINUTES", "0", ALL);
    OVERNIGHT_STALE_CONNECTION_MINUTES = optional("OVERNIGHT_STALE_CONNECTION_MINUTES", "120", ALL);
    MAX_EXTENSION_HOURS = optional("MAX_EXTENSION_HOURS", "12", ALL);
    SILENT_BELOW_KIB_PER_HOUR = optional("SILENT_BELOW_KIB_PER_HOUR", "256", ALL);
    ROUTES = optional("ROUTES", "", ALL);
    ASSOCIATION_HOUR_PRICE_USD = optional("ASSOCIATION_HOUR_PRICE_USD", "0.15", ALL);
    ALB_ARN = required("ALB_ARN", BEHIND_ALB);
    OIDC_ISSUER = required("OIDC_ISSUER", BEHIND_ALB);
    OIDC_CLIENT_ID = required("OIDC_CLIENT_ID", BEHIND_ALB);
    ALB_PUBLIC_KEYS_URL = optional("ALB_PUBLIC_KEYS_URL", "", BEHIND_ALB);
    ALLOWED_EMAIL_DOMAINS = optional("ALLOWED_EMAIL_DOMAINS", "", BEHIND_ALB);
    REQUIRE_VERIFIED_EMAIL = optional("REQUIRE_VERIFIED_EMAIL", "false", BEHIND_ALB);
    SIGN_OUT_URL = optional("SIGN_OUT_URL", "", BEHIND_ALB);
    ADMIN_EMAILS = required("ADMIN_EMAILS", &[Function::Audit]);
    DRY_RUN = optional("DRY_RUN", "false", &[Function::Reaper]);
}
