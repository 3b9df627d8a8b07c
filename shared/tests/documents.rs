//! The documents say what the code does.

use shared::config::VARIABLES;
use shared::history::Kind;
use shared::identity::{IdentityError, Segment};

const README: &str = include_str!("../../README.md");
const DEPLOYING: &str = include_str!("../../docs/deploy.md");
const AUDIT: &str = include_str!("../../docs/audit.md");
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
fn the_template_sets_each_variable() {
    for variable in VARIABLES {
        let key = format!("{}:", variable.name);
        let is_set = TEMPLATE.lines().any(|line| line.trim().starts_with(&key));
        assert!(is_set, "{}", variable.name);
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
        assert!(known, "the README explains {name}, which no code reads");
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

/// What each finding means, and what to do: one row for each, and none for what is no kind.
#[test]
fn the_audit_document_explains_each_kind_of_finding() {
    let rows = AUDIT
        .lines()
        .skip_while(|line| *line != "## Findings")
        .take_while(|line| *line != "## Taking records away")
        .filter(|line| line.starts_with("| `"));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    let mut explained: Vec<&str> = cells
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    let mut kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    explained.sort_unstable();
    kinds.sort_unstable();
    assert_eq!(explained, kinds);
}
