//! The record of a refusal: one an hour for each person and thing, whoever notices.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Actor, AuditRecord, Details, Event, EventId, Origin, Retention};
use crate::model::{Email, ManagedEndpoint};

/// What a verified person was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeniedThing<'a> {
    /// The use of a VPN; `None`: of a page that names none.
    Vpn(Option<&'a ManagedEndpoint>),
    /// An administrator's orders at an endpoint.
    Orders(Option<&'a ManagedEndpoint>),
    /// Another employee's bookings at an endpoint.
    Bookings(&'a ManagedEndpoint),
    /// The audit pages. It is never on record under an endpoint: their function may not write there.
    Audit,
}

impl AuditRecord {
    /// That a person is not permitted. Its id is made from the person, the thing and the hour.
    pub fn denied(
        person: &Email,
        origin: Origin,
        thing: DeniedThing<'_>,
        now: DateTime<Utc>,
        retention: Retention,
    ) -> Self {
        let event = Event::AccessDenied;
        let hour = now.format("%Y-%m-%dT%H").to_string();
        let started = now - TimeDelta::milliseconds(now.timestamp_millis().rem_euclid(3_600_000));
        let (endpoint, name, what) = match thing {
            DeniedThing::Vpn(endpoint) => {
                let name = endpoint.map_or("", |endpoint| endpoint.name.as_str());
                (endpoint, format!("vpn {name}"), "use the VPN")
            }
            DeniedThing::Orders(endpoint) => (endpoint, "orders".to_owned(), "give orders"),
            DeniedThing::Bookings(endpoint) => (
                Some(endpoint),
                "bookings".to_owned(),
                "cancel the bookings of others",
            ),
            DeniedThing::Audit => (None, "audit".to_owned(), "read the audit pages"),
        };
        let fact = [event.as_str(), person.as_str(), &name, &hour];
        Self {
            event_id: EventId::of_fact(started, &fact),
            endpoint: endpoint.cloned(),
            occurred_at: now,
            event,
            actor: Actor::Employee(person.clone()),
            reason: format!("{person} is not permitted to {what}."),
            expires_at: retention.expires_at(event, now),
            details: Details {
                origin,
                ..Details::default()
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied(person: &str, thing: DeniedThing<'_>, now: &str) -> AuditRecord {
        let retention = Retention {
            audit: Some(TimeDelta::days(400)),
            connections: None,
        };
        let (person, now) = (person.parse().unwrap(), now.parse().unwrap());
        AuditRecord::denied(&person, Origin::default(), thing, now, retention)
    }

    #[test]
    fn one_hour_of_a_person_and_a_thing_is_one_record() {
        let endpoint = ManagedEndpoint {
            name: "audit".parse().unwrap(),
            id: "cvpn-endpoint-0123456789abcdef0".parse().unwrap(),
            subnets: Vec::new(),
        };
        let id = |person, thing, now| denied(person, thing, now).event_id;
        let (eve, audit, at) = (
            "eve@example.com",
            DeniedThing::Audit,
            "2026-11-23T01:00:00Z",
        );
        let first = id(eve, audit, at);
        assert_eq!(id(eve, audit, "2026-11-23T01:59:59.999Z"), first);
        let others = [
            id(eve, audit, "2026-11-23T00:59:59.999Z"),
            id(eve, audit, "2026-11-23T02:00:00Z"),
            id("mallory@example.com", audit, at),
            id(eve, DeniedThing::Vpn(None), at),
            id(eve, DeniedThing::Vpn(Some(&endpoint)), at),
            id(eve, DeniedThing::Orders(Some(&endpoint)), at),
            id(eve, DeniedThing::Bookings(&endpoint), at),
        ];
        assert!(!others.contains(&first), "{others:?}");
    }

    #[test]
    fn a_refusal_of_the_audit_pages_is_of_no_endpoint() {
        let record = denied(
            "eve@example.com",
            DeniedThing::Audit,
            "2026-11-23T01:31:01Z",
        );
        assert_eq!(record.endpoint, None);
        assert_eq!(
            record.reason,
            "eve@example.com is not permitted to read the audit pages."
        );
        let day: DateTime<Utc> = "2026-11-23T01:31:01Z".parse().unwrap();
        assert_eq!(record.expires_at, Some(day + TimeDelta::days(400)));
    }
}
