//! What people see: one struct for each page, plain HTML that works without scripts. Everything that comes from
//! outside goes through [`Text`].

mod error;
mod help;
mod list;
mod status;

use std::fmt::{self, Display};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::assets::STYLE;

pub(crate) use error::ErrorPage;
pub(crate) use help::HelpPage;
pub(crate) use list::ListPage;
pub(crate) use status::StatusPage;

/// What all pages know of this installation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Site {
    /// The zone of the times that people read.
    pub(crate) time_zone: Tz,
    /// The longest extension, in minutes.
    pub(crate) max_extension_minutes: i64,
    /// Whether signing out is possible.
    pub(crate) has_sign_out: bool,
}

/// A text as HTML shows it, in an element or in a quoted attribute.
struct Text<T>(T);

impl<T: Display> Display for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for letter in self.0.to_string().chars() {
            match letter {
                '&' => f.write_str("&amp;"),
                '<' => f.write_str("&lt;"),
                '>' => f.write_str("&gt;"),
                '"' => f.write_str("&quot;"),
                '\'' => f.write_str("&#39;"),
                other => write!(f, "{other}"),
            }?;
        }
        Ok(())
    }
}

/// The frame around every page.
struct Layout<'a> {
    title: &'a str,
    /// After how many seconds the browser looks again.
    refresh_seconds: Option<u32>,
    /// Whether signing out is offered.
    has_sign_out: bool,
}

impl Layout<'_> {
    fn around(&self, content: impl Display) -> String {
        let title = Text(self.title);
        let style = Text(STYLE.path());
        let refresh = self.refresh_seconds.map_or(String::new(), |seconds| {
            format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">\n")
        });
        let sign_out = if self.has_sign_out {
            "<form method=\"post\" action=\"/sign-out\"><button>Sign out</button></form>\n"
        } else {
            ""
        };
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n{refresh}\
             <title>{title}</title>\n<link rel=\"stylesheet\" href=\"{style}\">\n</head>\n<body>\n\
             <header><p>Client VPN</p></header>\n<main>\n<h1>{title}</h1>\n{content}</main>\n\
             <footer><p><a href=\"/help\">Help</a></p>\n\
             <form method=\"post\" action=\"/language\">\
             <button name=\"lang\" value=\"ja\" lang=\"ja\">日本語</button> \
             <button name=\"lang\" value=\"en\">English</button></form>\n{sign_out}</footer>\n\
             </body>\n</html>\n"
        )
    }
}

/// An instant, for machines in UTC and for people in their zone.
fn time(at: DateTime<Utc>, zone: Tz) -> String {
    let machine = shared::model::item::rfc3339(at);
    let people = at.with_timezone(&zone).format("%Y-%m-%d %H:%M %Z");
    format!("<time datetime=\"{machine}\">{}</time>", Text(people))
}

/// A button that sends a `POST`.
fn button(action: &str, label: &str) -> String {
    format!(
        "<form method=\"post\" action=\"{}\"><button>{}</button></form>\n",
        Text(action),
        Text(label)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_becomes_markup() {
        let hostile = "<script>\"x\" & 'y'</script>";
        assert_eq!(
            Text(hostile).to_string(),
            "&lt;script&gt;&quot;x&quot; &amp; &#39;y&#39;&lt;/script&gt;"
        );
    }

    #[test]
    fn people_read_times_in_their_zone() {
        let at = "2026-11-23T01:31:01Z".parse().unwrap();
        assert_eq!(
            time(at, chrono_tz::Asia::Tokyo),
            "<time datetime=\"2026-11-23T01:31:01Z\">2026-11-23 10:31 JST</time>"
        );
    }
}
