//! Writes every page in both languages into a directory, to be looked at:
//! `cargo run -p associate-pages --example gallery -- target/gallery`, then serve it with any web server.

#[path = "../tests/support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::{fs, io};

use associate_pages::{Language, Trouble, asset};

fn main() -> io::Result<()> {
    let directory = std::env::args_os().nth(1).map(PathBuf::from);
    let directory = directory.unwrap_or_else(|| PathBuf::from("target/gallery"));
    fs::create_dir_all(directory.join("assets"))?;
    for language in Language::ALL {
        for (name, standing) in support::all() {
            let html = support::html(language, &standing);
            write(&directory, name, language, &html)?;
            let html = support::html_for_administrator(language, &standing);
            write(
                &directory,
                &format!("{name}.administrator"),
                language,
                &html,
            )?;
            let html = support::take_down(language, &standing, &support::site());
            write(&directory, &format!("{name}.take-down"), language, &html)?;
        }
        for (name, standing, own) in support::bookings::all() {
            let html = support::bookings::html(language, &standing, &own);
            write(&directory, name, language, &html)?;
        }
        let error = support::error(language, Trouble::NotPermitted, None, support::TRACE_ID);
        for (name, html) in [
            ("list", support::list(language, &support::glances())),
            ("help", support::help(language)),
            ("error", error),
        ] {
            write(&directory, name, language, &html)?;
        }
    }
    Ok(())
}

/// A page, and the assets that it names.
fn write(directory: &Path, name: &str, language: Language, html: &str) -> io::Result<()> {
    fs::write(
        directory.join(format!("{name}.{}.html", language.as_str())),
        html,
    )?;
    for rest in html.split("\"/assets/").skip(1) {
        let file = rest.split('"').next().unwrap_or_default();
        if let Some(asset) = asset(file) {
            fs::write(directory.join("assets").join(file), asset.content)?;
        }
    }
    Ok(())
}
