//! How the sources are laid out.

mod imports;

use std::fs;
use std::path::{Path, PathBuf};

use shared::model::Attribute;

use imports::{Imports, sources};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The pages are not among them: a page's texts and what they tell are one thing in several files.
const CRATES: [&str; 10] = [
    "shared",
    "functions/associate",
    "functions/audit",
    "functions/reaper",
    "functions/web",
    "testkit",
    "sandbox",
    "trials",
    "simulator",
    "prove",
];
/// Still to be mended.
const CIRCULAR: [&str; 0] = [];

#[test]
fn no_file_imports_another_in_a_circle() {
    for name in CRATES {
        let src = root().join(name).join("src");
        if src.exists() && !CIRCULAR.contains(&name) {
            let circles = Imports::of(&src).circles();
            assert!(circles.is_empty(), "{name}: {circles:#?}");
        }
    }
}

/// The files of other items, which have attributes of the same names: those of the audit table are shown as they are.
const OTHER_ITEMS: [&str; 4] = [
    "shared/src/model/lease.rs",
    "shared/src/model/audit.rs",
    "shared/src/model/audit/closing.rs",
    "shared/src/model/audit/parse.rs",
];
/// What speaks of records alone.
const OF_RECORDS: [&str; 2] = ["functions/audit/", "shared/src/review/"];

#[test]
fn one_file_knows_the_attributes_of_state_by_name() {
    let mut files = Vec::new();
    for directory in ["shared/src", "functions"] {
        sources(&root().join(directory), &mut files);
    }
    let mut naming: Vec<String> = files
        .iter()
        .filter(|file| {
            let text = fs::read_to_string(file).unwrap();
            // A function's request has a field `mode` of its own (DESIGN 7).
            let is_field = file.starts_with(root().join("functions"));
            let is_named = |name: &&str| {
                !(is_field && *name == "mode") && text.contains(&format!("\"{name}\""))
            };
            Attribute::ALL
                .iter()
                .map(|a| a.name())
                .chain(["last_ask"])
                .any(|name| is_named(&name))
        })
        .map(|file| file.strip_prefix(root()).unwrap().display().to_string())
        .filter(|file| !OTHER_ITEMS.contains(&file.as_str()))
        .filter(|file| {
            !OF_RECORDS
                .iter()
                .any(|of_records| file.starts_with(of_records))
        })
        .collect();
    naming.sort();
    assert_eq!(naming, ["shared/src/model/state/attributes.rs"]);
}

#[test]
fn the_files_that_the_architecture_names_exist() {
    let text = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let named: Vec<&str> = text
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| code.contains('/') && !code.contains(' '))
        .collect();
    assert!(named.len() > 40, "{named:?}");
    let missing: Vec<&&str> = named
        .iter()
        .filter(|path| !root().join(path).exists())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
