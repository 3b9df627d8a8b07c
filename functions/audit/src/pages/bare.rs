//! A page without a frame, until the real ones are there.

/// `title` and `body` are markup.
pub(super) fn bare(lang: &str, title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body><main><h1>{title}</h1>{body}</main></body>\n</html>\n"
    )
}
