//! The control API, over HTTP.

use serde_json::{Value, json};
use testkit::ec2::{Action, Actor};

use super::{SUBNET_1, Served, TOKYO, VPC};

impl Served {
    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let request = reqwest::Client::new()
            .post(format!("{}/control{path}", self.url))
            .json(&body);
        let response = request.send().await.expect("an answer");
        (
            response.status().as_u16(),
            response.json().await.expect("JSON"),
        )
    }

    async fn done(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.post(path, body).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    async fn state(&self) -> Value {
        let response = reqwest::get(format!("{}/control/state", self.url))
            .await
            .expect("an answer");
        response.json().await.expect("JSON")
    }
}

#[tokio::test]
async fn an_administrator_does_by_hand_what_the_api_does_and_the_log_says_so() {
    let served = Served::start().await;
    served
        .done(
            "/associate",
            json!({ "endpoint": TOKYO, "subnet": SUBNET_1 }),
        )
        .await;
    served.pass(310);
    let route = json!({ "endpoint": TOKYO, "cidr": "10.8.0.0/16", "target": SUBNET_1, "description": "lab" });
    served.done("/routes/create", route.clone()).await;
    served.done("/routes/delete", route).await;
    let groups = json!({ "endpoint": TOKYO, "vpc": VPC, "groups": ["sg-1aaaaaaaaaaaaaaaa"] });
    served.done("/security-groups", groups).await;
    let state = served.state().await;
    let endpoint = &state["endpoints"][0];
    assert_eq!(endpoint["status"], "available");
    assert_eq!(endpoint["security_groups"], json!(["sg-1aaaaaaaaaaaaaaaa"]));
    assert_eq!(endpoint["routes"][4]["status"], "deleting");
    let association = endpoint["target_networks"][0]["association_id"].clone();
    served
        .done(
            "/disassociate",
            json!({ "endpoint": TOKYO, "association": association }),
        )
        .await;
    assert_eq!(
        served.state().await["endpoints"][0]["target_networks"][0]["status"],
        "disassociating"
    );
    assert!(
        served
            .ec2
            .calls()
            .iter()
            .all(|call| call.actor == Actor::Admin)
    );
    assert_eq!(served.ec2.count(Action::CreateClientVpnRoute), 1);
}

#[tokio::test]
async fn clients_connect_fall_silent_and_leave() {
    let served = Served::start().await;
    let refused = served
        .post(
            "/connect",
            json!({ "endpoint": TOKYO, "user": "jane@example.com" }),
        )
        .await;
    assert_eq!(refused.0, 400, "nothing is associated");
    served.associate(SUBNET_1).await;
    let jane = served
        .done(
            "/connect",
            json!({ "endpoint": TOKYO, "user": "jane@example.com" }),
        )
        .await;
    let laptop = served
        .done(
            "/connect",
            json!({ "endpoint": TOKYO, "certificate": "laptop-7" }),
        )
        .await;
    served.pass(10);
    served
        .done("/silence", json!({ "connection": jane["connection"] }))
        .await;
    let traffic = json!({ "connection": laptop["connection"], "ingress_per_second": 1, "egress_per_second": 1, "packet_bytes": 1 });
    served.done("/traffic", traffic).await;
    served
        .done("/counters/restart", json!({ "endpoint": TOKYO }))
        .await;
    served.pass(1);
    served
        .done("/end", json!({ "connection": laptop["connection"] }))
        .await;
    let state = served.state().await;
    let listed = state["endpoints"][0]["connections"]
        .as_array()
        .expect("connections")
        .clone();
    let of = |id: &Value| {
        listed
            .iter()
            .find(|c| c["id"] == *id)
            .expect("listed")
            .clone()
    };
    assert_eq!(of(&jane["connection"])["silent"], true);
    assert_eq!(of(&jane["connection"])["egress_bytes"], 50);
    assert_eq!(of(&jane["connection"])["egress_packets"], 1);
    assert_eq!(of(&laptop["connection"])["egress_packets"], 2);
    assert_eq!(of(&laptop["connection"])["status"], "terminated");
    assert_eq!(
        served
            .post("/end", json!({ "connection": laptop["connection"] }))
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn faults_and_behaviour_are_set_and_taken_back() {
    let served = Served::start().await;
    let fault = json!({ "action": "CreateClientVpnRoute", "times": null,
                        "kind": { "error": { "code": "InternalError", "status": 500 } } });
    served.done("/fault", fault).await;
    served.done("/fault", json!({ "kind": "hang" })).await;
    assert_eq!(
        served.state().await["faults"].as_array().map(Vec::len),
        Some(2)
    );
    served.done("/faults/clear", Value::Null).await;
    assert_eq!(served.state().await["faults"], json!([]));

    let before = served.ec2.read(|world| world.behaviour().clone());
    let zero = json!({ "min_seconds": 0, "max_seconds": 0 });
    served
        .done(
            "/settings",
            json!({ "associating": zero, "throttle": null }),
        )
        .await;
    let after = served.ec2.read(|world| world.behaviour().clone());
    assert_eq!(
        (after.throttle, after.disassociating),
        (None, before.disassociating)
    );
    served.done("/fail-association", json!({ "next": 1 })).await;
    served
        .done(
            "/associate",
            json!({ "endpoint": TOKYO, "subnet": SUBNET_1 }),
        )
        .await;
    let state = served.state().await;
    assert_eq!(
        state["endpoints"][0]["target_networks"][0]["status"],
        "association-failed"
    );
    served.done("/calls/reset", Value::Null).await;
    let calls = reqwest::get(format!("{}/control/calls", served.url))
        .await
        .expect("an answer");
    assert_eq!(
        calls.json::<Value>().await.expect("JSON"),
        json!({ "counts": {}, "calls": [] })
    );
}

#[tokio::test]
async fn what_makes_no_sense_is_a_400_with_a_reason() {
    let served = Served::start().await;
    let unknown = "cvpn-endpoint-00000000000000000";
    for (path, body, code) in [
        ("/connect", json!({}), Value::Null),
        ("/connect", json!({ "endpoint": TOKYO }), Value::Null),
        (
            "/connect",
            json!({ "endpoint": TOKYO, "user": "a", "certificate": "b" }),
            Value::Null,
        ),
        (
            "/connect",
            json!({ "endpoint": "nonsense", "user": "a" }),
            Value::Null,
        ),
        (
            "/connect",
            json!({ "endpoint": unknown, "user": "a" }),
            json!("InvalidClientVpnEndpointId.NotFound"),
        ),
        (
            "/associate",
            json!({ "endpoint": TOKYO, "subnet": "x" }),
            json!("InvalidClientVpnSubnetId.NotFound"),
        ),
        (
            "/disassociate",
            json!({ "endpoint": TOKYO, "association": "x" }),
            json!("InvalidClientVpnAssociationIdNotFound"),
        ),
        (
            "/routes/create",
            json!({ "endpoint": TOKYO, "cidr": "x", "target": "local" }),
            Value::Null,
        ),
        ("/fail-association", json!({}), Value::Null),
        ("/fault", json!({ "kind": "explode" }), Value::Null),
        ("/fault", json!({ "kind": "hang", "times": 0 }), Value::Null),
        (
            "/settings",
            json!({ "associating": { "min_seconds": 2, "max_seconds": 1 } }),
            Value::Null,
        ),
        ("/settings", json!({ "unknown": 1 }), Value::Null),
    ] {
        let (status, answer) = served.post(path, body.clone()).await;
        assert_eq!(
            (status, &answer["code"]),
            (400, &code),
            "{path} {body}: {answer}"
        );
        assert!(
            !answer["error"].as_str().unwrap_or_default().is_empty(),
            "{path} {body}"
        );
    }
}
