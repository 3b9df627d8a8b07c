//! What stands in for EC2 and DynamoDB in the simulator answers as the real adapters do: one script, played to both, and
//! each answer compared.

#![expect(
    clippy::unwrap_used,
    reason = "a script that cannot be played has failed its test"
)]

use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;
use sandbox::embedded::{Embedded, Options};
use shared::clock::Clock as _;
use shared::model::audit::{Actor, AuditRecord, Details, Event, EventId};
use shared::model::update::Update;
use shared::model::{
    AssociationId, BookedOn, BookedTimes, Booking, Clicks, ConnectionId, ConnectionTraffic,
    Counters, EndpointId, EndpointState, Lease, ManagedEndpoint, PersonalItem, RouteKey,
    SecurityGroupId, Snapshot, SubnetId, Traffic, VpcId, WORKDAYS,
};
use shared::ports::{ClientVpn, Store, Transition};
use simulator::plan::RunPlan;
use simulator::run::{bare, ec2_settings};
use testkit::ec2::{Client, Ec2World};

type Act<'a> = &'a dyn Fn(&mut Ec2World, DateTime<Utc>);

/// What goes on beside the calls.
struct Around<'a> {
    /// Lets time pass until so long after the start: calls take time in the simulator, and none on the other side.
    wait_until: &'a (dyn Fn(TimeDelta) -> BoxFuture<'static, ()> + Sync),
    /// Changes EC2's world behind the port.
    change: &'a (dyn Fn(Act<'_>) + Sync),
}

#[tokio::test]
async fn the_stand_ins_answer_as_the_real_adapters_do() {
    let mut plan = RunPlan::draw(11, 0);
    plan.skew = TimeDelta::zero();
    for local_routes_without_target in [true, false] {
        plan.local_routes_without_target = local_routes_without_target;
        let aws = real(&plan).await;
        let simulated = simulated(&plan);
        for (real, simulated) in aws.iter().zip(&simulated) {
            assert_eq!(real, simulated);
        }
        assert_eq!(aws.len(), simulated.len());
        assert!(aws.len() > 40, "{aws:?}");
    }
}

async fn real(plan: &RunPlan) -> Vec<String> {
    let options = Options {
        ec2: ec2_settings(plan),
        ..Options::at(plan.start)
    };
    let aws = Embedded::start(options).await.unwrap();
    let (clock, start) = (Arc::clone(&aws.clock), plan.start);
    let wait_until = move |after| -> BoxFuture<'static, ()> {
        clock.advance(start + after - clock.now());
        Box::pin(async {})
    };
    let change = |act: Act<'_>| aws.ec2.change(|world, now| act(world, now));
    let around = Around {
        wait_until: &wait_until,
        change: &change,
    };
    script(&*aws.vpn, &*aws.store, &around, plan.start).await
}

fn simulated(plan: &RunPlan) -> Vec<String> {
    let (engine, vpn, store) = bare(plan).unwrap();
    let (heard, start, sim) = (Arc::default(), plan.start, engine.clone());
    let answers: Arc<Mutex<Vec<String>>> = Arc::clone(&heard);
    engine.spawn(async move {
        let wait_until = |after| -> BoxFuture<'static, ()> {
            let sim = sim.clone();
            Box::pin(async move { sim.sleep_until(start + after).await })
        };
        let change = |act: Act<'_>| {
            let now = sim.now();
            act(&mut sim.universe().vpn, now);
        };
        let around = Around {
            wait_until: &wait_until,
            change: &change,
        };
        let told = script(&vpn, &store, &around, start).await;
        *answers.lock().unwrap() = told;
    });
    engine.run_until(start + TimeDelta::days(1), |_| true);
    engine.end();
    let heard = heard.lock().unwrap();
    heard.clone()
}

async fn script(
    vpn: &dyn ClientVpn,
    store: &dyn Store,
    around: &Around<'_>,
    start: DateTime<Utc>,
) -> Vec<String> {
    let mut answers = of_ec2(vpn, around).await;
    answers.extend(of_the_tables(store, start).await);
    answers.extend(of_what_is_personal(store, start).await);
    answers
}

fn told<T: std::fmt::Debug, E: std::fmt::Display>(call: &str, answer: Result<T, E>) -> String {
    match answer {
        Ok(answer) => format!("{call}: {answer:?}"),
        Err(error) => format!("{call}: {error}"),
    }
}

async fn of_ec2(vpn: &dyn ClientVpn, around: &Around<'_>) -> Vec<String> {
    let tokyo: EndpointId = testkit::example::TOKYO.parse().unwrap();
    let nowhere: EndpointId = "cvpn-endpoint-0fffffffffffffff0".parse().unwrap();
    let subnet = SubnetId::observed("subnet-0aaaaaaaaaaaaaaa1");
    let other = SubnetId::observed("subnet-0aaaaaaaaaaaaaaa2");
    let route = |cidr: &str| RouteKey {
        cidr: cidr.to_owned(),
        subnet_id: subnet.clone(),
    };
    let groups = |id: &str| [SecurityGroupId::observed(id)].into();
    let vpc = VpcId::observed("vpc-0aaaaaaaaaaaaaaaa");
    let mut heard = Vec::new();
    for endpoint in [&tokyo, &nowhere] {
        heard.push(told("networks", vpn.target_networks(endpoint).await));
        heard.push(told("connections", vpn.connections(endpoint).await));
        heard.push(told("routes", vpn.routes(endpoint).await));
        heard.push(told("endpoint", vpn.endpoint(endpoint).await));
        heard.push(told("profile", vpn.export_profile(endpoint).await));
    }
    for (subnet, token) in [
        (&subnet, "a"),
        (&subnet, "a"),
        (&subnet, "b"),
        (&other, "a"),
        (&other, "c"),
    ] {
        heard.push(told(
            "associate",
            vpn.associate(&tokyo, subnet, token).await,
        ));
    }
    let unknown = SubnetId::observed("subnet-0fffffffffffffff0");
    heard.push(told(
        "associate",
        vpn.associate(&tokyo, &unknown, "d").await,
    ));
    heard.push(told("networks", vpn.target_networks(&tokyo).await));
    let early = vpn
        .create_route(&tokyo, &route("10.50.0.0/16"), None, "r")
        .await;
    heard.push(told("route while associating", early));
    (around.wait_until)(TimeDelta::minutes(30)).await;
    let networks = vpn.target_networks(&tokyo).await;
    heard.push(told("networks", networks.as_ref()));
    heard.push(told("routes", vpn.routes(&tokyo).await));
    for (cidr, token) in [
        ("10.50.0.0/16", "s"),
        ("10.50.0.0/16", "s"),
        ("10.50.0.0/16", "t"),
    ] {
        let made = vpn
            .create_route(&tokyo, &route(cidr), Some("by hand"), token)
            .await;
        heard.push(told("route", made));
    }
    let local = RouteKey {
        cidr: "10.100.0.0/22".to_owned(),
        subnet_id: SubnetId::observed(RouteKey::LOCAL),
    };
    let made = vpn.create_route(&tokyo, &local, None, "u").await;
    heard.push(told("local route", made));
    heard.push(told("routes", vpn.routes(&tokyo).await));
    for group in ["sg-1aaaaaaaaaaaaaaa", "sg-0fffffffffffffff0"] {
        let applied = vpn
            .apply_security_groups(&tokyo, &vpc, &groups(group))
            .await;
        heard.push(told("groups", applied));
    }
    heard.push(told("endpoint", vpn.endpoint(&tokyo).await));
    heard.extend(of_connections(vpn, around, &tokyo).await);
    let ids: Vec<AssociationId> = networks
        .unwrap()
        .into_iter()
        .map(|n| n.association_id)
        .collect();
    for id in [
        &ids[0],
        &ids[0],
        &ids[1],
        &AssociationId::observed("cvpn-assoc-0fffffffffffffff0"),
    ] {
        heard.push(told("disassociate", vpn.disassociate(&tokyo, id).await));
    }
    heard.push(told("networks", vpn.target_networks(&tokyo).await));
    (around.wait_until)(TimeDelta::hours(3)).await;
    heard.push(told("networks", vpn.target_networks(&tokyo).await));
    heard.push(told("routes", vpn.routes(&tokyo).await));
    heard
}

/// Times and counters are text in EC2's answers: as the model has them, so they must be read.
async fn of_connections(
    vpn: &dyn ClientVpn,
    around: &Around<'_>,
    endpoint: &EndpointId,
) -> Vec<String> {
    let clients = [
        Client::User("yuki@example.com".to_owned()),
        Client::Certificate("printer".to_owned()),
    ];
    let mut heard = Vec::new();
    for (client, hour) in clients.into_iter().zip(1..) {
        (around.wait_until)(TimeDelta::hours(hour)).await;
        (around.change)(&|world, now| {
            world.connect(now, endpoint, client.clone()).unwrap();
        });
        (around.wait_until)(TimeDelta::hours(hour) + TimeDelta::milliseconds(90_500)).await;
        heard.push(told("connections", vpn.connections(endpoint).await));
    }
    (around.wait_until)(TimeDelta::minutes(130)).await;
    (around.change)(&|world, now| {
        let connections = &world.endpoint(endpoint).unwrap().connections;
        let first = connections.keys().next().unwrap().clone();
        world.end(now, &first).unwrap();
    });
    (around.wait_until)(TimeDelta::milliseconds(130 * 60_000 + 10_500)).await;
    heard.push(told("connections", vpn.connections(endpoint).await));
    heard
}

async fn of_the_tables(store: &dyn Store, start: DateTime<Utc>) -> Vec<String> {
    let id: EndpointId = testkit::example::TOKYO.parse().unwrap();
    let mut heard = Vec::new();
    let record = record(&id, start);
    for _ in 0..2 {
        heard.push(told("record", store.put_record(&record).await));
    }
    for ask in ["one", "one", "two"] {
        let ask = EventId::of_fact(start, &[ask]);
        let asked = store.add_request(&id, start, &ask).await;
        heard.push(told("ask", asked.map(|state| brief(&state))));
    }
    for update in updates() {
        let updated = store.update(&id, &update).await;
        let updated = updated.map(|state| state.map(|state| brief(&state)));
        heard.push(told("update", updated));
    }
    for (hours, may_shorten) in [(2, false), (1, false), (1, true), (3, false)] {
        let lease = lease(start, hours);
        heard.push(told(
            "lease",
            store.grant_lease(&id, &lease, may_shorten).await,
        ));
        heard.push(told(
            "load",
            store.load(&id).await.map(|state| brief(&state)),
        ));
    }
    for transition in transitions(&id, start) {
        heard.push(told("commit", store.commit(&id, &transition).await));
        heard.push(told(
            "load",
            store.load(&id).await.map(|state| brief(&state)),
        ));
    }
    let of_one = ConnectionTraffic {
        user: "yuki@example.com".to_owned(),
        connected_at: Some(start),
        counters: Some(Counters {
            bytes: 100,
            packets: 2,
        }),
        rate: None,
        window: None,
    };
    let connections = [(ConnectionId::observed("c"), of_one)].into_iter();
    let traffic = Traffic::of_reading(start, Some(TimeDelta::hours(2)), connections);
    heard.push(told("traffic", store.put_traffic(&id, &traffic).await));
    for load in [store.load(&id).await, store.load_for_sweep(&id).await] {
        heard.push(told("load", load.map(|state| brief(&state))));
    }
    heard.push(told(
        "state",
        store.state(&id).await.map(|state| brief(&state)),
    ));
    heard
}

/// Bookings and clicks: each write twice, for the second must fail where the first has made its condition untrue.
async fn of_what_is_personal(store: &dyn Store, start: DateTime<Utc>) -> Vec<String> {
    let id: EndpointId = testkit::example::TOKYO.parse().unwrap();
    let lifetime = TimeDelta::days(60);
    let weekly = booking("yuki@example.com", BookedOn::Days(WORKDAYS), start);
    let dated = booking(
        "yuki@example.com",
        BookedOn::Date(start.date_naive()),
        start,
    );
    // Its key begins as another's does.
    let other = booking("yuki@example.co", BookedOn::Days(WORKDAYS), start);
    let mut heard = Vec::new();
    for booking in [&weekly, &dated, &other] {
        let clicks = PersonalItem::Clicks(booking.email.clone());
        let read = store.load_personal(&id, &booking.email).await.unwrap();
        let made = Transition {
            records: vec![AuditRecord {
                event_id: EventId::of_fact(start, &[booking.email.as_str(), booking.id.as_str()]),
                ..record(&id, start)
            }],
            personal: vec![
                (booking.into(), booking.made(None, lifetime)),
                (clicks, read.clicks.booking_made(start)),
            ],
            ..Transition::default()
        };
        // The state has no part in it.
        for _ in 0..2 {
            heard.push(told("make", store.commit(&id, &made).await));
        }
        heard.push(told("mine", store.load_personal(&id, &booking.email).await));
    }
    let later = start + TimeDelta::days(2);
    let date = later.date_naive();
    let lapsed = weekly.lapsed(later);
    for (item, update) in [
        (&weekly, weekly.placed(date)),
        (&weekly, weekly.placed(date)),
        (&weekly, weekly.renewed(later, lifetime)),
        (&weekly, lapsed),
        (&dated, dated.ended(later)),
        (&dated, dated.renewed(later, lifetime)),
        (&dated, dated.placed(date)),
    ] {
        let item = PersonalItem::from(item);
        heard.push(told(
            "update",
            store.update_personal(&id, &item, &update).await,
        ));
    }
    let clicks = PersonalItem::Clicks(weekly.email.clone());
    for update in [
        Clicks::clicked(start, start.date_naive(), start),
        Clicks::clicked(start + TimeDelta::hours(1), start.date_naive(), start),
        Clicks::declined(later),
    ] {
        heard.push(told(
            "click",
            store.update_personal(&id, &clicks, &update).await,
        ));
    }
    heard.extend(of_placing(store, &id, &other, start).await);
    for email in ["yuki@example.com", "yuki@example.co", "nobody@example.com"] {
        let email = email.parse().unwrap();
        heard.push(told("mine", store.load_personal(&id, &email).await));
        let seen = store.glance(&id, &email).await;
        heard.push(told("glance", seen.map(|state| with_bookings(&state))));
    }
    for load in [store.load(&id).await, store.load_for_sweep(&id).await] {
        heard.push(told("load", load.map(|state| with_bookings(&state))));
    }
    heard
}

/// A booking is placed: booking, lease, count and record together, and once.
async fn of_placing(
    store: &dyn Store,
    id: &EndpointId,
    booking: &Booking,
    start: DateTime<Utc>,
) -> Vec<String> {
    let mut heard = Vec::new();
    let lease = Lease {
        email: booking.email.clone(),
        ..lease(start, 2)
    };
    for (ask, lease) in [("a", &lease), ("b", &lease)] {
        let ask = EventId::of_fact(start, &["placed", ask]);
        let placed = Transition {
            update: EndpointState::request(start, &ask),
            records: vec![AuditRecord {
                event_id: ask,
                ..record(id, start)
            }],
            personal: vec![
                (booking.into(), booking.placed(start.date_naive())),
                (
                    PersonalItem::Lease(lease.email.clone()),
                    lease.granted(false),
                ),
            ],
            ..Transition::default()
        };
        heard.push(told("place", store.commit(id, &placed).await));
        heard.push(told(
            "load",
            store.load(id).await.map(|state| brief(&state)),
        ));
    }
    heard
}

fn booking(email: &str, on: BookedOn, at: DateTime<Utc>) -> Booking {
    let times = BookedTimes {
        on,
        ready_by: "08:30:00".parse().unwrap(),
        stay_until: "18:00:00".parse().ok(),
    };
    Booking {
        email: email.parse().unwrap(),
        id: times.id(),
        times,
        placed_for: None,
        created_at: at,
        renewed_at: at,
        ended_at: None,
    }
}

fn with_bookings(state: &EndpointState) -> String {
    format!("{} {:?}", brief(state), state.bookings)
}

fn updates() -> Vec<Update> {
    let on = |update: Update| update.set("stay", 3_u64);
    vec![
        on(Update::new().when("stay", None::<u64>)),
        on(Update::new().when("stay", None::<u64>)),
        on(Update::new().when("stay", Some(3_u64))).insert("association_ids", ["a", "b"]),
        on(Update::new().when_at_most("stay", 2_u64)),
        on(Update::new().when_at_most("stay", 10_u64)).set("served", 1_u64),
        on(Update::new().when_at_most("mode", "a")).set("mode", "on"),
        on(Update::new().when_at_most("mode", "a")),
        on(Update::new().when_contains("association_ids", &"a")).delete("association_ids", ["a"]),
        on(Update::new().when_contains("association_ids", &"a")),
        on(Update::new().when_lacks("association_ids", &"b")),
        on(Update::new().when_lacks("failed_ids", &"b")).delete("association_ids", ["b"]),
        Update::new().remove(&["mode"]),
    ]
}

fn transitions(id: &EndpointId, start: DateTime<Utc>) -> Vec<Transition> {
    let with = |update: Update| Transition {
        update,
        ..Transition::default()
    };
    let recorded = Transition {
        records: vec![AuditRecord {
            event_id: EventId::of_fact(start, &["another"]),
            ..record(id, start)
        }],
        snapshot: Some(Snapshot {
            routes: [].into(),
            security_group_ids: [SecurityGroupId::observed("sg-1")].into(),
            taken_at: start,
        }),
        ..with(
            Update::new()
                .when("stay", Some(3_u64))
                .set("attempt", 1_u64),
        )
    };
    let released = |hours| Transition {
        personal: vec![{
            let lease = lease(start, hours);
            (
                PersonalItem::Lease(lease.email.clone()),
                lease.given_back(start),
            )
        }],
        ..with(Update::new().set("released_at", start))
    };
    vec![
        with(
            Update::new()
                .when("stay", Some(4_u64))
                .set("attempt", 9_u64),
        ),
        with(Update::new().when("stay", Some(3_u64))),
        recorded.clone(),
        recorded,
        released(1),
        released(3),
    ]
}

fn record(id: &EndpointId, at: DateTime<Utc>) -> AuditRecord {
    AuditRecord {
        event_id: EventId::of_fact(at, &["a record"]),
        endpoint: Some(ManagedEndpoint {
            name: "tokyo".parse().unwrap(),
            id: id.clone(),
            subnets: Vec::new(),
        }),
        occurred_at: at,
        event: Event::ModeChanged,
        actor: Actor::External,
        reason: "for the test".to_owned(),
        expires_at: None,
        details: Details::default(),
    }
}

fn lease(start: DateTime<Utc>, hours: i64) -> Lease {
    Lease {
        email: "yuki@example.com".parse().unwrap(),
        requested_at: start,
        until: start + TimeDelta::hours(hours),
        stay: 1,
        request: 1,
        released_at: None,
    }
}

/// What a state says.
fn brief(state: &EndpointState) -> String {
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        state.demand,
        state.stay,
        state.attempts,
        state.order,
        state.leases,
        state.snapshot,
        state.traffic
    )
}
