//! The document names the rows, and the report pastes into it.

use std::collections::BTreeSet;

use prove::run::{Heading, ROWS, by_hand, report};
use shared::clock::Clock as _;

use crate::stage::Stage;

const DOCUMENT: &str = include_str!("../../../docs/not-yet-proven-on-aws.md");

#[test]
fn the_document_and_the_code_have_the_same_rows() {
    let named = DOCUMENT.lines().filter_map(|line| {
        let (_, rest) = line.split_once("`cargo prove`: ")?;
        Some(rest.split('`').skip(1).step_by(2))
    });
    let named: BTreeSet<&str> = named.flatten().collect();
    let rows: BTreeSet<&str> = ROWS.iter().map(|row| row.id).collect();
    assert_eq!(named, rows);
}

#[test]
fn what_no_run_settles_says_how_to_look() {
    let rows = by_hand();
    assert!(rows.len() >= 10, "{rows:?}");
    for (claim, how) in rows {
        assert!(
            !claim.is_empty() && !how.is_empty() && claim != how,
            "{claim}: {how}"
        );
    }
}

#[tokio::test]
async fn the_report_holds_every_row_and_every_answer_once() {
    let stage = Stage::new().await;
    let began_at = stage.embedded.clock.now();
    let outcome = stage.run().await;
    let heading = Heading {
        region: Some("ap-northeast-1".to_owned()),
        began_at,
        ended_at: stage.embedded.clock.now(),
    };
    let report = report(&stage.setup, &heading, &outcome);
    for row in ROWS {
        assert!(report.contains(&format!("| {} | ", row.id)), "{}", row.id);
    }
    assert!(report.contains("first `cvpn-assoc-"), "{report}");
    let widths: BTreeSet<usize> = report
        .lines()
        .skip_while(|line| !line.starts_with("| row | expected"))
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.replace("\\|", "").matches('|').count())
        .collect();
    assert_eq!(widths, BTreeSet::from([5]), "{report}");
    let times = report.lines().filter(|line| line.starts_with("| +"));
    assert!(times.clone().count() < 80, "{} lines", times.count());
}
