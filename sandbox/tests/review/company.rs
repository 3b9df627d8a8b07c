//! A company's year on record: every working day each endpoint is asked for, used, and taken down.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use shared::model::audit::{
    Actor, AuditRecord, Closing, Details, Event, EventId, EventIds, Origin, Retention, cost_usd,
};
use shared::model::item::Item;
use shared::model::{AssociationId, ConnectionId, Email, ManagedEndpoint, SubnetId};
use testkit::dice::Dice;
use testkit::fleet;

pub struct Company {
    pub employees: u64,
    pub endpoints: usize,
    pub first_day: NaiveDate,
    pub days: u64,
    /// Asks, extensions and connections of an endpoint's working day.
    pub uses: u64,
}

impl Company {
    /// About so many records in a year.
    pub fn of_records(records: u64, endpoints: usize) -> Self {
        let working_days = 260 * endpoints as u64;
        Self {
            employees: 2_000,
            endpoints,
            first_day: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap(),
            days: 365,
            uses: (records / working_days).saturating_sub(4).max(1),
        }
    }

    pub fn endpoint(n: usize) -> ManagedEndpoint {
        ManagedEndpoint {
            name: fleet::name(n).parse().unwrap(),
            id: fleet::endpoint_id(n),
            subnets: vec![fleet::subnet_id(n)],
        }
    }

    /// A day's records of all endpoints.
    pub fn day(&self, number: u64) -> Vec<Item> {
        let date = self.first_day + Days::new(number);
        if matches!(date.weekday(), Weekday::Sat | Weekday::Sun) {
            return Vec::new();
        }
        let endpoints = 0..self.endpoints;
        let of = |n| {
            let index = number * self.endpoints as u64 + n as u64;
            Day::of(self, n, date, index).records()
        };
        endpoints
            .flat_map(of)
            .map(|record| record.to_item())
            .collect()
    }

    pub fn records(&self) -> Vec<Item> {
        (0..self.days).flat_map(|number| self.day(number)).collect()
    }
}

struct Day<'a> {
    company: &'a Company,
    endpoint: ManagedEndpoint,
    stay: u64,
    begins: DateTime<Utc>,
    dice: Dice,
    ids: EventIds,
}

impl<'a> Day<'a> {
    fn of(company: &'a Company, n: usize, date: NaiveDate, index: u64) -> Self {
        // From 23:00 UTC of the day before: a day at the office in Tokyo.
        let begins = date.and_time(NaiveTime::MIN).and_utc() - TimeDelta::minutes(60);
        Self {
            company,
            endpoint: Company::endpoint(n),
            stay: index / company.endpoints as u64 + 1,
            begins,
            dice: Dice::of(12, "day", index),
            ids: EventIds::seeded(u128::from(index)),
        }
    }

    fn records(mut self) -> Vec<AuditRecord> {
        let began = self.begins;
        let minutes = |minutes: u64| began + TimeDelta::minutes(i64::try_from(minutes).unwrap());
        let ready = minutes(self.dice.between(5, 12));
        let stop = minutes(self.dice.between(700, 780));
        let gone = stop + TimeDelta::minutes(8);
        let first = self.person();
        let mut records = vec![
            self.asked(&first, began),
            self.ours(
                Event::AssociationStarted,
                began + TimeDelta::seconds(2),
                Details::default(),
            ),
            self.ours(
                Event::AssociationCompleted,
                ready,
                Details {
                    duration: Some(ready - began),
                    ..Details::default()
                },
            ),
        ];
        let mut people = std::collections::BTreeSet::from([first]);
        for _ in 0..self.company.uses {
            let person = self.person();
            let time = minutes(self.dice.between(15, 690));
            records.push(if self.dice.chance(60) {
                self.connection(&person, time)
            } else {
                self.asked(&person, time)
            });
            people.insert(person);
        }
        records.push(self.ours(Event::DisassociationStarted, stop, Details::default()));
        let seconds = u64::try_from((gone - began).num_seconds()).unwrap();
        let closing = Closing {
            up_since: began + TimeDelta::seconds(2),
            ready_since: Some(ready),
            start: Some(ready - began),
            requests: Some(self.company.uses),
            people: std::collections::BTreeSet::new(),
            people_count: 0,
            last_active_at: Some(stop - TimeDelta::minutes(10)),
            association_seconds: seconds,
        };
        let closing = Details {
            duration: Some(gone - began),
            cost_usd: Some(cost_usd(gone - began, 0.15)),
            closing: Some(Box::new(closing.with_people(people))),
            ..Details::default()
        };
        records.push(self.ours(Event::DisassociationCompleted, gone, closing));
        records
    }

    fn person(&mut self) -> Email {
        let number = self.dice.between(1, self.company.employees);
        format!("employee{number:04}@example.com").parse().unwrap()
    }

    fn asked(&self, person: &Email, at: DateTime<Utc>) -> AuditRecord {
        let reason = format!("{person} asked for the VPN.");
        let origin = Origin {
            actor_sub: Some("57a43a28-70b1-7051-0f5c-c33a4cb1b2bd".to_owned()),
            source_ip: Some("203.0.113.77".to_owned()),
            user_agent: Some(
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"
                    .to_owned(),
            ),
            trace_id: Some("Root=1-692268a5-2f1b3c4d5e6f708192a3b4c5".to_owned()),
            sec_fetch_site: Some("none".to_owned()),
        };
        let details = Details {
            origin,
            ..Details::default()
        };
        let actor = Actor::Employee(person.clone());
        self.record(Event::AssociationRequested, actor, at, reason, details)
    }

    /// Its id is made from its end, which a sweep sees up to a minute later.
    fn connection(&mut self, person: &Email, at: DateTime<Utc>) -> AuditRecord {
        let id = format!("cvpn-connection-{:017x}", self.dice.draw());
        let details = Details {
            stay: Some(self.stay),
            duration: Some(TimeDelta::minutes(50)),
            bytes: Some(self.dice.between(1_000, 1_000_000_000)),
            connection_id: Some(ConnectionId::observed(id.clone())),
            ..Details::default()
        };
        let reason = format!("{person}'s connection ended.");
        let actor = Actor::Client(person.to_string());
        AuditRecord {
            event_id: EventId::of_fact(at, &[&id]),
            ..self.record(Event::ConnectionEnded, actor, at, reason, details)
        }
    }

    fn ours(&self, event: Event, at: DateTime<Utc>, details: Details) -> AuditRecord {
        let association = format!("cvpn-assoc-{:017x}", self.stay);
        let details = Details {
            stay: Some(self.stay),
            association_ids: [AssociationId::observed(association)].into(),
            subnet_ids: [SubnetId::observed("subnet-0c000000000000000")].into(),
            ..details
        };
        let reason = "Nobody has been connected for 60 minutes, and no lease runs.".to_owned();
        self.record(event, Actor::Reaper, at, reason, details)
    }

    fn record(
        &self,
        event: Event,
        actor: Actor,
        at: DateTime<Utc>,
        reason: String,
        details: Details,
    ) -> AuditRecord {
        let retention = Retention {
            audit: Some(TimeDelta::days(400)),
            connections: Some(TimeDelta::days(90)),
        };
        AuditRecord {
            event_id: self.ids.next(at),
            endpoint: Some(self.endpoint.clone()),
            occurred_at: at,
            event,
            actor,
            reason,
            expires_at: retention.expires_at(event, at),
            details,
        }
    }
}
