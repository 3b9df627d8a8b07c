//! What went wrong, for people.

use page::Language;
use web::Meaning;

use super::bare::bare;

/// The page for an error.
pub(crate) fn html(meaning: &Meaning, language: Language, trace_id: &str) -> String {
    let body = format!(
        "<p>{}</p><p><code>{}</code></p>",
        escaped(&meaning.detail),
        escaped(trace_id)
    );
    bare(language.as_str(), meaning.title, &body)
}

fn escaped(text: &str) -> String {
    let replaced = text.replace('&', "&amp;").replace('<', "&lt;");
    replaced.replace('>', "&gt;").replace('"', "&quot;")
}
