//! Several endpoints to choose from.

use askama::Template;
use page::{Frame, render};
use shared::model::ManagedEndpoint;

use crate::Language;
use crate::frame::Site;
use crate::texts::Texts;

/// The list of endpoints: it reads nothing and asks for nothing.
#[derive(Debug)]
pub struct ListPage<'a> {
    pub site: &'a Site,
    pub language: Language,
    pub viewer: &'a str,
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
    pub fn html(&self) -> String {
        let t = Texts::of(self.language);
        let mut frame = self.site.frame(self.language, t.choose);
        frame.viewer = Some(self.viewer.to_owned());
        // This is that list.
        frame.links.retain(|link| link.path != "/");
        render(&Page {
            frame,
            t,
            endpoints: self.endpoints,
        })
    }
}
