//! Writes every page in both languages into a directory, to be looked at:
//! `cargo run -p associate-pages --example gallery -- target/gallery`, then serve it with any web server.

#![expect(
    clippy::unwrap_used,
    reason = "its endpoints are as valid as they stand here"
)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::{fs, io};

use associate_pages::{Asset, ErrorPage, HelpPage, Language, ListPage, Trouble};
use shared::model::ManagedEndpoint;

fn main() -> io::Result<()> {
    let directory = std::env::args_os().nth(1).map(PathBuf::from);
    let directory = directory.unwrap_or_else(|| PathBuf::from("target/gallery"));
    fs::create_dir_all(directory.join("assets"))?;
    for language in Language::ALL {
        for (name, standing) in support::all() {
            write(
                &directory,
                name,
                language,
                &support::html(language, &standing),
            )?;
        }
        others(&directory, language)?;
    }
    Ok(())
}

fn others(directory: &Path, language: Language) -> io::Result<()> {
    let site = support::site();
    let endpoints = ["tokyo", "osaka"].map(endpoint);
    let viewer = "hana@example.com";
    let list = ListPage {
        site: &site,
        language,
        viewer,
        endpoints: &endpoints,
    };
    let help = HelpPage {
        site: &site,
        language,
        viewer,
    };
    let error = ErrorPage {
        site: &site,
        language,
        trouble: Trouble::NotPermitted,
        code: None,
        trace_id: support::TRACE_ID,
        back: None,
        looks_again: false,
        now: support::now(),
    };
    for (name, html) in [
        ("list", list.html()),
        ("help", help.html()),
        ("error", error.html()),
    ] {
        write(directory, name, language, &html)?;
    }
    Ok(())
}

fn endpoint(name: &str) -> ManagedEndpoint {
    ManagedEndpoint {
        name: name.parse().unwrap(),
        id: "cvpn-endpoint-0123456789abcdef0".parse().unwrap(),
        subnets: vec!["subnet-0123456789abcdef0".parse().unwrap()],
    }
}

/// A page, and the assets that it names.
fn write(directory: &Path, name: &str, language: Language, html: &str) -> io::Result<()> {
    fs::write(
        directory.join(format!("{name}.{}.html", language.as_str())),
        html,
    )?;
    for rest in html.split("\"/assets/").skip(1) {
        let file = rest.split('"').next().unwrap_or_default();
        if let Some(asset) = Asset::find(file) {
            fs::write(directory.join("assets").join(file), asset.content)?;
        }
    }
    Ok(())
}
