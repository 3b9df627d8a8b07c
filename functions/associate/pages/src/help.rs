//! Help for employees, with what is recorded about them.

use askama::Template;
use page::{Frame, render};

use crate::Language;
use crate::frame::Site;
use crate::texts::{Block, HelpFacts, Section, Texts};

#[derive(Debug)]
pub struct HelpPage<'a> {
    pub site: &'a Site,
    pub language: Language,
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
    pub fn html(&self) -> String {
        let t = Texts::of(self.language);
        let mut frame = self.site.frame(self.language, t.help);
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
