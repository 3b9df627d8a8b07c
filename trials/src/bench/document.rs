//! The documents that hold what was measured. What people wrote around it stays.

use std::fs;
use std::path::Path;

use anyhow::Context as _;

use super::bill::MARKS;

/// Writes the measured part of `docs/performance.md` anew, and the README's table of the bill.
///
/// # Errors
/// When a document cannot be read or written, or lacks the marks.
pub(super) fn write(repository: &Path, measured: &str, bill: &str) -> anyhow::Result<()> {
    for (name, marks, text) in [
        (
            "docs/performance.md",
            MEASURED,
            format!("\n{}\n", measured.trim_end()),
        ),
        ("README.md", MARKS, bill.trim_end().to_owned()),
    ] {
        let file = repository.join(name);
        let new = fs::read_to_string(&file)
            .map_err(anyhow::Error::from)
            .and_then(|old| replaced(&old, marks, &text));
        let new = new.with_context(|| format!("{}", file.display()))?;
        fs::write(&file, new).with_context(|| format!("{}", file.display()))?;
    }
    Ok(())
}

const MEASURED: (&str, &str) = (
    "<!-- measured by ./bench: begin -->",
    "<!-- measured by ./bench: end -->",
);

fn replaced(text: &str, (begin, end): (&str, &str), new: &str) -> anyhow::Result<String> {
    let missing = |mark: &str| format!("{mark} is missing");
    let (before, rest) = text.split_once(begin).with_context(|| missing(begin))?;
    let (_, after) = rest.split_once(end).with_context(|| missing(end))?;
    Ok(format!("{before}{begin}\n{new}\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_around_the_measured_part_stays() {
        let text = "# Cost\n\n<!-- bill -->\nold\n<!-- /bill -->\n\n## More\n";
        let new = replaced(text, MARKS, "new").unwrap();
        assert_eq!(
            new,
            "# Cost\n\n<!-- bill -->\nnew\n<!-- /bill -->\n\n## More\n"
        );
        assert!(replaced("# Cost", MARKS, "new").is_err());
    }

    #[test]
    fn both_documents_are_written() {
        let repository = tempfile::tempdir().unwrap();
        let file = |name: &str| repository.path().join(name);
        fs::create_dir(file("docs")).unwrap();
        let (begin, end) = MEASURED;
        fs::write(
            file("docs/performance.md"),
            format!("# Speed\n{begin}\n{end}\n"),
        )
        .unwrap();
        fs::write(file("README.md"), "<!-- bill -->\n<!-- /bill -->\n").unwrap();
        write(repository.path(), "figures\n", "| 1 |\n").unwrap();
        let read = |name: &str| fs::read_to_string(file(name)).unwrap();
        assert_eq!(
            read("docs/performance.md"),
            format!("# Speed\n{begin}\n\nfigures\n\n{end}\n")
        );
        assert_eq!(read("README.md"), "<!-- bill -->\n| 1 |\n<!-- /bill -->\n");
    }
}
