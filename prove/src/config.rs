//! The configuration of the functions, as far as it is set: before the first deploy there are no tables and no load balancer.

use shared::config::{AssociateConfig, Common, ConfigErrors, ReaperConfig};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tables {
    pub lease: String,
    pub audit: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    pub common: Common,
    pub tables: Option<Tables>,
    /// What is not set, and so not checked.
    pub skipped: Vec<String>,
}

const TABLES: [&str; 2] = ["LEASE_TABLE", "AUDIT_TABLE"];
const SIGN_IN: [&str; 3] = ["ALB_ARN", "OIDC_ISSUER", "OIDC_CLIENT_ID"];

impl Config {
    /// Reads it from `vars`, for instance [`shared::config::environment`].
    ///
    /// # Errors
    /// Every mistake there is. One table without the other is a mistake, and so is a part of the sign-in.
    pub fn from_vars(vars: &impl Fn(&str) -> Option<String>) -> Result<Self, ConfigErrors> {
        let none_of = |names: &[&str]| names.iter().all(|name| vars(name).is_none());
        let (no_tables, no_sign_in) = (none_of(&TABLES), none_of(&SIGN_IN));
        // The functions' configuration requires tables, so placeholders stand in for them.
        let with_tables = |name: &str| match name {
            "LEASE_TABLE" if no_tables => Some("no-lease-table".to_owned()),
            "AUDIT_TABLE" if no_tables => Some("no-audit-table".to_owned()),
            _ => vars(name),
        };
        let common = if no_sign_in {
            ReaperConfig::from_vars(&with_tables)?.common
        } else {
            AssociateConfig::from_vars(&with_tables)?.common
        };
        let mut skipped = Vec::new();
        if no_tables {
            skipped.push(
                "LEASE_TABLE and AUDIT_TABLE are not set, so tables and leases are not checked. After the deploy, set them \
                 from the outputs `LeaseTableName` and `AuditTableName`"
                    .to_owned(),
            );
        }
        if no_sign_in {
            skipped.push(
                "ALB_ARN, OIDC_ISSUER and OIDC_CLIENT_ID are not set, so their form is not checked"
                    .to_owned(),
            );
        }
        Ok(Self {
            tables: (!no_tables).then(|| Tables {
                lease: common.lease_table.clone(),
                audit: common.audit_table.clone(),
            }),
            common,
            skipped,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDPOINTS: (&str, &str) = (
        "MANAGED_ENDPOINTS",
        "tokyo=cvpn-endpoint-0a1b2c3d4e5f60718:subnet-0123456789abcdef0",
    );

    fn read(set: &[(&str, &str)]) -> Result<Config, Vec<&'static str>> {
        let vars = |name: &str| {
            let found = set.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let names = |errors: ConfigErrors| errors.mistakes().iter().map(|it| it.variable).collect();
        Config::from_vars(&vars).map_err(names)
    }

    #[test]
    fn endpoints_alone_are_enough_and_what_is_missing_is_said() {
        let config = read(&[ENDPOINTS]).unwrap();
        assert_eq!(config.tables, None);
        assert_eq!(config.skipped.len(), 2);
        let all = read(&[
            ENDPOINTS,
            ("LEASE_TABLE", "leases"),
            ("AUDIT_TABLE", "audit"),
        ])
        .unwrap();
        assert_eq!(all.tables.unwrap().lease, "leases");
        assert_eq!(all.skipped.len(), 1);
    }

    #[test]
    fn what_is_set_must_be_right_and_whole() {
        assert_eq!(read(&[]), Err(vec!["MANAGED_ENDPOINTS"]));
        for (set, mistakes) in [
            (("LEASE_TABLE", "leases"), vec!["AUDIT_TABLE"]),
            (("LEASE_TABLE", "a b"), vec!["LEASE_TABLE", "AUDIT_TABLE"]),
            (
                ("ASSOCIATION_HOUR_PRICE_USD", "free"),
                vec!["ASSOCIATION_HOUR_PRICE_USD"],
            ),
            (("OIDC_CLIENT_ID", "abc"), vec!["ALB_ARN", "OIDC_ISSUER"]),
        ] {
            assert_eq!(read(&[ENDPOINTS, set]), Err(mistakes), "{set:?}");
        }
        for hostile in [
            "",
            ";",
            "x=y:z",
            "tokyo=cvpn-endpoint-0a1b2c3d4e5f60718:$(rm)",
            "\u{0}",
        ] {
            let mistakes = read(&[("MANAGED_ENDPOINTS", hostile)]).unwrap_err();
            assert!(
                mistakes.iter().all(|it| *it == "MANAGED_ENDPOINTS"),
                "{hostile}"
            );
        }
    }
}
