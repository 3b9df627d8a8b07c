//! Writes the pages "Use and cost" and "Now" in both languages into a directory, to be looked at:
//! `cargo run -p audit-pages --example use-and-now -- target/use-and-now`.

#[path = "../tests/generated/mod.rs"]
mod generated;

use std::path::PathBuf;
use std::{fs, io};

use audit_pages::Language;
use chrono_tz::Tz;
use generated::{at, date, november, now};

fn main() -> io::Result<()> {
    let directory = std::env::args_os().nth(1).map(PathBuf::from);
    let directory = directory.unwrap_or_else(|| PathBuf::from("target/use-and-now"));
    fs::create_dir_all(&directory)?;
    let year = ["2025-11-01", "2026-11-30"].map(date);
    let october = ["2026-10-01", "2026-10-31"].map(date);
    let pages = [
        ("use", Tz::Asia__Tokyo, november(), now()),
        ("year", Tz::Asia__Tokyo, year, now()),
        (
            "berlin",
            Tz::Europe__Berlin,
            october,
            at("2026-11-26T08:20:31Z"),
        ),
    ];
    for language in Language::ALL {
        for (name, zone, range, now) in pages {
            let report = generated::report(zone, range, now);
            let html = generated::use_page(language, zone, &report, now);
            let file = format!("{name}.{}.html", language.as_str());
            fs::write(directory.join(file), html)?;
        }
        let html = generated::now::now_page(language, &generated::now::endpoints(), true);
        fs::write(
            directory.join(format!("now.{}.html", language.as_str())),
            html,
        )?;
    }
    Ok(())
}
