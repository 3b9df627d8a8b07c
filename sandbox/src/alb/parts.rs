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
    /// The function for `/audit` and what is below it.
    pub audit: String,
    /// How long a client may take to send its request's body. The ALB's idle timeout.
    pub idle_limit: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            function: "associate".to_owned(),
            audit: "audit".to_owned(),
            idle_limit: Duration::from_mins(1),
        }
    }
}

impl Settings {
    /// The function that a path leads to, by the template's two rules: patterns compare a path as it was sent.
    pub(super) fn target(&self, path: &str) -> &str {
        match path.strip_prefix("/audit") {
            Some(below) if below.is_empty() || below.starts_with('/') => &self.audit,
            Some(_) | None => &self.function,
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
