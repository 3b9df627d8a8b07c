//! What the load balancer works with.

use std::sync::Arc;
use std::time::Duration;

use testkit::alb::TokenMint;

use super::session::Sessions;
use crate::clock::ClockKeeper;
use crate::lambda::Lambda;

/// How the load balancer is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The function behind it.
    pub function: String,
    /// How long a client may take to send its request's body. The ALB's idle timeout.
    pub idle_limit: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            function: "associate".to_owned(),
            idle_limit: Duration::from_mins(1),
        }
    }
}

/// What every request needs.
#[derive(Clone, Debug)]
pub(super) struct Shared(pub(super) Arc<Parts>);

#[derive(Debug)]
pub(super) struct Parts {
    pub(super) url: String,
    pub(super) settings: Settings,
    pub(super) clock: Arc<ClockKeeper>,
    pub(super) lambda: Lambda,
    pub(super) sessions: Sessions,
    pub(super) mint: TokenMint,
}

impl std::ops::Deref for Shared {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
