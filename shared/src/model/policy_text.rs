//! The policy in force as it is put on record: every setting that changes what the system does, or who may do what.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use ring::digest::{SHA256, digest};

use super::NotedConfig;
use super::item::whole_seconds;

/// Settings and their values, in a fixed order and without what makes no difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyText(String);

impl PolicyText {
    /// Of settings as they are written in the environment.
    pub fn of<'a>(settings: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let lines = settings.into_iter().map(|(name, value)| {
            // No setting of ours has spaces that mean something.
            let value: String = value.split_whitespace().collect();
            let value = match separator(name) {
                Some(separator) => {
                    let elements: Vec<&str> = elements(&value, separator).into_iter().collect();
                    elements.join(separator)
                }
                None => value,
            };
            format!("{name}={value}")
        });
        Self(lines.collect::<Vec<_>>().join("\n"))
    }

    /// The item that puts it on record.
    pub fn noted_at(&self, now: DateTime<Utc>) -> NotedConfig {
        let mut hex = String::with_capacity(64);
        for byte in digest(&SHA256, self.0.as_bytes()).as_ref() {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        NotedConfig {
            digest: hex,
            text: self.0.clone(),
            noted_at: whole_seconds(now),
        }
    }

    /// What is another setting than in that text, a sentence for each.
    pub fn changes_since(&self, before: &str) -> Vec<String> {
        let (before, after) = (settings(before), settings(&self.0));
        let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
        names
            .into_iter()
            .filter_map(|name| {
                let change = change(name, before.get(name).copied(), after.get(name).copied())?;
                Some(format!("{} ({name}): {change}.", meaning(name)))
            })
            .collect()
    }
}

fn settings(text: &str) -> BTreeMap<&str, &str> {
    text.lines()
        .filter_map(|line| line.split_once('='))
        .collect()
}

fn change(name: &str, before: Option<&str>, after: Option<&str>) -> Option<String> {
    let (before, after) = match (before, after) {
        (Some(before), Some(after)) if before == after => return None,
        (None, None) => return None,
        (Some(before), Some(after)) => (before, after),
        (None, Some(after)) => return Some(format!("a new setting, {}", shown(after))),
        (Some(before), None) => {
            return Some(format!("no longer a setting, it was {}", shown(before)));
        }
    };
    let Some(separator) = separator(name) else {
        return Some(format!("from {} to {}", shown(before), shown(after)));
    };
    let (old, new) = (elements(before, separator), elements(after, separator));
    let listed = |what: &str, some: &BTreeSet<&str>, others: &BTreeSet<&str>| {
        let more: Vec<&str> = some.difference(others).copied().collect();
        (!more.is_empty()).then(|| format!("{what} {}", more.join(" and ")))
    };
    let left = if new.is_empty() {
        ", so none is left"
    } else {
        ""
    };
    let parts = [listed("added", &new, &old), listed("removed", &old, &new)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    Some(format!("{}{left}", parts.join(", ")))
}

fn shown(value: &str) -> &str {
    if value.is_empty() { "none" } else { value }
}

fn elements<'a>(value: &'a str, separator: &str) -> BTreeSet<&'a str> {
    value.split(separator).filter(|it| !it.is_empty()).collect()
}

/// What stands between the elements of a setting that is a list.
fn separator(name: &str) -> Option<&'static str> {
    match name {
        "MANAGED_ENDPOINTS" => Some(";"),
        "ROUTES" | "HOLIDAYS" | "ALLOWED_EMAIL_DOMAINS" | "ADMIN_EMAILS" | "AUDITOR_EMAILS" => {
            Some(",")
        }
        _ => None,
    }
}

/// What a setting means, for people who never saw its name; its name, where it has no words yet.
fn meaning(name: &str) -> &str {
    match name {
        "MANAGED_ENDPOINTS" => "Managed endpoints and their subnets",
        "AUDIT_RETENTION_DAYS" => "Days that records are kept",
        "CONNECTION_RETENTION_DAYS" => "Days that records of connections are kept",
        "TIME_ZONE" => "Time zone",
        "IDLE_TIMEOUT_MINUTES" => "Idle minutes before the VPN is taken down",
        "FIRST_CONNECTION_GRACE_MINUTES" => "Minutes to connect after the VPN is ready",
        "OVERNIGHT_WINDOW" => "Night",
        "OVERNIGHT_IDLE_TIMEOUT_MINUTES" => "Idle minutes before the VPN is taken down at night",
        "STALE_CONNECTION_MINUTES" => {
            "Minutes after which a silent connection does not count as use"
        }
        "OVERNIGHT_STALE_CONNECTION_MINUTES" => {
            "Minutes after which a silent connection does not count as use at night"
        }
        "MAX_EXTENSION_HOURS" => "Hours for which an employee can keep the VPN at most",
        "SILENT_BELOW_KIB_PER_HOUR" => "KiB an hour below which a connection is silent",
        "HOLIDAYS" => "Holidays, on which no weekly booking stands",
        "BOOKING_LIFETIME_DAYS" => "Days after which an unused booking lapses",
        "ROUTES" => "Routes made at each start",
        "ASSOCIATION_HOUR_PRICE_USD" => "Price of an association hour in USD",
        "ALLOWED_EMAIL_DOMAINS" => "Email domains whose people may use the VPN",
        "ADMIN_EMAILS" => "Administrators",
        "AUDITOR_EMAILS" => "Auditors",
        "DRY_RUN" => "Dry run, in which nothing in EC2 is changed",
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(settings: &[(&str, &str)]) -> PolicyText {
        PolicyText::of(settings.iter().copied())
    }

    #[test]
    fn what_changed_is_told_in_words_from_what_to_what() {
        let before = text(&[
            ("MANAGED_ENDPOINTS", "tokyo=a:s;osaka=b:s"),
            ("IDLE_TIMEOUT_MINUTES", "60"),
            ("OVERNIGHT_WINDOW", "22:00-07:00"),
            ("ADMIN_EMAILS", "hana@example.com,ren@example.com"),
            ("AUDITOR_EMAILS", "hana@example.com"),
            ("OF_OLD", ""),
        ]);
        let after = text(&[
            ("MANAGED_ENDPOINTS", "tokyo=a:s,t;osaka=b:s"),
            ("IDLE_TIMEOUT_MINUTES", "90"),
            ("OVERNIGHT_WINDOW", ""),
            ("ADMIN_EMAILS", "ren@example.com, yuki@example.com"),
            ("AUDITOR_EMAILS", ""),
            ("TIME_ZONE", "Asia/Tokyo"),
        ]);
        assert_eq!(
            after.changes_since(&before.0),
            [
                "Administrators (ADMIN_EMAILS): added yuki@example.com, removed hana@example.com.",
                "Auditors (AUDITOR_EMAILS): removed hana@example.com, so none is left.",
                "Idle minutes before the VPN is taken down (IDLE_TIMEOUT_MINUTES): from 60 to 90.",
                "Managed endpoints and their subnets (MANAGED_ENDPOINTS): added tokyo=a:s,t, removed tokyo=a:s.",
                "OF_OLD (OF_OLD): no longer a setting, it was none.",
                "Night (OVERNIGHT_WINDOW): from 22:00-07:00 to none.",
                "Time zone (TIME_ZONE): a new setting, Asia/Tokyo.",
            ]
        );
        assert_eq!(after.changes_since(&after.0), [""; 0]);
    }

    #[test]
    fn what_makes_no_difference_is_no_change() {
        let dense = text(&[
            ("MANAGED_ENDPOINTS", "osaka=b:s;tokyo=a:s,t"),
            ("ROUTES", "10.0.0.0/8,::/0"),
        ]);
        let spaced = text(&[
            (
                "MANAGED_ENDPOINTS",
                "\n tokyo = a : s , t ;\n osaka = b : s ;\n",
            ),
            ("ROUTES", " ::/0, 10.0.0.0/8"),
        ]);
        assert_eq!(dense, spaced);
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(dense.noted_at(now).digest, spaced.noted_at(now).digest);
        assert_eq!(dense.noted_at(now).digest.len(), 64);
    }
}
