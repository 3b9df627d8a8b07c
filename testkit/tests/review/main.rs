//! What administrators review, on tables made by hand: figures to the cent, edges of ranges, limits, and what is malformed.

mod findings;
mod usage;

use std::collections::BTreeSet;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use chrono::{DateTime, TimeDelta, Utc};
use shared::model::audit::{Actor, AuditRecord, Closing, Details, Event, EventId, cost_usd};
use shared::model::{AssociationId, ManagedEndpoint, SubnetId};

pub(crate) const PRICE: f64 = 0.15;

/// Nothing in memory ever waits.
pub(crate) fn now_or_never<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("something waits"),
    }
}

pub(crate) fn time(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time")
}

pub(crate) fn endpoint(name: &str, digit: char, subnets: usize) -> ManagedEndpoint {
    let id = format!("cvpn-endpoint-0123456789abcdef{digit}");
    ManagedEndpoint {
        name: name.parse().expect("a name"),
        id: id.parse().expect("an id"),
        subnets: (0..subnets)
            .map(|n| SubnetId::observed(format!("subnet-{n}")))
            .collect(),
    }
}

pub(crate) fn record(endpoint: &ManagedEndpoint, at: DateTime<Utc>, event: Event) -> AuditRecord {
    AuditRecord {
        event_id: EventId::of_fact(at, &[event.as_str(), endpoint.id.as_str()]),
        endpoint: Some(endpoint.clone()),
        occurred_at: at,
        event,
        actor: Actor::Reaper,
        reason: "So it was.".to_owned(),
        expires_at: None,
        details: Details::default(),
    }
}

/// A stay of one association, used and answered, that ended by our stop, and was found gone five minutes later.
pub(crate) fn closed(
    endpoint: &ManagedEndpoint,
    stay: u64,
    up_since: DateTime<Utc>,
    lasted: TimeDelta,
) -> AuditRecord {
    let found = up_since + lasted + TimeDelta::minutes(5);
    let mut record = record(endpoint, found, Event::DisassociationCompleted);
    let hana = "hana@example.com".parse().expect("an email");
    let closing = Closing {
        up_since,
        ready_since: Some(up_since + TimeDelta::minutes(4)),
        start: Some(TimeDelta::seconds(250)),
        requests: Some(1),
        people: BTreeSet::from([hana]),
        people_count: 1,
        last_active_at: Some(up_since + lasted),
        association_seconds: u64::try_from(lasted.num_seconds()).unwrap_or(0),
    };
    record.details = Details {
        stay: Some(stay),
        association_ids: BTreeSet::from([AssociationId::observed(format!("of-{stay}"))]),
        duration: Some(lasted),
        cost_usd: Some(cost_usd(lasted, PRICE)),
        closing: Some(Box::new(closing)),
        ..Details::default()
    };
    record
}
