//! The configuration: environment variables, parsed once at the start, all mistakes reported together (DESIGN 9).
//!
//! A variable that is not set has its default; one that is set and wrong is an error, and so is one that is set to
//! nothing, unless nothing means "none" ([`Variable::default`] is empty, and `OVERNIGHT_WINDOW`).
//!
//! Bounds, to catch a slip and not to limit an operator: times in minutes up to a week (10080) and at least 1, or 0 where
//! that means "never"; `MAX_EXTENSION_HOURS` 1 to 168; `BOOKING_LIFETIME_DAYS` 1 to 3650; retention 0 to 36500 days; the price 0 to 100 USD.

mod endpoints;
mod reader;
mod urls;
mod values;
mod variables;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::identity::{AlbArn, IdentityConfig};
use crate::model::audit::Retention;
use crate::model::{DailyWindow, Email, ManagedEndpoint, PolicyText, Rules};
use crate::reconcile::Settings;

pub use reader::{ConfigErrors, Mistake};
pub use variables::{Function, VARIABLES, Variable};

use reader::{Parsed, Reader};
use values::{days, empty_is_none, hours, minutes, zero_is_none};
use variables as var;

/// What every function needs to know.
#[derive(Debug, Clone, PartialEq)]
pub struct Common {
    /// The endpoints that we may change, in the order given: at least one.
    pub endpoints: Vec<ManagedEndpoint>,
    pub lease_table: String,
    pub audit_table: String,
    pub settings: Settings,
}

/// What a function behind the ALB needs to know about signing in and out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    pub identity: IdentityConfig,
    /// Where keys are, from the ARN's region unless `ALB_PUBLIC_KEYS_URL` says otherwise; `/{kid}` is to be added.
    pub public_keys_url: String,
    /// Where signing out leads; `None`: no sign-out link.
    pub sign_out_url: Option<String>,
}

/// Who may do more than use the VPN. Without both, there is neither administrator nor auditor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roles {
    /// They give orders, and read the audit pages.
    pub administrators: BTreeSet<Email>,
    /// They only read the audit pages.
    pub auditors: BTreeSet<Email>,
}

/// The configuration of `associate`.
#[derive(Debug, Clone, PartialEq)]
pub struct AssociateConfig {
    pub common: Common,
    pub sign_in: SignIn,
    pub roles: Roles,
    /// Whether the reaper changes nothing. The pages say so.
    pub dry_run: bool,
}

/// The configuration of `reaper`.
#[derive(Debug, Clone, PartialEq)]
pub struct ReaperConfig {
    pub common: Common,
    pub dry_run: bool,
    /// What is put on record when it changes. Some of it is read for that alone.
    pub policy: PolicyText,
}

/// The configuration of `audit`.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditConfig {
    pub common: Common,
    pub sign_in: SignIn,
    pub roles: Roles,
    /// When a schedule "by office hours, Monday to Friday" would have it on: for comparison only.
    pub office_hours: DailyWindow,
}

/// The process's own environment, for the `from_vars` functions. A value that is not Unicode has its odd bytes
/// replaced, and is then refused like any other wrong one.
pub fn environment(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

impl AssociateConfig {
    /// Reads it from `vars`, for instance [`environment`].
    pub fn from_vars(vars: &impl Fn(&str) -> Option<String>) -> Result<Self, ConfigErrors> {
        let mut reader = Reader::new(vars);
        let (common, sign_in) = (common(&mut reader), sign_in(&mut reader));
        let (roles, dry_run) = (
            roles(&mut reader),
            reader.read(&var::DRY_RUN, values::switch),
        );
        let whole = common.zip(sign_in).zip(roles).zip(dry_run);
        reader.finish(whole.map(|(((common, sign_in), roles), dry_run)| Self {
            common,
            sign_in,
            roles,
            dry_run,
        }))
    }
}

impl ReaperConfig {
    /// Reads it from `vars`, for instance [`environment`].
    pub fn from_vars(vars: &impl Fn(&str) -> Option<String>) -> Result<Self, ConfigErrors> {
        let mut reader = Reader::new(vars);
        let common = common(&mut reader);
        // Who may do what is no matter of the reaper's; that it changed is put on record.
        let domains = reader.read(&var::ALLOWED_EMAIL_DOMAINS, values::domains);
        let roles = roles(&mut reader);
        let dry_run = reader.read(&var::DRY_RUN, values::switch);
        let policy = reader.policy_text(&[&var::LEASE_TABLE, &var::AUDIT_TABLE]);
        let whole = common.zip(domains).zip(roles).zip(dry_run);
        reader.finish(whole.map(|(((common, ..), _), dry_run)| Self {
            common,
            dry_run,
            policy,
        }))
    }
}

impl AuditConfig {
    /// Reads it from `vars`, for instance [`environment`].
    pub fn from_vars(vars: &impl Fn(&str) -> Option<String>) -> Result<Self, ConfigErrors> {
        let mut reader = Reader::new(vars);
        let (common, sign_in) = (common(&mut reader), sign_in(&mut reader));
        let (roles, office_hours) = (
            roles(&mut reader),
            reader.read(&var::OFFICE_HOURS, values::office_hours),
        );
        let whole = common.zip(sign_in).zip(roles).zip(office_hours);
        reader.finish(
            whole.map(|(((common, sign_in), roles), office_hours)| Self {
                common,
                sign_in,
                roles,
                office_hours,
            }),
        )
    }
}

// Each of the functions below reads everything before its first `?`: no mistake hides another.

fn common<F: Fn(&str) -> Option<String>>(reader: &mut Reader<'_, F>) -> Option<Common> {
    let endpoints = reader.read(&var::MANAGED_ENDPOINTS, endpoints::managed_endpoints);
    let lease_table = reader.read(&var::LEASE_TABLE, values::table_name);
    let audit_table = reader.read(&var::AUDIT_TABLE, values::table_name);
    if lease_table.is_some() && lease_table == audit_table {
        reader.mistake(&var::AUDIT_TABLE, "it is the same as LEASE_TABLE");
    }
    let retention = || zero_is_none(days(0..=36_500));
    let audit_retention = reader.read(&var::AUDIT_RETENTION_DAYS, retention());
    let connection_retention = reader.read(&var::CONNECTION_RETENTION_DAYS, retention());
    let rules = rules(reader);
    let price = reader.read(&var::ASSOCIATION_HOUR_PRICE_USD, values::hour_price_usd);
    Some(Common {
        endpoints: endpoints?,
        lease_table: lease_table?,
        audit_table: audit_table?,
        settings: Settings {
            rules: rules?,
            retention: Retention {
                audit: audit_retention?,
                connections: connection_retention?,
            },
            association_hour_price_usd: price?,
        },
    })
}

fn rules<F: Fn(&str) -> Option<String>>(reader: &mut Reader<'_, F>) -> Option<Rules> {
    let up_to_a_week = || minutes(1..=10_080);
    let never_or_up_to_a_week = || zero_is_none(minutes(0..=10_080));
    let time_zone = reader.read(&var::TIME_ZONE, values::time_zone);
    let idle = reader.read(&var::IDLE_TIMEOUT_MINUTES, up_to_a_week());
    let grace = reader.read(&var::FIRST_CONNECTION_GRACE_MINUTES, up_to_a_week());
    let window = empty_is_none(values::overnight_window);
    let window = reader.read(&var::OVERNIGHT_WINDOW, window);
    let overnight_idle = reader.read(&var::OVERNIGHT_IDLE_TIMEOUT_MINUTES, up_to_a_week());
    let stale = reader.read(&var::STALE_CONNECTION_MINUTES, never_or_up_to_a_week());
    let overnight_stale = &var::OVERNIGHT_STALE_CONNECTION_MINUTES;
    let overnight_stale = reader.read(overnight_stale, never_or_up_to_a_week());
    let max_extension = reader.read(&var::MAX_EXTENSION_HOURS, hours(1..=168));
    let silent_below = &var::SILENT_BELOW_KIB_PER_HOUR;
    let silent_below = reader.read(silent_below, values::kib_per_hour);
    let holidays = reader.read(&var::HOLIDAYS, values::holidays);
    let booking_lifetime = reader.read(&var::BOOKING_LIFETIME_DAYS, days(1..=3650));
    let routes = reader.read(&var::ROUTES, values::routes);
    Some(Rules {
        time_zone: time_zone?,
        idle_timeout: idle?,
        first_connection_grace: grace?,
        overnight_window: window?,
        overnight_idle_timeout: overnight_idle?,
        stale_connection: stale?,
        overnight_stale_connection: overnight_stale?,
        silent_below_kib_per_hour: silent_below?,
        max_extension: max_extension?,
        routes: routes?,
        holidays: holidays?,
        booking_lifetime: booking_lifetime?,
    })
}

fn sign_in<F: Fn(&str) -> Option<String>>(reader: &mut Reader<'_, F>) -> Option<SignIn> {
    let alb_arn = reader.read(&var::ALB_ARN, values::alb_arn);
    let issuer = reader.read(&var::OIDC_ISSUER, urls::issuer);
    let client_id = reader.read(&var::OIDC_CLIENT_ID, values::client_id);
    let public_keys_url = reader.read(&var::ALB_PUBLIC_KEYS_URL, |text| {
        key_server(text, alb_arn.as_ref())
    });
    let domains = reader.read(&var::ALLOWED_EMAIL_DOMAINS, values::domains);
    let verified = reader.read(&var::REQUIRE_VERIFIED_EMAIL, values::switch);
    let sign_out_url = reader.read(&var::SIGN_OUT_URL, empty_is_none(urls::sign_out_url));
    Some(SignIn {
        identity: IdentityConfig {
            alb_arn: alb_arn?,
            issuer: issuer?,
            client_id: client_id?,
            allowed_domains: domains?,
            require_verified_email: verified?,
        },
        public_keys_url: public_keys_url??,
        sign_out_url: sign_out_url?,
    })
}

fn roles<F: Fn(&str) -> Option<String>>(reader: &mut Reader<'_, F>) -> Option<Roles> {
    let administrators = reader.read(&var::ADMIN_EMAILS, values::emails);
    let auditors = reader.read(&var::AUDITOR_EMAILS, values::emails);
    Some(Roles {
        administrators: administrators?,
        auditors: auditors?,
    })
}

/// Given, or from the ARN's region; `None` where the ARN is a mistake of its own.
fn key_server(given: &str, alb_arn: Option<&AlbArn>) -> Parsed<Option<String>> {
    if !given.is_empty() {
        return urls::public_keys_url(given).map(Some);
    }
    let Some(alb_arn) = alb_arn else {
        return Ok(None);
    };
    match alb_arn.public_keys_url() {
        Some(url) => Ok(Some(url)),
        None => Err(vec![
            "it is needed: the key server of this ALB's partition is not known".to_owned(),
        ]),
    }
}
