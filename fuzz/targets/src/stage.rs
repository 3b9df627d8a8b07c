//! The surroundings that all targets share: a configuration, a time that stands still, a runtime.

use std::cell::RefCell;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use shared::config::AssociateConfig;
use shared::model::EndpointId;
use testkit::alb::TokenMint;
use testkit::example;
use tokio::runtime::{Builder, Runtime};

/// The subject of every token.
pub(crate) const SUBJECT: &str = "5a3e1b0c-0000-4000-8000-000000000001";

/// When everything happens: a Monday morning in Tokyo.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_397_461, 0).expect("a time")
}

/// What signs tokens.
pub(crate) fn mint() -> &'static TokenMint {
    static MINT: LazyLock<TokenMint> = LazyLock::new(TokenMint::development);
    &MINT
}

/// The endpoint that EC2 and the tables are asked about.
pub(crate) fn endpoint() -> EndpointId {
    example::TOKYO.parse().expect("an endpoint's id")
}

/// The configuration of the sandbox's `associate`.
pub(crate) fn configuration() -> AssociateConfig {
    AssociateConfig::from_vars(&|name: &str| example::variable(name).map(str::to_owned))
        .expect("a configuration")
}

/// Runs to its end what a target does.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    thread_local! {
        static RUNTIME: RefCell<Runtime> = RefCell::new(
            Builder::new_current_thread().enable_all().build().expect("a runtime"),
        );
    }
    RUNTIME.with_borrow(|runtime| runtime.block_on(future))
}
