//! What is linked, and why: the list in the documents is the manifests', and none of our crates may say `unsafe`.
#![expect(
    clippy::unwrap_used,
    reason = "clippy knows only test functions, not their helpers"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const LIST: &str = include_str!("../../docs/decisions/dependencies.md");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Our packages: those of the workspace, and those of cargo-fuzz's.
fn packages() -> Vec<Value> {
    ["Cargo.toml", "fuzz/Cargo.toml"]
        .into_iter()
        .flat_map(|manifest| {
            let output = Command::new(env!("CARGO"))
                .args([
                    "metadata",
                    "--no-deps",
                    "--offline",
                    "--format-version",
                    "1",
                ])
                .arg("--manifest-path")
                .arg(root().join(manifest))
                .output()
                .unwrap();
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{manifest}: {errors}");
            let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
            metadata["packages"].as_array().unwrap().clone()
        })
        .collect()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

#[test]
fn each_direct_dependency_is_listed_with_its_reason_and_none_that_is_gone() {
    let packages = packages();
    let ours: BTreeSet<&str> = packages
        .iter()
        .map(|package| text(package, "name"))
        .collect();
    let direct: BTreeSet<&str> = packages
        .iter()
        .flat_map(|package| package["dependencies"].as_array().unwrap())
        .map(|dependency| text(dependency, "name"))
        .filter(|name| !ours.contains(name))
        .collect();
    let rows = LIST.lines().filter(|line| line.starts_with("| `"));
    let first_cells = rows.filter_map(|row| row.split('|').nth(1));
    let listed: BTreeSet<&str> = first_cells
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    let missing: Vec<_> = direct.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&direct).collect();
    assert_eq!((missing, gone), (vec![], vec![]));
}

#[test]
fn no_crate_of_ours_may_say_unsafe() {
    let forbids = |manifest: &str| manifest.contains("\nunsafe_code = \"forbid\"\n");
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(forbids(&workspace));
    let packages = packages();
    assert!(packages.len() >= 6, "{} packages", packages.len());
    for package in &packages {
        let name = text(package, "name");
        let manifest = fs::read_to_string(text(package, "manifest_path")).unwrap();
        let inherits = manifest.contains("\n[lints]\nworkspace = true\n");
        assert!(
            inherits || forbids(&manifest),
            "{name} does not forbid unsafe code"
        );
    }
}

/// What is fuzzed is what is deployed: of all that both workspaces build, the same versions.
#[test]
fn fuzzing_builds_the_locked_versions() {
    let locked = |path: &str| -> BTreeSet<String> {
        let text = fs::read_to_string(root().join(path)).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let names = lines.windows(2).filter_map(|pair| {
            let name = pair[0].strip_prefix("name = ")?;
            Some(format!("{name} {}", pair[1].strip_prefix("version = ")?))
        });
        names.collect()
    };
    let (ours, fuzz) = (locked("Cargo.lock"), locked("fuzz/Cargo.lock"));
    assert!(
        ours.iter()
            .any(|package| package.starts_with("\"aws-sdk-ec2\""))
    );
    let others: Vec<&String> = fuzz.difference(&ours).collect();
    let only_for_fuzzing = [
        "\"arbitrary\"",
        "\"fuzz\"",
        "\"jobserver\"",
        "\"libfuzzer-sys\"",
    ];
    for package in others {
        assert!(
            only_for_fuzzing
                .iter()
                .any(|name| package.starts_with(name)),
            "{package}"
        );
    }
}
