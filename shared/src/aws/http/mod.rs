//! The HTTP stack of the SDK, with TLS by `ring`: its first handshake costs a small Lambda least (DESIGN 8).

use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{SharedHttpClient, SharedHttpConnector};

const TLS: Provider = Provider::Rustls(CryptoMode::Ring);

/// The HTTP client for every SDK client of a process: make one, and hand out clones, so that they share its
/// connections.
pub fn http_client() -> SharedHttpClient {
    Builder::new().tls_provider(TLS).build_https()
}

/// For requests that are not an SDK client's. Sends one request and returns its answer: no redirect is followed and
/// nothing is tried again.
pub(super) fn connector() -> SharedHttpConnector {
    SharedHttpConnector::new(Connector::builder().tls_provider(TLS).build())
}
