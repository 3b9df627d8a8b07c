//! The server of the load balancer's public keys.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use testkit::alb::TokenMint;

/// The key server's answer: `GET /{kid}`.
pub fn key_server(mint: TokenMint) -> Router {
    Router::new()
        .route("/{key_id}", get(public_key))
        .with_state(mint)
}

async fn public_key(
    State(mint): State<TokenMint>,
    Path(key_id): Path<String>,
) -> (StatusCode, String) {
    if key_id == mint.key_id() {
        (StatusCode::OK, mint.public_key_pem())
    } else {
        (StatusCode::NOT_FOUND, String::new())
    }
}
