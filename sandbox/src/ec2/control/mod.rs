//! The control API: what no client of EC2 can do. JSON in, JSON out; what cannot be done is answered 400 with
//! `{"error": "…"}`, and `code` where EC2 has one.
//!
//! | request | body |
//! |---|---|
//! | `GET /state` | |
//! | `POST /connect` | `endpoint`, and `user` or `certificate` |
//! | `POST /end`, `/silence` | `connection` |
//! | `POST /traffic` | `connection`, `ingress_per_second`, `egress_per_second`, and `packet_bytes` (1,200) |
//! | `POST /counters/restart` | `endpoint`: its connections' counters begin anew |
//! | `POST /associate` | `endpoint`, `subnet` |
//! | `POST /disassociate` | `endpoint`, `association` |
//! | `POST /routes/create`, `/routes/delete` | `endpoint`, `cidr`, `target` (a subnet or `local`), `description` |
//! | `POST /security-groups` | `endpoint`, `vpc`, `groups` |
//! | `POST /fail-association` | `association` (one under way), or `next` (as many to come) |
//! | `POST /fault` | a [`Fault`]; `POST /faults/clear` takes all back |
//! | `POST /settings` | the fields of [`Behaviour`] that change |
//! | `GET /calls`, `POST /calls/reset` | |

mod state;

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use shared::model::{AssociationId, ConnectionId, EndpointId, SecurityGroupId, SubnetId, VpcId};
use testkit::ec2::ApiError;
use testkit::ec2::Behaviour;
use testkit::ec2::Cidr;
use testkit::ec2::Request;
use testkit::ec2::{Client, ClientError, Traffic};
use testkit::ec2::{Fault, InvalidFault};
use testkit::ec2::{NewRoute, RouteTarget};

use super::server::Ec2;

pub(super) fn router(ec2: Ec2) -> Router {
    Router::new()
        .route("/state", get(state::state))
        .route("/connect", post(connect))
        .route("/end", post(end))
        .route("/silence", post(silence))
        .route("/traffic", post(traffic))
        .route("/counters/restart", post(restart_counters))
        .route("/associate", post(by_hand::<Associate>))
        .route("/disassociate", post(by_hand::<Disassociate>))
        .route("/routes/create", post(by_hand::<CreateRoute>))
        .route("/routes/delete", post(by_hand::<DeleteRoute>))
        .route("/security-groups", post(by_hand::<SecurityGroups>))
        .route("/fail-association", post(fail_association))
        .route("/fault", post(inject))
        .route("/faults/clear", post(clear_faults))
        .route("/settings", post(settings))
        .route("/calls", get(state::calls))
        .route("/calls/reset", post(reset_calls))
        .with_state(ec2)
}

type Reply = Result<Json<Value>, Refused>;

/// Why the control API did not do as it was told.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("the body is not what this call takes: {0}")]
    Body(#[from] serde_json::Error),
    #[error(transparent)]
    Ec2(#[from] ApiError),
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Fault(#[from] InvalidFault),
    #[error("give either `{0}` or `{1}`")]
    OneOf(&'static str, &'static str),
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let code = match &self {
            Self::Ec2(error) | Self::Client(ClientError::Endpoint(error)) => Some(error.code()),
            Self::Client(_) | Self::Body(_) | Self::Fault(_) | Self::OneOf(..) => None,
        };
        let body = json!({ "error": self.to_string(), "code": code });
        (StatusCode::BAD_REQUEST, Json(body)).into_response()
    }
}

/// Parsed here and not by axum, so that every mistake is a 400 with a reason.
fn body<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Refused> {
    Ok(serde_json::from_slice(bytes)?)
}

/// An endpoint's id as ours are, which the derived form does not ask for.
fn endpoint_id<'de, D: Deserializer<'de>>(text: D) -> Result<EndpointId, D::Error> {
    let text = String::deserialize(text)?;
    text.parse().map_err(D::Error::custom)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Connect {
    #[serde(deserialize_with = "endpoint_id")]
    endpoint: EndpointId,
    user: Option<String>,
    certificate: Option<String>,
}

async fn connect(State(ec2): State<Ec2>, bytes: Bytes) -> Reply {
    let Connect {
        endpoint,
        user,
        certificate,
    } = body(&bytes)?;
    let named = |name: &String| !name.is_empty();
    let client = match (user.filter(named), certificate.filter(named)) {
        (Some(user), None) => Client::User(user),
        (None, Some(name)) => Client::Certificate(name),
        (None, None) | (Some(_), Some(_)) => return Err(Refused::OneOf("user", "certificate")),
    };
    let connection = ec2.change(|world, now| world.connect(now, &endpoint, client))?;
    Ok(Json(json!({ "connection": connection })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneConnection {
    connection: ConnectionId,
}

async fn end(State(ec2): State<Ec2>, bytes: Bytes) -> Reply {
    let OneConnection { connection } = body(&bytes)?;
    ec2.change(|world, now| world.end(now, &connection))?;
    done()
}

async fn silence(State(ec2): State<Ec2>, bytes: Bytes) -> Reply {
    let OneConnection { connection } = body(&bytes)?;
    ec2.change(|world, now| world.silence(now, &connection))?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTraffic {
    connection: ConnectionId,
    ingress_per_second: u32,
    egress_per_second: u32,
    packet_bytes: Option<u32>,
}

async fn traffic(State(ec2): State<Ec2>, bytes: Bytes) -> Reply {
    let NewTraffic {
        connection,
        ingress_per_second,
        egress_per_second,
        packet_bytes,
    } = body(&bytes)?;
    let traffic = Traffic {
        ingress_per_second,
        egress_per_second,
        packet_bytes: packet_bytes.unwrap_or(Traffic::USUAL.packet_bytes),
    };
    ec2.change(|world, now| world.set_traffic(now, &connection, traffic))?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneEndpoint {
    #[serde(deserialize_with = "endpoint_id")]
    endpoint: EndpointId,
}

async fn restart_counters(State(ec2): State<Ec2>, bytes: Bytes) -> Reply {
    let OneEndpoint { endpoint } = body(&bytes)?;
    ec2.change(|world, now| world.restart_counters(now, &endpoint))?;
    done()
}

/// The administrator does by hand what the API could do too; it stands in the log as such.
async fn by_hand<T: DeserializeOwned + Into<Request>>(
    State(ec2): State<Ec2>,
    bytes: Bytes,
) -> Reply {
    ec2.by_hand(body::<T>(&bytes)?.into())?;
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Associate {
    #[serde(deserialize_with = "endpoint_id")]
    endpoint: EndpointId,
    subnet: SubnetId,
}

impl From<Associate> for Request {
    fn from(Associate { endpoint, subnet }: Associate) -> Self {
        Self::Associate {
            endpoint,
            subnet,
            client_token: None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Disassociate {
    #[serde(deserialize_with = "endpoint_id")]
    endpoint: EndpointId,
    association: AssociationId,
}

impl From<Disassociate> for Request {
    fn from(it: Disassociate) -> Self {
        Self::Disassociate {
            endpoint: it.endpoint,
            association: it.association,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CreateRoute {
    #[serde(deserialize_with = "endpoint_id")]
    endpoint: EndpointId,
    cidr: Cidr,
    target: String,
    #[serde(default)]
    description: String,
}

impl From<CreateRoute> for Request {
    fn from(it: CreateRoute) -> Self {
        Self::CreateRoute {
            endpoint: it.endpoint,
            route: NewRoute {
                cidr: it.cidr,
                target: RouteTarget::parse(&it.target),
                description: it.description,
            },
            client_token: None,
        }
    }
}

/// What names it; the description that it was made with may stand there too.
#[derive(Deserialize)]
struct DeleteRoute(CreateRoute);

impl From<DeleteRoute> for Request {
    fn from(DeleteRoute(it): DeleteRoute) -> Self {
        Self::DeleteRoute {
            endpoint: it.endpoint,
            cidr: it.cidr,
            target: RouteTarget::parse(&it.target),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SecurityGroups {
    #[serde(deserialize_with = "endpoint_id")]
    endpoint: EndpointId,
    vpc: VpcId,
    groups: Vec<SecurityGroupId>,
}

impl From<SecurityGroups> for Request {
    fn from(it: SecurityGroups) -> Self {
        Self::ApplySecurityGroups {
            endpoint: it.endpoint,
            vpc: it.vpc,
            groups: it.groups,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FailAssociation {
    association: Option<AssociationId>,
    next: Option<u32>,
}

async fn fail_association(State(ec2): State<Ec2>, bytes: Bytes) -> Reply {
    let FailAssociation { association, next } = body(&bytes)?;
    match (association, next) {
        (Some(id), None) => ec2.change(|world, now| world.fail_association(now, &id))?,
        (None, Some(count)) => ec2.change(|world, _| world.fail_next_associations(count)),
        (None, None) | (Some(_), Some(_)) => return Err(Refused::OneOf("association", "next")),
    }
    done()
}

async fn inject(State(ec2): State<Ec2>, bytes: Bytes) -> Reply {
    let fault: Fault = body(&bytes)?;
    ec2.change(|world, _| world.inject(fault))?;
    done()
}

async fn clear_faults(State(ec2): State<Ec2>) -> Reply {
    ec2.change(|world, _| world.clear_faults());
    done()
}

/// Lays the given fields over the behaviour as it is.
async fn settings(State(ec2): State<Ec2>, bytes: Bytes) -> Reply {
    let changes: BTreeMap<String, Value> = body(&bytes)?;
    let behaviour = ec2.change(|world, _| -> Result<Behaviour, Refused> {
        let mut fields: BTreeMap<String, Value> =
            serde_json::from_value(serde_json::to_value(world.behaviour())?)?;
        fields.extend(changes);
        let behaviour: Behaviour = serde_json::from_value(serde_json::to_value(fields)?)?;
        world.set_behaviour(behaviour.clone());
        Ok(behaviour)
    })?;
    Ok(Json(json!({ "behaviour": behaviour })))
}

async fn reset_calls(State(ec2): State<Ec2>) -> Reply {
    ec2.reset_calls();
    done()
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "the last line of every handler, which may fail before"
)]
fn done() -> Reply {
    Ok(Json(json!({ "done": true })))
}
