//! DynamoDB's answers: items through the SDK and the adapter into our types.

use bytes::Bytes;
use serde_json::Value;
use shared::model::{EndpointState, ManagedEndpoint, Mode, Observation};
use shared::policy::{self, Policy};
use shared::ports::Store as _;

use crate::replay::Replay;
use crate::stage::{block_on, configuration, endpoint, now};

/// The attributes of `state` whose kind matters, and that kind.
const KINDS: [(&str, &str); 27] = [
    ("requests", "N"),
    ("served", "N"),
    ("gave_up", "N"),
    ("stay", "N"),
    ("attempt", "N"),
    ("attempts_spent", "N"),
    ("reading_since_ms", "N"),
    ("requested_at", "S"),
    ("start_began_at", "S"),
    ("asked_at", "S"),
    ("startable_since", "S"),
    ("failed_at", "S"),
    ("failure", "S"),
    ("up_since", "S"),
    ("ready_since", "S"),
    ("last_active_at", "S"),
    ("released_at", "S"),
    ("stopping_since", "S"),
    ("stop_failed_at", "S"),
    ("last_sweep_at", "S"),
    ("failed_ids", "SS"),
    ("association_ids", "SS"),
    ("ended_seconds", "N"),
    ("requests_before_stay", "N"),
    ("people_at_stop", "SS"),
    ("to_restore", "SS"),
    ("start_seconds", "L"),
];

/// Whatever the lease table holds is a state or an error: an attribute of the wrong kind never reads as one that is
/// missing, a mode that cannot be read is not "no mode", and any state can be decided upon.
///
/// The input's first line is a call, `get` or `query`; the rest is the body of DynamoDB's answer.
pub fn items(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n');
    let (call, body) = data.split_at(end.unwrap_or(data.len()));
    let body = Bytes::copy_from_slice(body.strip_prefix(b"\n").unwrap_or_default());
    let answer = body.clone();
    // A page that names another after it would be followed by itself for ever.
    let replay = Replay::new(move |number| match number {
        0 => (200, answer.clone()),
        _ => (200, Bytes::from_static(b"{}")),
    });
    let store = replay.store();
    let (state, read) = match call {
        b"get" => (block_on(store.state(&endpoint())), state_in(&body, "Item")),
        b"query" => (
            block_on(store.load_for_sweep(&endpoint())),
            state_in(&body, "Items"),
        ),
        _ => return,
    };
    let Ok(state) = state else {
        return;
    };
    if let Some(item) = read {
        check(&state, &item);
    }
    decide(&state);
}

/// The `state` item as another reader sees it.
fn state_in(body: &[u8], field: &str) -> Option<Value> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    match &answer[field] {
        Value::Array(items) => {
            let mut states = items.iter().filter(|item| item["item"]["S"] == "state");
            // With two of one key, which DynamoDB never has, the last one would count.
            states.next_back().cloned()
        }
        item @ Value::Object(_) => Some(item.clone()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn check(state: &EndpointState, item: &Value) {
    for (attribute, kind) in KINDS {
        let value = &item[attribute];
        let absent = value.is_null() || value.get("NULL").is_some();
        assert!(absent || value.get(kind).is_some(), "{attribute}: {value}");
    }
    let requests = item["requests"]["N"].as_str();
    assert_eq!(
        requests.and_then(|text| text.parse().ok()).unwrap_or(0),
        state.demand.requests
    );
    let mode = &item["mode"];
    if !mode.is_null() && mode.get("NULL").is_none() {
        let expected = match mode["S"].as_str() {
            Some("on") => Some(Mode::On),
            Some("hold") => Some(Mode::Hold),
            Some(_) | None => None,
        };
        match &state.order.mode {
            Some(Mode::Unreadable(_)) => {}
            found => assert!(found.is_some() && *found == expected, "{mode}"),
        }
    }
}

/// What the rules say of it, as it was last seen and with nothing there.
fn decide(state: &EndpointState) {
    let configuration = configuration();
    let common = &configuration.common;
    let endpoint: &ManagedEndpoint = &common.endpoints[0];
    let policy = Policy {
        endpoint,
        rules: &common.settings.rules,
    };
    let nothing = Observation::nothing(now());
    let seen = Observation::from_listing(
        state.sightings.observation.as_ref(),
        &state.stay.association_ids,
        Vec::new(),
        now(),
    );
    for observation in [
        Some(&nothing),
        Some(&seen),
        state.sightings.observation.as_ref(),
    ]
    .into_iter()
    .flatten()
    {
        let decision = policy::decide(observation, state, policy, now());
        assert_ne!(decision.reason.to_string(), "");
    }
    assert!(state.order.text().len() < 500_000);
}
