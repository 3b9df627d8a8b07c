//! What all pages for administrators and auditors have.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use page::{Assets, Frame, Language, When};
use shared::model::EndpointName;

static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets::below("/audit/assets/"));

/// What all pages know.
#[derive(Debug, Clone)]
pub struct Site {
    pub endpoints: Vec<EndpointName>,
    pub zone: Tz,
    pub has_sign_out: bool,
    pub viewer: Option<String>,
    pub is_administrator: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Now,
    Use,
}

impl Site {
    pub(crate) fn when(&self, language: Language, now: DateTime<Utc>) -> When {
        When { zone: self.zone, now, language }
    }

    pub(crate) fn frame(&self, language: Language, part: Option<Part>, title: &str) -> Frame {
        let _ = part;
        Frame {
            has_sign_out: self.has_sign_out,
            viewer: self.viewer.clone(),
            ..Frame::new(&ASSETS, language, title)
        }
    }
}
