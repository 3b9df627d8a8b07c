//! Every rule holds in a history as it should be, and breaks in one that was tampered with.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use sandbox::dynamo::Record;
use serde_json::{Value, json};
use shared::model::{AssociationId, ConnectionId, EndpointId, SubnetId};
use testkit::ec2::AssociationStatus::{
    self, Associated, Associating, AssociationFailed, Disassociated, Disassociating,
};
use testkit::example::TOKYO;

use super::{RULES, in_time};
use crate::chaos::employee::{Answer, Wish};
use crate::chaos::evidence::Evidence;
use crate::chaos::truth::{Connected, Did, Done, Network};

static START: LazyLock<DateTime<Utc>> =
    LazyLock::new(|| "2026-11-23T00:00:00Z".parse().expect("a time"));

/// Minutes and seconds after the start.
fn at(minutes: i64, seconds: i64) -> DateTime<Utc> {
    *START + TimeDelta::minutes(minutes) + TimeDelta::seconds(seconds)
}

fn tokyo() -> EndpointId {
    TOKYO.parse().expect("an endpoint")
}

fn network(subnet: &str, steps: &[(DateTime<Utc>, AssociationStatus)]) -> Network {
    Network {
        endpoint: tokyo(),
        subnet: SubnetId::observed(subnet),
        steps: steps.to_vec(),
    }
}

fn call(when: DateTime<Utc>, what: Did) -> Done {
    Done {
        at: when,
        endpoint: TOKYO.to_owned(),
        access_key: "ASIAREAPER".to_owned(),
        what,
    }
}

fn answer(wish: Wish, sent: DateTime<Utc>, status: u16, phase: &str) -> Answer {
    Answer {
        email: "hana@example.com".to_owned(),
        endpoint: "tokyo",
        wish,
        sent_at: sent,
        received_at: sent + TimeDelta::seconds(1),
        status,
        trace: format!("Root={}", sent.timestamp()),
        phase: Some(phase.to_owned()),
        observed_at: Some(sent),
        code: None,
        text: "{".to_owned(),
    }
}

fn record(when: DateTime<Utc>, event: &str, more: &[(&str, Value)]) -> Record {
    let text = |text: &str| json!({ "S": text });
    let mut item = json!({
        "endpoint_id": text(TOKYO),
        "event_id": text(&format!("{event} {when}")),
        "occurred_at": text(&when.to_rfc3339()),
        "event": text(event),
        "actor": text("hana@example.com"),
        "stay": { "N": "1" },
    });
    for (name, value) in more {
        item[*name] = value.clone();
    }
    Record::new(item)
}

fn both() -> (&'static str, Value) {
    ("association_ids", json!({ "SS": ["one", "other"] }))
}

/// Asked for at 0:00, ready at 5:00, used from 6:00 to 30:00, stopped at 44:00 and gone at 50:00.
fn history() -> Evidence {
    let mut evidence = Evidence::default();
    let steps = [
        (at(0, 2), Associating),
        (at(5, 0), Associated),
        (at(44, 0), Disassociating),
        (at(50, 0), Disassociated),
    ];
    for (id, subnet) in [("one", "subnet-1"), ("other", "subnet-2")] {
        let id = AssociationId::observed(id);
        let truth = &mut evidence.truth;
        truth.networks.insert(id, network(subnet, &steps));
    }
    let connected = Connected {
        endpoint: tokyo(),
        from: at(6, 0),
        to: Some(at(30, 0)),
    };
    let connections = &mut evidence.truth.connections;
    connections.insert(ConnectionId::observed("connection"), connected);
    evidence.truth.calls = vec![
        call(at(0, 2), Did::Associated),
        call(at(43, 59), Did::Looked),
        call(
            at(44, 0),
            Did::Disassociated(AssociationId::observed("one")),
        ),
        call(
            at(44, 0),
            Did::Disassociated(AssociationId::observed("other")),
        ),
    ];
    evidence.answers = vec![
        answer(Wish::Ask, at(0, 0), 202, "starting"),
        answer(Wish::Status, at(6, 0), 200, "ready"),
        answer(Wish::Status, at(60, 0), 200, "off"),
    ];
    let trace = json!({ "S": format!("Self=1;Root={}", at(0, 0).timestamp()) });
    let ended = [("connection_id", json!({ "S": "connection" }))];
    let bill = [
        both(),
        ("duration_seconds", json!({ "N": "2638" })),
        ("cost_usd", json!({ "N": "0.2198" })),
    ];
    evidence.records = vec![
        record(at(0, 0), "association.requested", &[("trace_id", trace)]),
        record(at(0, 2), "association.started", &[both()]),
        record(at(5, 0), "association.completed", &[both()]),
        record(at(30, 0), "connection.ended", &ended),
        record(at(44, 0), "disassociation.started", &[both()]),
        record(at(50, 0), "disassociation.completed", &bill),
    ];
    evidence
}

fn broken(evidence: &Evidence) -> Vec<&'static str> {
    let breaks = |(_, rule): &&(&'static str, super::Rule)| !rule(evidence).is_empty();
    let broken = RULES.iter().filter(breaks);
    broken.map(|(claim, _)| *claim).collect()
}

fn one(evidence: &mut Evidence) -> &mut Network {
    let networks = &mut evidence.truth.networks;
    networks
        .get_mut(&AssociationId::observed("one"))
        .expect("it is there")
}

fn client(evidence: &mut Evidence) -> &mut Connected {
    let connections = &mut evidence.truth.connections;
    connections.values_mut().next().expect("it is there")
}

#[test]
fn a_history_as_it_should_be_breaks_no_rule() {
    assert_eq!(broken(&history()), [""; 0]);
    assert_eq!(in_time::gone_late(&history(), "tokyo", &tokyo()), [""; 0]);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table: a few lines for each rule")]
fn each_rule_breaks_when_the_history_is_tampered_with() {
    type Tamper = fn(&mut Evidence);
    let tampered: [(&str, Tamper); 28] = [
        ("nothing is disassociated while somebody uses it", |e| {
            client(e).to = Some(at(44, 0));
        }),
        (
            "nothing is disassociated that was not looked at before",
            |e| {
                e.truth.calls[1].access_key = "ASIAOTHER".to_owned();
            },
        ),
        ("nothing is stopped within a lease", |e| {
            let kept = answer(Wish::Extend(20), at(30, 0), 200, "ready");
            let trace = json!({ "S": kept.trace });
            e.answers.push(kept);
            e.records
                .push(record(at(30, 0), "lease.extended", &[("trace_id", trace)]));
        }),
        ("a subnet has one association at a time", |e| {
            one(e).subnet = SubnetId::observed("subnet-2");
        }),
        ("a record explains each association, once", |e| {
            e.records[1] = record(at(0, 2), "association.started", &[]);
        }),
        ("a record explains each association, once", |e| {
            e.records
                .insert(2, record(at(1, 0), "association.adopted", &[both()]));
        }),
        ("a record explains each association, once", |e| {
            let third = ("association_ids", json!({ "SS": ["third"] }));
            e.records
                .insert(2, record(at(1, 0), "association.started", &[third]));
        }),
        ("the end of each association is on record once", |e| {
            let again = e.records[5].clone();
            e.records.push(again);
        }),
        ("the end of each association is on record once", |e| {
            e.records[5] = record(at(50, 0), "disassociation.failed", &[]);
        }),
        ("the end of each association is on record once", |e| {
            one(e).steps.pop();
        }),
        ("a stay is ready once", |e| {
            e.records
                .insert(3, record(at(6, 0), "association.completed", &[]));
        }),
        ("each stop has its outcome", |e| {
            e.records
                .insert(4, record(at(43, 0), "disassociation.started", &[]));
        }),
        ("each stop has its outcome", |e| {
            e.records
                .push(record(at(55, 0), "disassociation.started", &[]));
        }),
        ("no record changes or disappears", |e| {
            e.compare(e.records.clone());
            e.compare(e.records[1..].to_vec());
        }),
        ("no record changes or disappears", |e| {
            e.compare(e.records.clone());
            let mut changed = e.records.clone();
            changed[0] = record(
                at(0, 0),
                "association.requested",
                &[("reason", json!({ "S": "" }))],
            );
            e.compare(changed);
        }),
        ("the end of each connection is on record once", |e| {
            e.records.remove(3);
        }),
        ("a change by hand is on record once", |e| {
            e.records.push(record(at(20, 0), "routes.changed", &[]));
        }),
        ("what is lost once is made again once", |e| {
            for minute in [6, 7] {
                let subnets = ("subnet_ids", json!({ "SS": ["subnet-1"] }));
                let cidrs = ("cidrs", json!({ "SS": ["0.0.0.0/0"] }));
                let again = record(at(minute, 0), "routes.restored", &[subnets, cidrs]);
                e.records.push(again);
            }
        }),
        ("each ask that was promised is on record once", |e| {
            e.records.remove(0);
        }),
        ("each ask that was promised is on record once", |e| {
            e.records.insert(0, e.records[0].clone());
        }),
        ("each answer is one that people may get", |e| {
            e.answers.push(answer(Wish::Status, at(7, 0), 500, "ready"));
        }),
        (
            "nobody is told that EC2 refused what it did not refuse",
            |e| {
                e.answers[0].code = Some("UnauthorizedOperation".to_owned());
            },
        ),
        ("nobody is told `ready` when it cannot be used", |e| {
            e.answers
                .push(answer(Wish::Status, at(47, 0), 200, "ready"));
        }),
        ("nobody is told `off` when it comes back by itself", |e| {
            e.truth.calls.push(call(at(70, 0), Did::Associated));
        }),
        ("nobody is told anything old", |e| {
            e.answers[1].observed_at = Some(at(3, 0));
        }),
        ("the cost on record is what EC2 bills", |e| {
            one(e).steps[0].0 = at(-3, 0);
            e.records[1] = record(at(-3, 0), "association.started", &[both()]);
            let other = AssociationId::observed("other");
            let steps = one(e).steps.clone();
            e.truth.networks.insert(other, network("subnet-2", &steps));
        }),
        ("the cost on record is what EC2 bills", |e| {
            let bill = [
                both(),
                ("duration_seconds", json!({ "N": "2638" })),
                ("cost_usd", json!({ "N": "0.11" })),
            ];
            e.records[5] = record(at(50, 0), "disassociation.completed", &bill);
        }),
        ("nobody is told `ready` when it cannot be used", |e| {
            e.answers[1].observed_at = None;
        }),
    ];
    for (number, (claim, tamper)) in tampered.into_iter().enumerate() {
        let mut evidence = history();
        tamper(&mut evidence);
        let broken = broken(&evidence);
        assert!(broken.contains(&claim), "{number} {claim}: {broken:?}");
    }
    for (claim, _) in RULES {
        assert!(
            tampered.iter().any(|(broken, _)| *broken == claim),
            "{claim}"
        );
    }
}

#[test]
fn what_ec2_leaves_open_breaks_no_rule() {
    let mut evidence = history();
    client(&mut evidence).from = at(43, 59);
    client(&mut evidence).to = Some(at(44, 0));
    assert_eq!(broken(&evidence), [""; 0]);
    let mut evidence = history();
    // A failed association may be removed whoever is connected through another.
    one(&mut evidence).steps[1].1 = AssociationFailed;
    evidence.truth.calls.insert(
        0,
        call(at(7, 0), Did::Disassociated(AssociationId::observed("one"))),
    );
    assert!(!broken(&evidence).contains(&"nothing is disassociated while somebody uses it"));
}

#[test]
fn an_ask_explains_why_it_is_not_off_any_more() {
    let mut evidence = history();
    evidence.truth.calls.push(call(at(70, 0), Did::Associated));
    let asked = answer(Wish::Ask, at(65, 0), 503, "");
    evidence.answers.push(asked);
    assert_eq!(broken(&evidence), [""; 0]);
}

#[test]
fn an_endpoint_that_goes_too_late_is_told() {
    for (calm, called, late) in [(0, 44, false), (0, 46, true), (50, 54, false)] {
        let mut evidence = history();
        evidence.calm_from = at(calm, 0);
        for network in evidence.truth.networks.values_mut() {
            network.steps[2].0 = at(called, 0);
            network.steps[3].0 = at(called + 6, 0);
        }
        let told = in_time::gone_late(&evidence, "tokyo", &tokyo());
        assert_eq!(!told.is_empty(), late, "{called}: {told:?}");
    }
    let mut evidence = history();
    one(&mut evidence).steps.truncate(2);
    assert_eq!(in_time::gone_late(&evidence, "tokyo", &tokyo()).len(), 1);
}
