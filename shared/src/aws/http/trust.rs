//! Amazon's roots first, and this machine's where those do not know who certified a server.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::{Arc, OnceLock};

use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use rustls::CertificateError;
use tracing::warn;

/// A server that Amazon's roots do not verify, because they do not know its issuer, is asked once more by this machine's
/// roots: behind a proxy that opens TLS, or under an endpoint URL of another kind. From then on these are used for the
/// whole process. A certificate that is wrong in itself, of another name or out of date, is wrong by either.
pub(super) struct AmazonFirst<M>(Arc<Inner<M>>);

struct Inner<M> {
    amazon: Connector,
    /// Makes the connector with the machine's roots. That costs time, so it is made when it is needed.
    make: M,
    machine: OnceLock<Connector>,
}

impl<M: Fn() -> Connector> AmazonFirst<M> {
    pub(super) fn new(amazon: Connector, make: M) -> Self {
        Self(Arc::new(Inner {
            amazon,
            make,
            machine: OnceLock::new(),
        }))
    }
}

impl<M: Fn() -> Connector> Inner<M> {
    fn machine(&self) -> &Connector {
        self.machine.get_or_init(|| {
            warn!(
                "Amazon's roots do not know who certified a server: the machine's roots are used from here on. Name the \
                 roots in AWS_CA_BUNDLE to spare each start the detour"
            );
            (self.make)()
        })
    }
}

impl<M> HttpConnector for AmazonFirst<M>
where
    M: Fn() -> Connector + Send + Sync + 'static,
{
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if let Some(machine) = self.0.machine.get() {
            return machine.call(request);
        }
        // The SDK's requests are in memory, and so can be copied. Nothing was sent of one whose server's certificate was refused.
        let Some(again) = request.try_clone() else {
            return self.0.amazon.call(request);
        };
        let first = self.0.amazon.call(request);
        let inner = Arc::clone(&self.0);
        HttpConnectorFuture::new(async move {
            match first.await {
                Err(error) if is_unknown_issuer(&error) => inner.machine().call(again).await,
                answer => answer,
            }
        })
    }
}

impl<M> fmt::Debug for AmazonFirst<M> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AmazonFirst")
            .field("machine", &self.0.machine.get().is_some())
            .finish_non_exhaustive()
    }
}

fn is_unknown_issuer(error: &(dyn Error + 'static)) -> bool {
    let unknown = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
    std::iter::successors(Some(error), |&error| below(error))
        .any(|error| error.downcast_ref::<rustls::Error>() == Some(&unknown))
}

/// The error under this one. An `io::Error` hides what it wraps from `source`.
fn below<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>() {
        Some(wrapper) => wrapper
            .get_ref()
            .map(|inner| inner as &(dyn Error + 'static)),
        None => error.source(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(certificate: CertificateError) -> io::Error {
        let refusal = rustls::Error::InvalidCertificate(certificate);
        io::Error::other(io::Error::new(io::ErrorKind::InvalidData, refusal))
    }

    #[test]
    fn only_an_unknown_issuer_leads_to_the_machines_roots() {
        assert!(is_unknown_issuer(&wrapped(CertificateError::UnknownIssuer)));
        for wrong in [
            CertificateError::Expired,
            CertificateError::NotValidForName,
            CertificateError::Revoked,
            CertificateError::BadSignature,
        ] {
            assert!(!is_unknown_issuer(&wrapped(wrong)));
        }
        assert!(!is_unknown_issuer(&io::Error::other(
            "the handshake broke off"
        )));
    }
}
