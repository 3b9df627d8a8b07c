//! What the control API shows of the world.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use testkit::ec2::Call;
use testkit::ec2::Connection;
use testkit::ec2::{Ec2World, Endpoint};

use crate::ec2::server::Ec2;

pub(super) async fn state(State(ec2): State<Ec2>) -> Json<Value> {
    Json(ec2.read(|world| {
        let endpoints: Vec<Value> = world
            .endpoints()
            .map(|e| describe(e, world.now()))
            .collect();
        json!({
            "now": world.now(),
            "next_transition": world.next_transition(),
            "endpoints": endpoints,
            "faults": world.faults(),
            "behaviour": world.behaviour(),
            "calls": counts(world),
        })
    }))
}

fn describe(endpoint: &Endpoint, now: DateTime<Utc>) -> Value {
    let connections = endpoint
        .connections
        .values()
        .filter(|connection| connection.is_listed(now));
    json!({
        "id": endpoint.spec.id,
        "description": endpoint.spec.description,
        "status": endpoint.status(),
        "vpc": endpoint.vpc_id,
        "security_groups": endpoint.security_groups,
        "target_networks": endpoint.networks.values().collect::<Vec<_>>(),
        "routes": endpoint.routes.values().map(|route| json!({
            "cidr": route.cidr,
            "target": route.target.to_string(),
            "origin": route.origin,
            "status": route.status,
            "description": route.description,
        })).collect::<Vec<_>>(),
        "connections": connections.map(|connection| describe_connection(connection, now)).collect::<Vec<_>>(),
    })
}

fn describe_connection(connection: &Connection, now: DateTime<Utc>) -> Value {
    let counters = connection.counters(now);
    json!({
        "id": connection.id,
        "user": connection.client.user_name(),
        "common_name": connection.client.common_name(),
        "status": connection.status(now),
        "established_at": connection.established_at,
        "ended_at": connection.ended_at,
        "silent": connection.is_silent(),
        "ingress_bytes": counters.ingress_bytes,
        "egress_bytes": counters.egress_bytes,
        "ingress_packets": counters.ingress_packets,
        "egress_packets": counters.egress_packets,
    })
}

pub(super) async fn calls(State(ec2): State<Ec2>) -> Json<Value> {
    let calls: Vec<Call> = ec2.calls();
    Json(json!({ "counts": ec2.read(counts), "calls": calls }))
}

fn counts(world: &Ec2World) -> BTreeMap<&'static str, u64> {
    world
        .call_counts()
        .iter()
        .map(|(action, count)| (action.as_str(), *count))
        .collect()
}
