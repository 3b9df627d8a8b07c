//! `cargo prove -- check`: is everything as the configuration says? Reads only.

mod endpoints;
mod facts;
mod finding;
mod holders;
mod price;
mod tables;

use chrono::{DateTime, Utc};

use crate::config::Config;

pub use facts::{EndpointFacts, Facts};
pub use finding::Finding;

/// What the facts say of this configuration.
pub fn findings(config: &Config, facts: &Facts, now: DateTime<Utc>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(config.skipped.iter().cloned().map(Finding::Skipped));
    findings.push(price::finding(
        facts.region.as_deref(),
        config.common.settings.association_hour_price_usd,
    ));
    for (managed, found) in config.common.endpoints.iter().zip(&facts.endpoints) {
        findings.extend(endpoints::findings(
            managed,
            found,
            &config.common.settings.rules,
        ));
        findings.extend(holders::findings(managed, found, now));
    }
    findings.extend(tables::findings(config, facts));
    findings.extend(
        BY_HAND
            .iter()
            .map(|text| Finding::ByHand((*text).to_owned())),
    );
    findings
}

pub fn is_fine(findings: &[Finding]) -> bool {
    !findings
        .iter()
        .any(|finding| matches!(finding, Finding::Wrong { .. }))
}

/// The lines, for a terminal.
pub fn text(findings: &[Finding]) -> String {
    let line = |finding: &Finding| match finding {
        Finding::Fine(text) => format!("fine      {text}\n"),
        Finding::Note(text) => format!("note      {text}\n"),
        Finding::Skipped(text) => format!("skipped   {text}\n"),
        Finding::ByHand(text) => format!("by hand   {text}\n"),
        Finding::Wrong { what, means, cure } => {
            format!("WRONG     {what}.\n          It means: {means}.\n          To do: {cure}.\n")
        }
    };
    let count = findings
        .iter()
        .filter(|finding| matches!(finding, Finding::Wrong { .. }))
        .count();
    let lines: String = findings.iter().map(line).collect();
    match count {
        0 => format!("{lines}\nNothing is wrong.\n"),
        1 => format!("{lines}\nOne thing is wrong.\n"),
        _ => format!("{lines}\n{count} things are wrong.\n"),
    }
}

/// What `prove` has no right to read.
const BY_HAND: &[&str] = &[
    "only with a user pool of your own: its issuer must be the original one: an ALB does not work with the other. \
     `aws cognito-idp describe-user-pool --user-pool-id POOL --query UserPool.IssuerConfiguration` must say ORIGINAL, or null",
    "only with a user pool of your own: users must not be able to write `email`, or they could act as another user. \
     `aws cognito-idp describe-user-pool-client --user-pool-id POOL --client-id CLIENT --query \
     UserPoolClient.WriteAttributes` must be a list without `email`; null means that they can",
];
