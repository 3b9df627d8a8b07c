//! Certificates for one run, from an authority of that run's own.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{self, ServerConfig};
use uuid::Uuid;

use super::Tls;

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// It cannot be made: a name is none, or the system gives no random numbers.
    #[error(transparent)]
    Make(#[from] rcgen::Error),
    /// The TLS library does not take it.
    #[error(transparent)]
    Use(#[from] rustls::Error),
}

/// An authority with a key of its own (ECDSA P-256), which never leaves the process.
#[derive(Debug)]
pub struct Authority {
    root: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    /// A new one.
    pub fn new() -> Result<Self, CertificateError> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        // A name of its own: a verifier looks for the issuer by name.
        let name = format!("The sandbox's authority {}", Uuid::new_v4());
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate()?;
        let root = params.self_signed(&key)?;
        Ok(Self {
            root,
            issuer: Issuer::new(params, key),
        })
    }

    /// Its root, for `AWS_CA_BUNDLE` and the like.
    pub fn pem(&self) -> String {
        self.root.pem()
    }

    /// A server's certificate and key for these names: hosts or IP addresses.
    pub fn server(&self, names: &[&str]) -> Result<Tls, CertificateError> {
        let names = names.iter().map(|&name| name.to_owned());
        let mut params = CertificateParams::new(names.collect::<Vec<_>>())?;
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Tls::new(config))
    }

    /// [`Self::server`] on this machine: `localhost`, `127.0.0.1` and `::1`.
    pub fn local_server(&self) -> Result<Tls, CertificateError> {
        self.server(&["localhost", "127.0.0.1", "::1"])
    }
}
