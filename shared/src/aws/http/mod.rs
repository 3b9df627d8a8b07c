//! The HTTP stack of a process, with TLS by `ring`: its first handshake costs a small Lambda least (DESIGN 8).

mod roots;
mod trust;

use std::time::Duration;

use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

pub use roots::{Roots, RootsError};
use trust::AmazonFirst;

const TLS: Provider = Provider::Rustls(CryptoMode::Ring);

/// Until a connection stands, its TLS handshake included: a small Lambda shares a processor, and a sweep opens many
/// connections at once.
pub(super) const CONNECT: Duration = Duration::from_secs(3);

/// The HTTP client of a process. Clones share its connections and its TLS: make one, and hand out clones. Whatever a
/// client's own settings say, connecting takes 3 s at most, and an answer as long as the client's time for a try.
///
/// The SDK's own HTTP client keeps connections apart by those settings, and parses all roots again for every SDK client.
#[derive(Debug, Clone)]
pub struct Http {
    connector: SharedHttpConnector,
}

impl Http {
    /// Trusts these roots.
    ///
    /// # Errors
    /// [`RootsError::Unusable`].
    pub fn new(roots: Roots) -> Result<Self, RootsError> {
        let connector = match roots {
            Roots::Amazon => {
                SharedHttpConnector::new(AmazonFirst::new(trusting(roots::amazon())?, || {
                    connector(None)
                }))
            }
            Roots::Bundle(store) => SharedHttpConnector::new(trusting(store)?),
        };
        Ok(Self { connector })
    }

    /// Trusts whom the environment says: Amazon, or the roots in `AWS_CA_BUNDLE`.
    ///
    /// # Errors
    /// See [`RootsError`].
    pub fn from_vars(variables: &dyn Fn(&str) -> Option<String>) -> Result<Self, RootsError> {
        Self::new(Roots::from_vars(variables)?)
    }

    /// For requests that are not an SDK client's. Sends one request and returns its answer: no redirect is followed and
    /// nothing is tried again.
    pub(super) fn connector(&self) -> &SharedHttpConnector {
        &self.connector
    }
}

impl HttpClient for Http {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.connector.clone()
    }
}

fn trusting(roots: TrustStore) -> Result<Connector, RootsError> {
    let context = TlsContext::builder().with_trust_store(roots).build();
    let context = context.map_err(|error| RootsError::Unusable(error.into()))?;
    Ok(connector(Some(context)))
}

/// Without a context it trusts this machine's roots.
fn connector(context: Option<TlsContext>) -> Connector {
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT);
    let builder: ConnectorBuilder = Connector::builder().connector_settings(settings.build());
    let builder = builder.tls_provider(TLS);
    match context {
        Some(context) => builder.tls_context(context).build(),
        None => builder.build(),
    }
}
