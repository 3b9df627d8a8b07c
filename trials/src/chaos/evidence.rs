//! What the storm is judged by: a history of each endpoint, filled from EC2, from what people were told, and from what is on
//! record.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use sandbox::dynamo::Record;
use sandbox::ec2::Ec2;
use shared::model::audit::{AuditRecord, Event};
use shared::model::{EndpointId, Holidays, Rules};
use testkit::ec2::{AssociationStatus, RouteOrigin, RouteStatus};
use testkit::example;
use testkit::history::{History, SentOrder};
use testkit::people::Answer;
use testkit::rulebook::{Invariant, RecordKey, Rulebook, Terms, fingerprint, record_key};

/// The managed endpoints: their names and ids.
pub(super) const ENDPOINTS: [(&str, &str); 2] =
    [("tokyo", example::TOKYO), ("osaka", example::OSAKA)];

/// The policy of the story: short times, so that an hour has several times up in it.
pub(super) const IDLE_MINUTES: i64 = 12;
/// See [`IDLE_MINUTES`].
pub(super) const GRACE_MINUTES: i64 = 8;
/// The longest that an employee extends.
pub(super) const EXTENSION_MINUTES: u64 = 25;

/// The longest that a minute of the story is; time jumps from one to the next, even while functions are at work.
pub(super) const JUMP: TimeDelta = TimeDelta::seconds(60);

/// What an hour of one association costs, in US dollars.
const HOUR_PRICE_USD: f64 = 0.15;

/// A route that was made by hand: destination and target.
pub(super) type RoutePair = (String, String);

/// A rulebook of each endpoint, by its id.
#[derive(Debug)]
pub(super) struct Evidence(pub(super) BTreeMap<EndpointId, Rulebook>);

impl Evidence {
    pub(super) fn new() -> Self {
        let books = endpoints().map(|(_, id)| (id.clone(), Rulebook::new(terms(id))));
        Self(books.collect())
    }

    pub(super) fn histories(&self) -> impl Iterator<Item = &History> {
        self.0.values().map(|book| &book.history)
    }

    pub(super) fn history(&mut self, id: &EndpointId) -> Option<&mut History> {
        self.0.get_mut(id).map(|book| &mut book.history)
    }

    /// The records of an endpoint with this event, oldest first.
    pub(super) fn of(&self, id: &EndpointId, event: Event) -> impl Iterator<Item = &AuditRecord> {
        let history = self.0.get(id).map(|book| &book.history);
        history.into_iter().flat_map(move |it| it.of(event))
    }

    pub(super) fn records(&self) -> impl Iterator<Item = &AuditRecord> {
        self.histories().flat_map(|history| &history.records)
    }

    pub(super) fn answers(&self) -> impl Iterator<Item = &Answer> {
        self.histories().flat_map(|history| &history.answers)
    }

    /// Takes in what happened at EC2 since.
    pub(super) fn learn(&mut self, ec2: &Ec2) {
        let (moments, calls) = ec2.change(|world, _| (world.take_history(), world.take_calls()));
        for (id, book) in &mut self.0 {
            book.learn(moments.clone(), false);
            for call in &calls {
                book.history.called(call);
            }
            let connections = ec2.read(|world| {
                let endpoint = world.endpoint(id);
                endpoint.map(|endpoint| endpoint.connections.clone())
            });
            let connections = connections.into_iter().flatten();
            book.history.connections.extend(connections);
        }
    }

    /// Takes in what people were told.
    pub(super) fn heard(&mut self, answers: Vec<Answer>) {
        for answer in answers {
            if let Some(history) = endpoint(answer.endpoint).and_then(|id| self.history(&id)) {
                history.answers.push(answer);
            }
        }
    }

    /// Takes in what an administrator ordered.
    pub(super) fn ordered(&mut self, at: &str, order: Option<SentOrder>) {
        if let Some(history) = endpoint(at).and_then(|id| self.history(&id)) {
            history.orders.extend(order);
        }
    }

    /// Takes in what is on record, and compares it with what was on record before.
    pub(super) fn compare(&mut self, now: DateTime<Utc>, items: &[Record]) {
        let mut written: BTreeMap<RecordKey, u64> = BTreeMap::new();
        let mut records: BTreeMap<String, Vec<AuditRecord>> = BTreeMap::new();
        let mut unread = Vec::new();
        for item in items {
            match AuditRecord::parse(&item.item()) {
                Ok(record) => {
                    let key = record_key(&record);
                    records.entry(key.0.clone()).or_default().push(record);
                    written.insert(key, fingerprint(item));
                }
                Err(error) => unread.push(format!("{error}: {item:?}")),
            }
        }
        let ids: BTreeSet<_> = written.keys().map(|(_, id)| id).collect();
        let unique = ids.len() == items.len();
        for (id, book) in &mut self.0 {
            book.history.records = records.remove(id.as_str()).unwrap_or_default();
            let as_written = unread.is_empty() && unique;
            book.holds(Invariant::RecordChanged, now, as_written, || {
                format!("two records have one id, or one cannot be read: {unread:?}")
            });
            for (key, fingerprint) in &written {
                book.written(now, key.clone(), *fingerprint);
            }
            book.records_stand(now, |key| written.get(key).copied());
        }
    }

    /// Whether everything of the endpoint is gone now.
    pub(super) fn is_gone(&self, id: &EndpointId) -> bool {
        let networks = self.0.get(id).map(|book| book.history.networks.values());
        let mut networks = networks.into_iter().flatten();
        networks.all(|network| network.first(AssociationStatus::Disassociated).is_some())
    }
}

fn terms(endpoint: EndpointId) -> Terms {
    Terms {
        endpoint,
        subnets: Vec::new(),
        rules: Rules {
            time_zone: chrono_tz::Asia::Tokyo,
            idle_timeout: TimeDelta::minutes(IDLE_MINUTES),
            first_connection_grace: TimeDelta::minutes(GRACE_MINUTES),
            overnight_window: None,
            overnight_idle_timeout: TimeDelta::minutes(IDLE_MINUTES),
            stale_connection: None,
            overnight_stale_connection: None,
            silent_below_kib_per_hour: 256,
            max_extension: TimeDelta::hours(12),
            routes: Vec::new(),
            holidays: Holidays::default(),
            booking_lifetime: TimeDelta::days(60),
        },
        hour_price_usd: HOUR_PRICE_USD,
        sweep_every: JUMP,
        skew: TimeDelta::zero(),
        ec2_takes: TimeDelta::minutes(10),
        judges_cost_amid_storms: true,
    }
}

/// What an endpoint has at EC2 now.
#[derive(Debug, Default)]
pub(super) struct Present {
    /// The subnets that are associated.
    pub(super) subnets: BTreeSet<shared::model::SubnetId>,
    /// The routes made by hand that are in force.
    pub(super) routes: BTreeSet<RoutePair>,
    pub(super) groups: BTreeSet<String>,
    /// Whether a client is connected.
    pub(super) in_use: bool,
}

impl Present {
    pub(super) fn of(ec2: &Ec2, id: &EndpointId) -> Self {
        let present = ec2.read(|world| {
            let endpoint = world.endpoint(id)?;
            let routes = endpoint.routes.values().filter(|route| {
                route.origin == RouteOrigin::AddRoute && route.status == RouteStatus::Active
            });
            Some(Self {
                subnets: endpoint
                    .associated()
                    .map(|it| it.subnet_id.clone())
                    .collect(),
                routes: routes
                    .map(|route| (route.cidr.to_string(), route.target.to_string()))
                    .collect(),
                groups: endpoint
                    .security_groups
                    .iter()
                    .map(ToString::to_string)
                    .collect(),
                in_use: endpoint
                    .connections
                    .values()
                    .any(|it| it.ended_at.is_none()),
            })
        });
        present.unwrap_or_default()
    }
}

/// The endpoints by name.
pub(super) fn endpoints() -> impl Iterator<Item = (&'static str, EndpointId)> {
    ENDPOINTS
        .into_iter()
        .filter_map(|(name, id)| Some((name, id.parse().ok()?)))
}

/// The endpoint of a name.
pub(super) fn endpoint(name: &str) -> Option<EndpointId> {
    endpoints()
        .find(|(known, _)| *known == name)
        .map(|(_, id)| id)
}
