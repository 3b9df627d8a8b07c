//! The little HTML that the sandbox's own pages need.

use std::fmt::{self, Display, Formatter};

/// Text, safe in an element and in a quoted attribute.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => write!(f, "{other}")?,
            }
        }
        Ok(())
    }
}

/// A whole page; `body` is HTML already.
pub(crate) fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"icon\" href=\"data:,\"><title>{title} · Sandbox</title><style>{STYLE}</style></head>\
         <body><header>Sandbox · nothing here reaches AWS</header><main><h1>{title}</h1>{body}</main></body></html>",
        title = Escaped(title),
    )
}

const STYLE: &str = "\
    :root{color-scheme:light dark;--ground:#fbfaf7;--text:#1c2430;--line:#ddd6c8;--quiet:#5a6472;--bad:#9b1c1c}\
    @media(prefers-color-scheme:dark){:root{--ground:#17150f;--text:#ece8df;--line:#4a4436;--quiet:#b3aca0;--bad:#ff9d92}\
    a{color:#9cc4ff}}\
    body{margin:0;font:16px/1.5 system-ui,sans-serif;color:var(--text);background:var(--ground)}\
    header{background:#7a4b00;color:#fff;padding:.4rem 1rem;font-size:.9rem}\
    main{max-width:64rem;margin:0 auto;padding:1rem}\
    h1{font-size:1.5rem}h2{font-size:1.15rem;margin:2rem 0 .5rem;overflow-wrap:anywhere}\
    .wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}\
    th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}\
    form.inline{display:inline}input,select,button{font:inherit;padding:.25rem .5rem;max-width:100%}\
    button{cursor:pointer}.problem{color:var(--bad)}.note{color:var(--quiet);font-size:.9rem}\
    code{font-size:.9em;overflow-wrap:anywhere}nav a{margin-right:1rem}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        let text = Escaped("<a href=\"x\" id='y'>&amp;").to_string();
        assert_eq!(text, "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;");
    }
}
