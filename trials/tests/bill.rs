//! The bill in the documents: what README says is what `docs/performance.md` says, and that follows from the figures there.
//! And the figures are those of the code.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may panic, as tests do"
)]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use chrono::Utc;
use sandbox::Options;
use sandbox::lambda::Program;
use shared::clock::FnClock;
use trials::bench::bill::{self, COMPANIES, Consumption};

fn document(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    fs::read_to_string(file).unwrap()
}

fn block(document: &str) -> &str {
    let (begin, end) = bill::MARKS;
    let (_, after) = document.split_once(begin).unwrap();
    after.split_once(end).unwrap().0.trim_start()
}

#[test]
fn the_readme_has_the_bill_of_the_measurements() {
    let (readme, measured) = (document("README.md"), document("docs/performance.md"));
    assert_eq!(block(&readme), block(&measured));
}

#[test]
fn the_bill_follows_from_the_figures_in_the_document() {
    let document = document("docs/performance.md");
    let uses = bill::read(&document).unwrap();
    assert_eq!(
        block(&document),
        bill::table(&uses),
        "a figure, a price or the model of use was changed: write docs/performance.md anew"
    );
    assert!(
        document.contains(&bill::render(&uses)),
        "the sections of the bill are not as the code writes them"
    );
}

/// Times in bytes have more digits or fewer; what is counted is the same each time.
#[expect(
    clippy::disallowed_methods,
    reason = "the functions are real processes: this test is a main"
)]
#[tokio::test(flavor = "multi_thread")]
async fn each_action_uses_what_the_document_says() {
    let state = tempfile::tempdir().unwrap();
    let program = Program::sandbox(env!("CARGO_BIN_EXE_sandbox"));
    let options = Options::for_test(state.path(), program, Arc::new(FnClock(Utc::now)));
    let measured = bill::measure_in(options, &COMPANIES[0]).await.unwrap();
    for written in bill::read(&document("docs/performance.md")).unwrap() {
        let counted = |it: &Consumption| Consumption {
            log_bytes: 0,
            sent_bytes: 0,
            kept_bytes: 0,
            ..*it
        };
        let (now, then) = (&measured[&written.action], &written.consumption[0]);
        let name = written.action.name();
        assert_eq!(counted(now), counted(then), "{name}");
        for of in [
            |it: &Consumption| it.log_bytes,
            |it: &Consumption| it.sent_bytes,
            |it: &Consumption| it.kept_bytes,
        ] {
            let (now, then) = (of(now), of(then));
            assert!(now.abs_diff(then) * 20 <= then, "{name}: {now}, not {then}");
        }
    }
}
