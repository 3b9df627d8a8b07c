//! How long a page takes to render: `cargo bench --package associate-pages`.

#[path = "../tests/support/mod.rs"]
mod support;

use associate_pages::Language;
use divan::Bencher;

fn main() {
    divan::main();
}

/// The pages that people see most, and the longest one.
#[divan::bench(args = ["off", "starting", "ready-connected", "ready-warned"])]
fn status(bencher: Bencher<'_, '_>, name: &str) {
    let all = support::all();
    if let Some((_, standing)) = all.iter().find(|(called, _)| *called == name) {
        bencher.bench(|| support::html(Language::Ja, standing));
    }
}
