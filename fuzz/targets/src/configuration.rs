//! The environment.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use chrono::TimeDelta;
use shared::config::{
    AssociateConfig, AuditConfig, Common, ConfigErrors, ReaperConfig, Roles, SignIn, VARIABLES,
};

type Variables = BTreeMap<String, String>;

/// A configuration that is accepted is within its bounds and reads the same once written out; one that is refused names
/// what is wrong, of variables that there are, in lines of bearable length.
///
/// The input is a variable on each line, `NAME=value`; a value's `\n` is a line break.
pub fn configuration(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let lines = text.lines().filter_map(|line| line.split_once('='));
    let variables: Variables = lines
        .map(|(name, value)| (name.to_owned(), value.replace("\\n", "\n")))
        .collect();
    let read = |name: &str| variables.get(name).cloned();
    match AuditConfig::from_vars(&read) {
        Ok(audit) => {
            let again =
                AuditConfig::from_vars(&of(audit_variables(&audit))).expect("its own words");
            assert_eq!(again, audit);
            check(&audit.common);
        }
        Err(errors) => complains_well(&errors, text.len()),
    }
    match AssociateConfig::from_vars(&read) {
        Ok(config) => {
            let written = [
                common_variables(&config.common),
                sign_in_variables(&config.sign_in),
                role_variables(&config.roles),
                named([("DRY_RUN", config.dry_run.to_string())]),
            ];
            let again = AssociateConfig::from_vars(&of(written.into_iter().flatten().collect()));
            assert_eq!(again.expect("its own words"), config);
        }
        Err(errors) => {
            complains_well(&errors, text.len());
            // What `audit` does not read of this, the reaper does.
            let others = [
                AuditConfig::from_vars(&read).err(),
                ReaperConfig::from_vars(&read).err(),
            ];
            let others: Vec<_> = others.iter().flatten().collect();
            assert!(errors.mistakes().iter().all(|mistake| {
                others
                    .iter()
                    .any(|other| other.mistakes().contains(mistake))
            }));
        }
    }
    match ReaperConfig::from_vars(&read) {
        Ok(config) => check(&config.common),
        Err(errors) => complains_well(&errors, text.len()),
    }
}

fn of(variables: Variables) -> impl Fn(&str) -> Option<String> {
    move |name| variables.get(name).cloned()
}

fn complains_well(errors: &ConfigErrors, length: usize) {
    assert!(!errors.mistakes().is_empty());
    for mistake in errors.mistakes() {
        assert!(
            VARIABLES
                .iter()
                .any(|variable| variable.name == mistake.variable)
        );
        assert!(!mistake.problem.contains(char::is_control), "{mistake:?}");
        assert!(mistake.problem.len() < 2000 + length, "{mistake:?}");
    }
    // Every mistake is about something that was written, or about a variable that is missing.
    assert!(errors.mistakes().len() <= length + VARIABLES.len());
}

fn check(common: &Common) {
    let week = TimeDelta::weeks(1);
    let rules = &common.settings.rules;
    let minutes = [
        Some(rules.idle_timeout),
        Some(rules.overnight_idle_timeout),
        Some(rules.first_connection_grace),
        Some(rules.max_extension),
        rules.stale_connection,
        rules.overnight_stale_connection,
    ];
    for time in minutes.into_iter().flatten() {
        assert!(time > TimeDelta::zero() && time <= week, "{time}");
    }
    assert!((0.0..=100.0).contains(&common.settings.association_hour_price_usd));
    assert_ne!(common.lease_table, common.audit_table);
    assert!(!common.endpoints.is_empty());
    let names: BTreeSet<_> = common
        .endpoints
        .iter()
        .map(|endpoint| &endpoint.name)
        .collect();
    let ids: BTreeSet<_> = common
        .endpoints
        .iter()
        .map(|endpoint| &endpoint.id)
        .collect();
    assert_eq!(
        (names.len(), ids.len()),
        (common.endpoints.len(), common.endpoints.len())
    );
    for endpoint in &common.endpoints {
        let subnets: BTreeSet<_> = endpoint.subnets.iter().collect();
        assert!(!subnets.is_empty() && subnets.len() == endpoint.subnets.len());
    }
}

fn audit_variables(config: &AuditConfig) -> Variables {
    let mut variables = common_variables(&config.common);
    variables.extend(sign_in_variables(&config.sign_in));
    variables.extend(role_variables(&config.roles));
    variables
}

fn role_variables(roles: &Roles) -> Variables {
    named([
        ("ADMIN_EMAILS", joined(&roles.administrators)),
        ("AUDITOR_EMAILS", joined(&roles.auditors)),
    ])
}

fn common_variables(common: &Common) -> Variables {
    let endpoints = common.endpoints.iter().map(|endpoint| {
        let subnets = joined(&endpoint.subnets);
        format!("{}={}:{subnets}", endpoint.name, endpoint.id)
    });
    let endpoints: Vec<String> = endpoints.collect();
    let rules = &common.settings.rules;
    let minutes = |time: TimeDelta| time.num_minutes().to_string();
    let or_never = |time: Option<TimeDelta>| minutes(time.unwrap_or_default());
    let days = |time: Option<TimeDelta>| time.unwrap_or_default().num_days().to_string();
    let window = rules.overnight_window.map(|window| window.to_string());
    named([
        ("MANAGED_ENDPOINTS", endpoints.join(";")),
        ("LEASE_TABLE", common.lease_table.clone()),
        ("AUDIT_TABLE", common.audit_table.clone()),
        (
            "AUDIT_RETENTION_DAYS",
            days(common.settings.retention.audit),
        ),
        (
            "CONNECTION_RETENTION_DAYS",
            days(common.settings.retention.connections),
        ),
        ("TIME_ZONE", rules.time_zone.to_string()),
        ("IDLE_TIMEOUT_MINUTES", minutes(rules.idle_timeout)),
        (
            "FIRST_CONNECTION_GRACE_MINUTES",
            minutes(rules.first_connection_grace),
        ),
        ("OVERNIGHT_WINDOW", window.unwrap_or_default()),
        (
            "OVERNIGHT_IDLE_TIMEOUT_MINUTES",
            minutes(rules.overnight_idle_timeout),
        ),
        ("STALE_CONNECTION_MINUTES", or_never(rules.stale_connection)),
        (
            "OVERNIGHT_STALE_CONNECTION_MINUTES",
            or_never(rules.overnight_stale_connection),
        ),
        (
            "MAX_EXTENSION_HOURS",
            rules.max_extension.num_hours().to_string(),
        ),
        (
            "SILENT_BELOW_KIB_PER_HOUR",
            rules.silent_below_kib_per_hour.to_string(),
        ),
        ("ROUTES", joined(&rules.routes)),
        (
            "ASSOCIATION_HOUR_PRICE_USD",
            common.settings.association_hour_price_usd.to_string(),
        ),
    ])
}

fn sign_in_variables(sign_in: &SignIn) -> Variables {
    named([
        ("ALB_ARN", sign_in.identity.alb_arn.to_string()),
        ("OIDC_ISSUER", sign_in.identity.issuer.clone()),
        ("OIDC_CLIENT_ID", sign_in.identity.client_id.clone()),
        ("ALB_PUBLIC_KEYS_URL", sign_in.public_keys_url.clone()),
        (
            "ALLOWED_EMAIL_DOMAINS",
            joined(&sign_in.identity.allowed_domains),
        ),
        (
            "REQUIRE_VERIFIED_EMAIL",
            sign_in.identity.require_verified_email.to_string(),
        ),
        (
            "SIGN_OUT_URL",
            sign_in.sign_out_url.clone().unwrap_or_default(),
        ),
    ])
}

fn named<const N: usize>(variables: [(&str, String); N]) -> Variables {
    variables
        .map(|(name, value)| (name.to_owned(), value))
        .into()
}

fn joined<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    let texts: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    texts.join(",")
}
