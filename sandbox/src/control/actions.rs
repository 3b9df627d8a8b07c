//! What the page's forms do. Each leads back to the page, or says why it could not be done.

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::Value;
use shared::model::{AssociationId, ConnectionId, EndpointId};
use testkit::ec2::{Action, Client, Fault, FaultKind, Request};

use super::api;
use super::parts::{Control, PATH};
use crate::dynamo;
use crate::html::{self, Escaped};

/// Why a form could not do what it says.
pub(super) struct Problem(String);

impl<E: std::error::Error> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = format!(
            "<p class=\"problem\" role=\"alert\">{}</p><p><a href=\"{PATH}\">Back</a></p>",
            Escaped(&self.0)
        );
        (
            StatusCode::BAD_REQUEST,
            Html(html::page("That did not work", &body)),
        )
            .into_response()
    }
}

type Done = Result<Redirect, Problem>;

fn done() -> Redirect {
    Redirect::to(PATH)
}

#[derive(Deserialize)]
pub(super) struct Time {
    minutes: Option<u32>,
    speed: Option<u32>,
}

pub(super) async fn time(State(control): State<Control>, Form(form): Form<Time>) -> Done {
    let seconds = form.minutes.map(|minutes| minutes.saturating_mul(60));
    api::apply_time(&control, seconds, form.speed).map_err(Problem)?;
    Ok(done())
}

#[derive(Deserialize)]
pub(super) struct Connect {
    endpoint: String,
    user: String,
}

pub(super) async fn connect(State(control): State<Control>, Form(form): Form<Connect>) -> Done {
    let endpoint = form.endpoint.parse::<EndpointId>()?;
    let user = form.user.trim();
    if user.is_empty() {
        return Err(Problem("A client needs a user.".to_owned()));
    }
    let client = Client::User(user.to_owned());
    control
        .ec2
        .change(|world, now| world.connect(now, &endpoint, client))?;
    Ok(done())
}

#[derive(Deserialize)]
pub(super) struct Connection {
    connection: String,
    act: ConnectionAct,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum ConnectionAct {
    Disconnect,
    Silence,
}

pub(super) async fn connection(
    State(control): State<Control>,
    Form(form): Form<Connection>,
) -> Done {
    let id = ConnectionId::observed(form.connection);
    control.ec2.change(|world, now| match form.act {
        ConnectionAct::Disconnect => world.end(now, &id),
        ConnectionAct::Silence => world.silence(now, &id),
    })?;
    Ok(done())
}

#[derive(Deserialize)]
pub(super) struct Disassociate {
    endpoint: String,
    association: String,
}

/// As an administrator in the console.
pub(super) async fn disassociate(
    State(control): State<Control>,
    Form(form): Form<Disassociate>,
) -> Done {
    control.ec2.by_hand(Request::Disassociate {
        endpoint: form.endpoint.parse()?,
        association: AssociationId::observed(form.association),
    })?;
    Ok(done())
}

#[derive(Deserialize)]
pub(super) struct NewFault {
    /// `ec2:AssociateClientVpnTargetNetwork`, `dynamodb:PutItem`, or `ec2:` and `dynamodb:` for any call.
    call: String,
    fault: String,
    times: u32,
}

pub(super) async fn fault(State(control): State<Control>, Form(form): Form<NewFault>) -> Done {
    let no_such = || {
        Problem(format!(
            "{:?} does not happen to {:?}.",
            form.fault, form.call
        ))
    };
    let (service, call) = form.call.split_once(':').ok_or_else(no_such)?;
    let call = Some(call).filter(|call| !call.is_empty());
    match service {
        "ec2" => {
            let action = call
                .map(|call| serde_json::from_value::<Action>(Value::from(call)))
                .transpose()?;
            let kind = ec2_fault(&form.fault).ok_or_else(no_such)?;
            let fault = Fault {
                action,
                after: 0,
                times: Some(form.times),
                kind,
            };
            control.ec2.change(|world, _| world.inject(fault))?;
        }
        "dynamodb" => {
            let fault = dynamo::TableFault::parse(&form.fault).ok_or_else(no_such)?;
            control.dynamo.inject(call, fault, form.times);
        }
        _ => return Err(no_such()),
    }
    Ok(done())
}

fn ec2_fault(name: &str) -> Option<FaultKind> {
    match dynamo::TableFault::parse(name)? {
        dynamo::TableFault::Hang => Some(FaultKind::Hang),
        dynamo::TableFault::AnswerLost => Some(FaultKind::LoseAnswer),
        dynamo::TableFault::Error(code) => Some(FaultKind::error(&code)),
        dynamo::TableFault::TransactionConflict => None,
    }
}

pub(super) async fn clear_faults(State(control): State<Control>) -> Redirect {
    control.ec2.change(|world, _| world.clear_faults());
    control.dynamo.clear_faults();
    done()
}

pub(super) async fn sweep(State(control): State<Control>) -> Done {
    control.scheduler.fire().await?;
    Ok(done())
}

#[derive(Deserialize)]
pub(super) struct Kill {
    function: String,
}

pub(super) async fn kill(State(control): State<Control>, Form(form): Form<Kill>) -> Redirect {
    control.lambda.kill(&form.function).await;
    done()
}
