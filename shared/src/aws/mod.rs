//! The adapters: the only place that knows AWS's crates.

mod http;
mod keys;

pub use http::http_client;
pub use keys::AlbPublicKeys;
