//! The other side: what happens in AWS and at people's desks while the system runs. A page of plain forms, and the same
//! as JSON for scripts.

mod actions;
mod api;
mod invoke;
mod page;
mod parts;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Redirect;
use axum::routing::{get, post};

use parts::PATH;

pub(crate) use parts::Control;

/// The page, its forms and the JSON API, all under `/sandbox/`, and Lambda's Invoke API where its clients look for it.
pub(crate) fn router(control: Control) -> Router {
    let ec2 = control.ec2.control();
    Router::new()
        .route("/sandbox", get(|| async { Redirect::permanent(PATH) }))
        .route(PATH, get(page::page))
        .route("/sandbox/time", post(actions::time))
        .route("/sandbox/connect", post(actions::connect))
        .route("/sandbox/connection", post(actions::connection))
        .route("/sandbox/disassociate", post(actions::disassociate))
        .route("/sandbox/fault", post(actions::fault))
        .route("/sandbox/faults/clear", post(actions::clear_faults))
        .route("/sandbox/sweep", post(actions::sweep))
        .route("/sandbox/kill", post(actions::kill))
        .route("/sandbox/api/time", get(api::time).post(api::change_time))
        .route("/sandbox/api/sweep", post(api::sweep))
        .route("/sandbox/api/lambda/kill", post(api::kill))
        .route("/sandbox/api/dynamo/calls", get(api::calls))
        .route("/sandbox/api/dynamo/calls/reset", post(api::reset_calls))
        .route("/sandbox/api/dynamo/fault", post(api::fault))
        .route("/sandbox/api/dynamo/faults/clear", post(api::clear_faults))
        .route(invoke::PATH, post(invoke::invoke))
        .with_state(control)
        .nest("/sandbox/api/ec2", ec2)
        .layer(DefaultBodyLimit::max(64 * 1024))
}
