//! The documents say what the code does.

use std::fs;
use std::path::{Path, PathBuf};

use shared::config::{Function, VARIABLES};
use shared::identity::{IdentityError, Segment};
use shared::model::Attribute;

const README: &str = include_str!("../../README.md");
const DEPLOYING: &str = include_str!("../../docs/deploy.md");
const TEMPLATE: &str = include_str!("../../template.yaml");

#[test]
fn the_readme_names_each_variable_with_its_default() {
    for variable in VARIABLES {
        let name = format!("`{}`", variable.name);
        let row = README
            .lines()
            .find(|line| line.starts_with('|') && line.contains(&name));
        let row = row.unwrap_or_else(|| panic!("the README has no row for {name}"));
        let default = match variable.default {
            Some(default) if !default.is_empty() => format!("`{default}`"),
            Some(_) => continue,
            None => "| - |".to_owned(),
        };
        assert!(
            row.contains(&default),
            "{name}: the README does not say {default}"
        );
    }
}

/// Which function gets which, and with which default, the template's own checks say.
#[test]
fn the_template_sets_each_variable_of_the_functions_that_it_makes() {
    for variable in VARIABLES {
        let made = [Function::Associate, Function::Reaper];
        let is_read = variable.readers.iter().any(|reader| made.contains(reader));
        let key = format!("{}:", variable.name);
        let is_set = TEMPLATE.lines().any(|line| line.trim().starts_with(&key));
        assert_eq!(is_set, is_read, "{}", variable.name);
    }
}

#[test]
fn the_readme_names_no_variable_that_nobody_reads() {
    let rows = README
        .lines()
        .skip_while(|line| *line != "## Configuration");
    let table = rows
        .take_while(|line| *line != "## Where to read on")
        .filter(|line| line.starts_with('|'));
    let first_cells = table.filter_map(|row| row.split('|').nth(1));
    for name in first_cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)) {
        let known = VARIABLES.iter().any(|variable| variable.name == name);
        assert!(known, "the README explains {name}, which nobody reads");
    }
}

/// What an operator finds in the log when the user pool has Cognito's newer issuer.
#[test]
fn deploying_tells_the_log_line_of_a_token_from_another_issuer() {
    let said = IdentityError::Issuer(Segment::Header).to_string();
    assert!(
        DEPLOYING.contains(&said),
        "docs/deploy.md does not say: {said}"
    );
}

/// The files of other items, which have attributes of the same names.
const OTHER_ITEMS: [&str; 3] = [
    "shared/src/model/lease.rs",
    "shared/src/model/audit.rs",
    "shared/src/model/audit/parse.rs",
];

#[test]
fn one_file_knows_the_attributes_of_state_by_name() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for directory in ["shared/src", "functions"] {
        sources(&root.join(directory), &mut files).unwrap();
    }
    let mut naming: Vec<String> = files
        .iter()
        .filter(|file| {
            let text = fs::read_to_string(file).unwrap();
            let is_named = |name: &&str| text.contains(&format!("\"{name}\""));
            Attribute::ALL
                .iter()
                .map(|a| a.name())
                .chain(["last_ask"])
                .any(|name| is_named(&name))
        })
        .map(|file| file.strip_prefix(&root).unwrap().display().to_string())
        .filter(|file| !OTHER_ITEMS.contains(&file.as_str()))
        .collect();
    naming.sort();
    assert_eq!(naming, ["shared/src/model/state/attributes.rs"]);
}

fn sources(directory: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            sources(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}
