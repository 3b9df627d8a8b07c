//! Several endpoints to choose from.

use askama::Template;
use shared::model::ManagedEndpoint;

use crate::frame::{Frame, Site};
use crate::texts::Texts;
use crate::{Language, render};

/// The list of endpoints: nothing is asked or read for it.
#[derive(Debug)]
pub struct ListPage<'a> {
    /// The installation.
    pub site: &'a Site,
    /// The reader's.
    pub language: Language,
    /// Who reads.
    pub viewer: &'a str,
    /// What there is to choose from.
    pub endpoints: &'a [ManagedEndpoint],
}

#[derive(Template)]
#[template(path = "list.html")]
struct Page<'a> {
    frame: Frame,
    t: &'static Texts,
    endpoints: &'a [ManagedEndpoint],
}

impl ListPage<'_> {
    /// The page.
    pub fn html(&self) -> String {
        let t = Texts::of(self.language);
        let mut frame = Frame::new(self.site, self.language, t.choose);
        frame.viewer = Some(self.viewer.to_owned());
        // This is that list.
        frame.has_several = false;
        render(&Page {
            frame,
            t,
            endpoints: self.endpoints,
        })
    }
}
