//! What went wrong, as a person can tell an administrator.

use http::StatusCode;

use super::{Layout, Site, Text};
use crate::refusal::Meaning;

/// The page of an error.
#[derive(Debug)]
pub(crate) struct ErrorPage<'a> {
    pub(crate) site: Site,
    pub(crate) meaning: &'a Meaning,
    pub(crate) trace_id: &'a str,
}

impl ErrorPage<'_> {
    /// The page.
    pub(crate) fn html(&self) -> String {
        let Meaning {
            status,
            title,
            detail,
            code,
            ..
        } = self.meaning;
        let code = code.as_ref().map_or(String::new(), |code| {
            format!("<dt>AWS's code</dt><dd>{}</dd>\n", Text(code))
        });
        let layout = Layout {
            title,
            refresh_seconds: None,
            // Somebody whose account is not permitted may have another one.
            has_sign_out: self.site.has_sign_out && *status == StatusCode::FORBIDDEN,
        };
        layout.around(format_args!(
            "<p>{}</p>\n<dl>\n{code}<dt>Trace id</dt><dd>{}</dd>\n</dl>\n",
            Text(detail),
            Text(self.trace_id)
        ))
    }
}
