//! Leases and snapshots: what the lease table holds of an endpoint beside its state.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::item::{Item, Malformed, Reader, Value, required};
use super::update::Update;
use super::{Email, RouteKey, SecurityGroupId, SubnetId};

/// How long a lease stays in the table after it ended, before TTL tidies it up.
pub const LEASE_KEPT: TimeDelta = TimeDelta::days(7);

/// An employee's claim on an endpoint until a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    pub email: Email,
    pub requested_at: DateTime<Utc>,
    pub until: DateTime<Utc>,
    /// The stay it was asked for.
    pub stay: u64,
    /// The number of its ask among the endpoint's requests, or a lower one: it is granted before they are counted.
    pub request: u64,
    /// When its owner said "I'm done"; `None`: it runs, or ran out.
    pub released_at: Option<DateTime<Utc>>,
}

impl Lease {
    /// What the keys of leases begin with.
    pub const KEY: &str = "lease#";

    pub fn key(email: &Email) -> String {
        format!("{}{email}", Self::KEY)
    }

    pub fn is_key(key: &str) -> bool {
        key.starts_with(Self::KEY)
    }

    pub fn runs(&self, now: DateTime<Utc>) -> bool {
        self.until > now
    }

    /// The write that grants it. Unless `may_shorten`, one that runs longer keeps its end: then the condition fails,
    /// and [`Lease::asked_again`] is what is left to write.
    pub fn granted(&self, may_shorten: bool) -> Update {
        let granted = self
            .asked_again()
            .set("email", self.email.as_str())
            .set("until", self.until)
            .set("expires_at", (self.until + LEASE_KEPT).timestamp())
            .remove(&["released_at"]);
        if may_shorten {
            granted
        } else {
            granted.when_at_most("until", self.until)
        }
    }

    pub fn asked_again(&self) -> Update {
        Update::new()
            .set("requested_at", self.requested_at)
            .set("stay", self.stay)
            .set("request", self.request)
    }

    /// That its owner gives it back, if it still ends as it was read.
    pub fn given_back(&self, at: DateTime<Utc>) -> Update {
        Update::new()
            .when("until", Some(self.until))
            .set("until", self.until.min(at))
            .set("released_at", at)
            .set("expires_at", (at + LEASE_KEPT).timestamp())
    }

    pub fn parse(item: &Item) -> Result<Self, Malformed> {
        let read = Reader(item);
        let email = required("email", read.text("email")?)?;
        Ok(Self {
            email: email.parse().map_err(|_| Malformed {
                attribute: "email".to_owned(),
                expected: "an email address",
            })?,
            requested_at: required("requested_at", read.time("requested_at")?)?,
            until: required("until", read.time("until")?)?,
            stay: read.count("stay")?.unwrap_or(0),
            request: read.count("request")?.unwrap_or(0),
            released_at: read.time("released_at")?,
        })
    }
}

/// What a disassociation would delete and a start makes again, as it stood when last all was up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    pub routes: BTreeMap<RouteKey, Option<String>>,
    pub security_group_ids: BTreeSet<SecurityGroupId>,
    pub taken_at: DateTime<Utc>,
}

impl Snapshot {
    pub const KEY: &'static str = "snapshot";

    /// Whether it says the same as another, whenever either was taken.
    pub fn same_as(&self, other: &Self) -> bool {
        self.routes == other.routes && self.security_group_ids == other.security_group_ids
    }

    pub fn to_item(&self) -> Item {
        let routes = self.routes.iter().map(|(key, description)| {
            let mut route = Item::from([
                ("cidr".to_owned(), Value::from(key.cidr.as_str())),
                ("subnet_id".to_owned(), Value::from(key.subnet_id.as_str())),
            ]);
            if let Some(description) = description {
                route.insert("description".to_owned(), Value::from(description.as_str()));
            }
            Value::M(route)
        });
        let mut item = Item::from([
            ("routes".to_owned(), Value::L(routes.collect())),
            ("taken_at".to_owned(), Value::from(self.taken_at)),
        ]);
        if !self.security_group_ids.is_empty() {
            item.insert(
                "security_group_ids".to_owned(),
                self.security_group_ids.iter().collect(),
            );
        }
        item
    }

    pub fn parse(item: &Item) -> Result<Self, Malformed> {
        let read = Reader(item);
        let mut routes = BTreeMap::new();
        for route in read.maps("routes")? {
            let key = RouteKey {
                cidr: required("cidr", route.text("cidr")?)?.to_owned(),
                subnet_id: SubnetId::observed(required("subnet_id", route.text("subnet_id")?)?),
            };
            routes.insert(key, route.text("description")?.map(str::to_owned));
        }
        Ok(Self {
            routes,
            security_group_ids: read.set("security_group_ids", SecurityGroupId::observed)?,
            taken_at: required("taken_at", read.time("taken_at")?)?,
        })
    }
}
