//! Writes every page in both languages into a directory, to be looked at:
//! `cargo run -p audit-pages --example audit-gallery -- target/audit-gallery`, then serve it with any web server.

#[path = "../tests/support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::{fs, io};

use audit_pages::{Asset, Language, asset};

fn main() -> io::Result<()> {
    let directory = std::env::args_os().nth(1).map(PathBuf::from);
    let directory = directory.unwrap_or_else(|| PathBuf::from("target/audit-gallery"));
    fs::create_dir_all(&directory)?;
    for language in Language::ALL {
        for (name, html) in support::every_page(language) {
            let file = format!("{name}.{}.html", language.as_str());
            fs::write(directory.join(file), &html)?;
            write_assets(&directory, &html)?;
        }
    }
    Ok(())
}

/// The files that a page names. Refused visitors load the same ones from where all employees do.
fn write_assets(directory: &Path, html: &str) -> io::Result<()> {
    for rest in html.split("/assets/").skip(1) {
        let file = rest.split('"').next().unwrap_or_default();
        let Some(Asset { content, .. }) = asset(file) else {
            continue;
        };
        for below in ["audit/assets", "assets"] {
            let below = directory.join(below);
            fs::create_dir_all(&below)?;
            fs::write(below.join(file), content)?;
        }
    }
    Ok(())
}
