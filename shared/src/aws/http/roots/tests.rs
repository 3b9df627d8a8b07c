use chrono::{DateTime, TimeDelta, Utc};
use ring::digest::{SHA256, digest};

use super::*;

/// When this list was last compared with <https://www.amazontrust.com/repository/>.
const COMPARED: &str = "2026-11-27T00:00:00Z";

/// Amazon's list of fingerprints, and the ends that stand in the certificates.
const REPOSITORY: [(&str, &str); 5] = [
    (
        "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
        "2038-01-17T00:00:00Z",
    ),
    (
        "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
        "2040-05-26T00:00:00Z",
    ),
    (
        "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
        "2040-05-26T00:00:00Z",
    ),
    (
        "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
        "2040-05-26T00:00:00Z",
    ),
    (
        "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5",
        "2037-12-31T23:59:59Z",
    ),
];

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// The second of the two times of X.509's `Validity`, which are `UTCTime` (tag 23) in these: `380117000000Z`.
fn end(der: &[u8]) -> DateTime<Utc> {
    let validity = der
        .windows(32)
        .find(|bytes| bytes[..4] == [0x30, 30, 23, 13] && bytes[17..19] == [23, 13])
        .unwrap();
    let text = std::str::from_utf8(&validity[19..31]).unwrap();
    let naive = chrono::NaiveDateTime::parse_from_str(text, "%y%m%d%H%M%S").unwrap();
    naive.and_utc()
}

fn bundled() -> Vec<CertificateDer<'static>> {
    let read = CertificateDer::pem_slice_iter(AMAZON.as_bytes());
    read.collect::<Result<_, _>>().unwrap()
}

#[test]
fn amazons_roots_are_those_of_its_repository_and_end_when_it_says() {
    let ours = bundled();
    assert_eq!(ours.len(), REPOSITORY.len());
    for (der, (fingerprint, ends)) in ours.iter().zip(REPOSITORY) {
        let hash = digest(&SHA256, der);
        let hash = hash.as_ref().iter().map(|byte| format!("{byte:02x}"));
        assert_eq!(hash.collect::<String>(), fingerprint);
        assert_eq!(end(der), time(ends), "{fingerprint}");
    }
}

#[test]
fn no_root_ends_within_two_years_of_when_the_list_was_compared() {
    for (fingerprint, ends) in REPOSITORY {
        let left = time(ends) - time(COMPARED);
        assert!(left > TimeDelta::days(2 * 365), "{fingerprint}: {left}");
    }
}

#[test]
fn without_the_variable_or_with_an_empty_one_amazons_are_used() {
    for value in [None, Some(String::new())] {
        let roots = Roots::from_vars(&|_| value.clone()).unwrap();
        assert!(matches!(roots, Roots::Amazon));
    }
}

#[test]
fn the_variable_names_a_file_of_others() {
    let path = format!("{}/src/aws/http/amazon.pem", env!("CARGO_MANIFEST_DIR"));
    let roots = Roots::from_vars(&|name| (name == "AWS_CA_BUNDLE").then(|| path.clone()));
    assert!(matches!(roots.unwrap(), Roots::Bundle(_)));
}

#[test]
fn a_file_of_roots_that_is_none_is_an_error_that_names_it() {
    let missing = Roots::from_file(Path::new("/nowhere/roots.pem")).unwrap_err();
    assert!(
        missing
            .to_string()
            .contains("cannot read /nowhere/roots.pem")
    );
    let path = || PathBuf::from("roots.pem");
    let cut = AMAZON.replace("-----END CERTIFICATE-----", "");
    let damaged = AMAZON.replacen("MII", "AII", 1);
    for (pem, said) in [
        ("", "no certificate in roots.pem"),
        ("nothing of the kind", "no certificate in roots.pem"),
        (&cut, "certificate 1 in roots.pem"),
        (&damaged, "certificate 1 in roots.pem"),
    ] {
        let error = Roots::from_pem(path(), pem.as_bytes()).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
    }
}
