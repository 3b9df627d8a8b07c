//! What a load balancer hands to its target: signed tokens, and events.

mod event;
mod mint;

pub use event::{Event, response};
pub use mint::{BadKey, DEVELOPMENT_KEY_ID, TOKEN_LIFE, TokenDraft, TokenMint};
