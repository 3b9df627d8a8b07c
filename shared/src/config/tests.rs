use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use chrono_tz::Asia::Tokyo;

use chrono::TimeDelta;

use super::*;
use crate::model::Holidays;

const REQUIRED: &[(&str, &str)] = &[
    (
        "MANAGED_ENDPOINTS",
        "tokyo=cvpn-endpoint-0a1b2c3d4e5f60718:subnet-0123456789abcdef0,subnet-0123456789abcdef1",
    ),
    ("LEASE_TABLE", "vpn-leases"),
    ("AUDIT_TABLE", "vpn-audit"),
    (
        "ALB_ARN",
        "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:loadbalancer/app/vpn/50dc6c495c0c9188",
    ),
    (
        "OIDC_ISSUER",
        "https://cognito-idp.ap-northeast-1.amazonaws.com/ap-northeast-1_AbC",
    ),
    ("OIDC_CLIENT_ID", "4k2example"),
];

/// The required variables and these, which may replace them.
fn vars(more: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> + use<> {
    let vars: BTreeMap<String, String> = REQUIRED
        .iter()
        .chain(more)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    move |name| vars.get(name).cloned()
}

fn associate(more: &[(&str, &str)]) -> Result<AssociateConfig, ConfigErrors> {
    AssociateConfig::from_vars(&vars(more))
}

/// The variables that the mistakes name.
fn complaints<T>(read: Result<T, ConfigErrors>) -> Vec<&'static str> {
    match read {
        Ok(_) => Vec::new(),
        Err(errors) => errors
            .mistakes()
            .iter()
            .map(|mistake| mistake.variable)
            .collect(),
    }
}

#[test]
fn what_is_not_set_has_its_default() {
    let AssociateConfig {
        common,
        sign_in,
        roles,
        dry_run,
    } = associate(&[]).unwrap();
    assert_eq!((roles, dry_run), (Roles::default(), false));
    assert_eq!(common.endpoints.len(), 1);
    assert_eq!(common.settings.retention.audit, Some(TimeDelta::days(400)));
    assert_eq!(
        common.settings.retention.connections,
        Some(TimeDelta::days(90))
    );
    assert!((common.settings.association_hour_price_usd - 0.15).abs() < f64::EPSILON);
    assert_eq!(
        common.settings.rules,
        Rules {
            time_zone: Tokyo,
            idle_timeout: TimeDelta::minutes(60),
            first_connection_grace: TimeDelta::minutes(30),
            overnight_window: Some("22:00-07:00".parse().unwrap()),
            overnight_idle_timeout: TimeDelta::minutes(10),
            stale_connection: None,
            overnight_stale_connection: Some(TimeDelta::minutes(120)),
            silent_below_kib_per_hour: 256,
            max_extension: TimeDelta::hours(12),
            routes: Vec::new(),
            holidays: Holidays::default(),
            booking_lifetime: TimeDelta::days(60),
        }
    );
    assert_eq!(
        sign_in.public_keys_url,
        "https://public-keys.auth.elb.ap-northeast-1.amazonaws.com"
    );
    let identity = sign_in.identity;
    assert!(identity.allowed_domains.is_empty() && !identity.require_verified_email);
    assert_eq!(sign_in.sign_out_url, None);
    assert!(!ReaperConfig::from_vars(&vars(&[])).unwrap().dry_run);
}

#[test]
fn what_is_set_holds() {
    let AssociateConfig {
        common,
        sign_in,
        roles,
        dry_run,
    } = associate(&[
        ("ADMIN_EMAILS", "Admin@example.com, second@example.com"),
        ("AUDITOR_EMAILS", "auditor@example.com"),
        ("DRY_RUN", "true"),
        ("AUDIT_RETENTION_DAYS", "0"),
        ("TIME_ZONE", "Europe/Berlin"),
        ("IDLE_TIMEOUT_MINUTES", "1"),
        ("STALE_CONNECTION_MINUTES", "240"),
        ("OVERNIGHT_STALE_CONNECTION_MINUTES", "0"),
        ("SILENT_BELOW_KIB_PER_HOUR", "1048576"),
        ("MAX_EXTENSION_HOURS", "168"),
        ("HOLIDAYS", "2026-12-29..2027-01-03, 2027-01-11"),
        ("BOOKING_LIFETIME_DAYS", "1"),
        ("ROUTES", "0.0.0.0/0, 10.20.0.0/16"),
        ("ASSOCIATION_HOUR_PRICE_USD", "0"),
        ("ALB_PUBLIC_KEYS_URL", "http://127.0.0.1:8080/keys/"),
        ("ALLOWED_EMAIL_DOMAINS", "Example.com, example.org"),
        ("REQUIRE_VERIFIED_EMAIL", "true"),
        (
            "SIGN_OUT_URL",
            "https://vpn.auth.example.com/logout?client_id=a",
        ),
    ])
    .unwrap();
    assert_eq!(common.settings.retention.audit, None);
    assert_eq!(common.settings.rules.time_zone, chrono_tz::Europe::Berlin);
    assert_eq!(common.settings.rules.idle_timeout, TimeDelta::minutes(1));
    assert_eq!(
        common.settings.rules.stale_connection,
        Some(TimeDelta::minutes(240))
    );
    assert_eq!(common.settings.rules.overnight_stale_connection, None);
    assert_eq!(common.settings.rules.silent_below_kib_per_hour, 1_048_576);
    assert_eq!(common.settings.rules.max_extension, TimeDelta::hours(168));
    let holidays = &common.settings.rules.holidays;
    assert!(holidays.contains("2027-01-02".parse().unwrap()));
    assert!(holidays.contains("2027-01-11".parse().unwrap()));
    assert_eq!(common.settings.rules.booking_lifetime, TimeDelta::days(1));
    assert_eq!(
        common.settings.rules.routes,
        [
            "0.0.0.0/0".parse().unwrap(),
            "10.20.0.0/16".parse().unwrap()
        ]
    );
    assert!(common.settings.association_hour_price_usd.abs() < f64::EPSILON);
    assert_eq!(sign_in.public_keys_url, "http://127.0.0.1:8080/keys");
    assert_eq!(
        sign_in.identity.allowed_domains,
        ["example.com".to_owned(), "example.org".to_owned()].into()
    );
    assert!(sign_in.identity.require_verified_email);
    assert_eq!(
        sign_in.sign_out_url.as_deref(),
        Some("https://vpn.auth.example.com/logout?client_id=a")
    );
    assert!(
        ReaperConfig::from_vars(&vars(&[("DRY_RUN", "true")]))
            .unwrap()
            .dry_run
    );
    assert!(dry_run);
    let emails = |of: &BTreeSet<Email>| of.iter().map(Email::to_string).collect::<Vec<_>>();
    let administrators = ["admin@example.com", "second@example.com"];
    assert_eq!(emails(&roles.administrators), administrators);
    assert_eq!(emails(&roles.auditors), ["auditor@example.com"]);
}

#[test]
fn empty_means_none_only_where_that_is_said() {
    let may_be_empty: BTreeSet<&str> = VARIABLES
        .iter()
        .filter(|variable| AuditConfig::from_vars(&vars(&[(variable.name, "")])).is_ok())
        .filter(|variable| ReaperConfig::from_vars(&vars(&[(variable.name, "")])).is_ok())
        .map(|variable| variable.name)
        .collect();
    let said = [
        "ADMIN_EMAILS",
        "ALB_PUBLIC_KEYS_URL",
        "ALLOWED_EMAIL_DOMAINS",
        "AUDITOR_EMAILS",
        "HOLIDAYS",
        "OVERNIGHT_WINDOW",
        "ROUTES",
        "SIGN_OUT_URL",
    ];
    assert_eq!(may_be_empty, said.into());
    let none = associate(&[("OVERNIGHT_WINDOW", "")]).unwrap();
    assert_eq!(none.common.settings.rules.overnight_window, None);
}

#[test]
fn a_value_that_is_wrong_is_an_error_and_never_the_default() {
    for (name, wrong) in [
        ("LEASE_TABLE", "ab"),
        ("LEASE_TABLE", "vpn leases"),
        ("AUDIT_TABLE", "vpn-leases"),
        ("AUDIT_RETENTION_DAYS", "-1"),
        ("AUDIT_RETENTION_DAYS", "36501"),
        ("CONNECTION_RETENTION_DAYS", "+90"),
        ("TIME_ZONE", "JST"),
        ("TIME_ZONE", "asia/tokyo"),
        ("IDLE_TIMEOUT_MINUTES", "0"),
        ("IDLE_TIMEOUT_MINUTES", "60m"),
        ("IDLE_TIMEOUT_MINUTES", "10081"),
        ("IDLE_TIMEOUT_MINUTES", "99999999999999999999"),
        ("FIRST_CONNECTION_GRACE_MINUTES", "0"),
        ("OVERNIGHT_WINDOW", "22-7"),
        ("OVERNIGHT_WINDOW", "07:00-07:00"),
        ("OVERNIGHT_IDLE_TIMEOUT_MINUTES", " 10"),
        ("STALE_CONNECTION_MINUTES", "1.5"),
        ("OVERNIGHT_STALE_CONNECTION_MINUTES", "never"),
        ("SILENT_BELOW_KIB_PER_HOUR", "0"),
        ("SILENT_BELOW_KIB_PER_HOUR", "1048577"),
        ("SILENT_BELOW_KIB_PER_HOUR", "256 KiB"),
        ("MAX_EXTENSION_HOURS", "0"),
        ("MAX_EXTENSION_HOURS", "169"),
        ("HOLIDAYS", "2027-1-1"),
        ("HOLIDAYS", "2027-01-03..2026-12-29"),
        ("HOLIDAYS", "2027-01-01,"),
        ("BOOKING_LIFETIME_DAYS", "0"),
        ("BOOKING_LIFETIME_DAYS", "3651"),
        ("ROUTES", "10.0.0.1/8"),
        ("ROUTES", "10.0.0.0/8,10.0.0.0/8"),
        ("ROUTES", "10.0.0.0/8,"),
        ("ASSOCIATION_HOUR_PRICE_USD", "-0.15"),
        ("ASSOCIATION_HOUR_PRICE_USD", "0,15"),
        ("ASSOCIATION_HOUR_PRICE_USD", "+0.15"),
        ("ASSOCIATION_HOUR_PRICE_USD", "1e1"),
        ("ASSOCIATION_HOUR_PRICE_USD", "NaN"),
        ("ASSOCIATION_HOUR_PRICE_USD", "inf"),
        ("ASSOCIATION_HOUR_PRICE_USD", "150"),
        ("ALB_ARN", "vpn"),
        (
            "OIDC_ISSUER",
            "http://cognito-idp.ap-northeast-1.amazonaws.com/x",
        ),
        ("OIDC_CLIENT_ID", "a b"),
        ("ALB_PUBLIC_KEYS_URL", "http://keys.example.com"),
        ("ALLOWED_EMAIL_DOMAINS", "@example.com"),
        ("ALLOWED_EMAIL_DOMAINS", "*.example.com"),
        ("ALLOWED_EMAIL_DOMAINS", "example.com,,example.org"),
        ("REQUIRE_VERIFIED_EMAIL", "True"),
        ("REQUIRE_VERIFIED_EMAIL", "1"),
        ("SIGN_OUT_URL", "logout"),
        ("ADMIN_EMAILS", "root"),
        ("ADMIN_EMAILS", "a@example.com;b@example.com@"),
        ("AUDITOR_EMAILS", "a@example.com,"),
        ("DRY_RUN", "yes"),
    ] {
        assert_eq!(complaints(associate(&[(name, wrong)])), [name], "{wrong}");
    }
    let dry_run = ReaperConfig::from_vars(&vars(&[("DRY_RUN", "yes")]));
    assert_eq!(complaints(dry_run), ["DRY_RUN"]);
}

#[test]
fn a_partition_whose_key_server_is_unknown_needs_its_url() {
    let arn = REQUIRED[3].1.replace("arn:aws:", "arn:aws-iso:");
    let missing = associate(&[("ALB_ARN", &arn)]);
    assert_eq!(complaints(missing), ["ALB_PUBLIC_KEYS_URL"]);
    assert!(
        associate(&[
            ("ALB_ARN", &arn),
            ("ALB_PUBLIC_KEYS_URL", "https://keys.example")
        ])
        .is_ok()
    );
}

#[test]
fn everything_that_is_required_is_missed_at_once() {
    for (function, missed) in [
        (
            Function::Associate,
            complaints(AssociateConfig::from_vars(&|_: &str| None)),
        ),
        (
            Function::Reaper,
            complaints(ReaperConfig::from_vars(&|_: &str| None)),
        ),
        (
            Function::Audit,
            complaints(AuditConfig::from_vars(&|_: &str| None)),
        ),
    ] {
        let required: Vec<&str> = VARIABLES
            .iter()
            .filter(|variable| variable.default.is_none() && variable.readers.contains(&function))
            .map(|variable| variable.name)
            .collect();
        assert_eq!(missed, required, "{function:?}");
    }
}

#[test]
fn all_mistakes_are_told_together_with_what_was_found_and_expected() {
    let errors = associate(&[
        ("MANAGED_ENDPOINTS", "Tokyo=cvpn-1:subnet-0123456789abcdef0"),
        ("IDLE_TIMEOUT_MINUTES", "1h"),
        ("OVERNIGHT_WINDOW", "22:00-22:00"),
        ("ROUTES", "10.0.0.1/8"),
    ])
    .unwrap_err();
    assert_eq!(
        errors.to_string(),
        "the configuration is wrong:\
         \n  MANAGED_ENDPOINTS: `Tokyo` is not an endpoint name (1 to 32 of a-z, 0-9 and `-`)\
         \n  MANAGED_ENDPOINTS: `cvpn-1` is not a Client VPN endpoint id (`cvpn-endpoint-` and 17 hexadecimal digits)\
         \n  IDLE_TIMEOUT_MINUTES: `1h` is not a whole number from 1 to 10080\
         \n  OVERNIGHT_WINDOW: `22:00-22:00` is not a window: it starts and ends at the same time\
         \n  ROUTES: `10.0.0.1/8` is not a route: it has bits set behind its prefix; the network is `10.0.0.0/8`"
    );
}

#[test]
fn a_long_or_odd_value_is_shown_short_and_safe() {
    let errors = associate(&[("TIME_ZONE", &format!("a\n{}", "x".repeat(5_000)))]).unwrap_err();
    let text = errors.to_string();
    assert!(text.len() < 300 && text.contains("`a\\nxxx"), "{text}");
}

#[test]
fn what_the_reaper_puts_on_record_is_all_it_reads_but_its_tables_in_words() {
    let config = ReaperConfig::from_vars(&vars(&[]));
    let policy = config.expect("a configuration").policy;
    let told = policy.changes_since("");
    let listed: Vec<&str> = VARIABLES
        .iter()
        .filter(|variable| variable.readers.contains(&Function::Reaper))
        .map(|variable| variable.name)
        .filter(|name| !name.ends_with("_TABLE"))
        .collect();
    assert_eq!(told.len(), listed.len());
    for name in listed {
        let of_it = told
            .iter()
            .find(|told| told.contains(&format!(" ({name}): ")));
        let of_it = of_it.unwrap_or_else(|| panic!("{name} is not told"));
        assert!(!of_it.starts_with(name), "{name} has no words");
    }
}

#[test]
fn each_function_reads_the_variables_that_the_list_says() {
    for function in [Function::Associate, Function::Reaper, Function::Audit] {
        let asked = RefCell::new(Vec::new());
        let set = vars(&[]);
        let vars = |name: &str| {
            asked.borrow_mut().push(name.to_owned());
            set(name)
        };
        let read = match function {
            Function::Associate => AssociateConfig::from_vars(&vars).is_ok(),
            Function::Reaper => ReaperConfig::from_vars(&vars).is_ok(),
            Function::Audit => AuditConfig::from_vars(&vars).is_ok(),
        };
        assert!(read);
        let listed: Vec<&str> = VARIABLES
            .iter()
            .filter(|variable| variable.readers.contains(&function))
            .map(|variable| variable.name)
            .collect();
        assert_eq!(asked.into_inner(), listed, "{function:?}");
    }
}
