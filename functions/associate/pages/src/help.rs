//! Help for employees, with what is recorded about them.

use askama::Template;

use crate::frame::{Frame, Site};
use crate::texts::{Block, HelpFacts, Section, Texts};
use crate::{Language, render};

/// The help page.
#[derive(Debug)]
pub struct HelpPage<'a> {
    /// The installation.
    pub site: &'a Site,
    /// The reader's.
    pub language: Language,
    /// Who reads.
    pub viewer: &'a str,
}

#[derive(Template)]
#[template(path = "help.html")]
struct Page {
    frame: Frame,
    t: &'static Texts,
    sections: Vec<Section>,
}

impl HelpPage<'_> {
    /// The page.
    pub fn html(&self) -> String {
        let t = Texts::of(self.language);
        let mut frame = Frame::new(self.site, self.language, t.help);
        frame.viewer = Some(self.viewer.to_owned());
        let facts = HelpFacts {
            rules: &self.site.rules,
            retention: self.site.retention,
        };
        render(&Page {
            frame,
            t,
            sections: (t.help_sections)(&facts),
        })
    }
}
