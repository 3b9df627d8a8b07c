//! What all pages for administrators and auditors have.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use page::{Frame, Link, Tabs, When};
use shared::model::EndpointName;

use crate::Language;
use crate::assets::{ASSETS, PUBLIC, STYLE};
use crate::paths;
use crate::texts::Texts;

/// What all pages know of this installation, and of who looks.
#[derive(Debug, Clone)]
pub struct Site {
    /// The managed endpoints, in the order of the configuration.
    pub endpoints: Vec<EndpointName>,
    /// Of the times on the pages.
    pub zone: Tz,
    /// Whether signing out is possible.
    pub has_sign_out: bool,
    /// `None`: not known.
    pub viewer: Option<String>,
    /// Whether the viewer gives orders; auditors only read.
    pub is_administrator: bool,
}

/// The parts of the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Now,
    Log,
    Use,
    Findings,
}

impl Part {
    const ALL: [Self; 4] = [Self::Now, Self::Log, Self::Use, Self::Findings];

    fn path(self) -> &'static str {
        match self {
            Self::Now => paths::NOW,
            Self::Log => paths::LOG,
            Self::Use => paths::USE,
            Self::Findings => paths::FINDINGS,
        }
    }

    fn label(self, t: &Texts) -> &'static str {
        match self {
            Self::Now => t.now,
            Self::Log => t.log,
            Self::Use => t.use_and_cost,
            Self::Findings => t.findings,
        }
    }
}

impl Site {
    pub(crate) fn when(&self, language: Language, now: DateTime<Utc>) -> When {
        When {
            zone: self.zone,
            now,
            language,
        }
    }

    /// The frame of a page for those who may read it.
    pub(crate) fn frame(&self, language: Language, part: Option<Part>, title: &str) -> Frame {
        let t = Texts::of(language);
        let link = |one: Part| Link {
            is_current: part == Some(one),
            ..Link::new(one.path(), one.label(t))
        };
        let mut frame = Frame::new(&ASSETS, language, title);
        frame.styles.push(STYLE.path());
        Frame {
            links: vec![self.link_back(t)],
            tabs: Some(Tabs {
                label: t.parts,
                links: Part::ALL.map(link).into(),
            }),
            has_sign_out: self.has_sign_out,
            viewer: self.viewer.clone(),
            ..frame
        }
    }

    /// The frame of a page for everybody else: it names no part of the site, and loads nothing from below `/audit`.
    pub(crate) fn frame_for_strangers(&self, language: Language, title: &str) -> Frame {
        let help = Link::new("/help", Texts::of(language).help);
        Frame {
            links: vec![help],
            viewer: self.viewer.clone(),
            ..Frame::new(&PUBLIC, language, title)
        }
    }

    /// To the employees' pages. Where there is one endpoint only, their root would ask for it.
    pub(crate) fn link_back(&self, t: &Texts) -> Link {
        let path = match self.endpoints.as_slice() {
            [only] => paths::status(only),
            [] | [_, _, ..] => "/".to_owned(),
        };
        Link::new(path, t.employees_pages)
    }
}
