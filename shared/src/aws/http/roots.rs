//! The authorities whose certificates of a server's name are accepted.

use std::path::{Path, PathBuf};

use aws_smithy_http_client::tls::TrustStore;
use aws_smithy_runtime_api::box_error::BoxError;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// The roots that AWS's endpoints are certified by: Amazon Root CA 1 to 4, and the older Starfield root that some clients
/// know them through (<https://www.amazontrust.com/repository/>). Parsing the 150 of a machine costs each process more than
/// all else that it does before its first call.
const AMAZON: &str = include_str!("amazon.pem");

/// The AWS CLI's word for a file of roots
/// (<https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-envvars.html>).
const VARIABLE: &str = "AWS_CA_BUNDLE";

/// Whose certificates are accepted. In each case the server's name and the whole chain are verified.
#[derive(Debug, Clone)]
pub enum Roots {
    /// Amazon's; and this machine's, where Amazon's do not know who certified a server.
    Amazon,
    /// These alone.
    Bundle(TrustStore),
}

/// Why a file of roots cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RootsError {
    /// It cannot be read.
    #[error("{VARIABLE}: cannot read {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There is no certificate in it.
    #[error("{VARIABLE}: there is no certificate in {path}; it must be PEM")]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// One of its certificates cannot be used.
    #[error("{VARIABLE}: certificate {number} in {path} cannot be read: {reason}")]
    Certificate {
        /// The file.
        path: PathBuf,
        /// Which of them, from 1.
        number: usize,
        /// What the TLS library says.
        reason: String,
    },
    /// The SDK makes no TLS of them.
    #[error("no TLS can be made of the roots")]
    Unusable(#[source] BoxError),
}

impl Roots {
    /// Amazon's, unless `AWS_CA_BUNDLE` names a file of others.
    ///
    /// # Errors
    /// A file that cannot be read, or that holds no usable certificate.
    pub fn from_vars(variables: &dyn Fn(&str) -> Option<String>) -> Result<Self, RootsError> {
        match variables(VARIABLE).filter(|path| !path.is_empty()) {
            Some(path) => Self::from_file(Path::new(&path)),
            None => Ok(Self::Amazon),
        }
    }

    fn from_file(path: &Path) -> Result<Self, RootsError> {
        let path = path.to_owned();
        match std::fs::read(&path) {
            Ok(pem) => Self::from_pem(path, &pem),
            Err(source) => Err(RootsError::Unreadable { path, source }),
        }
    }

    /// The SDK takes PEM and panics over what it cannot use, so all of it is read here first.
    fn from_pem(path: PathBuf, pem: &[u8]) -> Result<Self, RootsError> {
        let mut roots = RootCertStore::empty();
        for (index, certificate) in CertificateDer::pem_slice_iter(pem).enumerate() {
            let added = match certificate {
                Ok(certificate) => roots.add(certificate).map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            added.map_err(|reason| RootsError::Certificate {
                path: path.clone(),
                number: index + 1,
                reason,
            })?;
        }
        if roots.is_empty() {
            return Err(RootsError::Empty { path });
        }
        Ok(Self::Bundle(TrustStore::empty().with_pem_certificate(pem)))
    }
}

pub(super) fn amazon() -> TrustStore {
    TrustStore::empty().with_pem_certificate(AMAZON)
}

#[cfg(test)]
mod tests;
