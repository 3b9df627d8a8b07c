//! What a load balancer hands to its target: signed tokens, the keys to them, and events.

mod answer;
mod event;
mod keys;
mod mint;
pub mod sample;

pub use answer::Answer;
pub use event::{Event, TRACE_ID, response};
pub use keys::KeyServer;
pub use mint::{BadKey, DEVELOPMENT_KEY_ID, TOKEN_LIFE, TokenDraft, TokenMint};
