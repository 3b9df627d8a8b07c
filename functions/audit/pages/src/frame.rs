//! What all pages for administrators and auditors have.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use page::{Assets, Frame, Language, When};
use std::sync::LazyLock;

static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets::below("/audit/assets/"));

/// What all pages know.
#[derive(Debug, Clone)]
pub struct Site {
    pub zone: Tz,
    pub has_sign_out: bool,
    pub viewer: String,
    pub is_administrator: bool,
}

impl Site {
    pub(crate) fn when(&self, language: Language, now: DateTime<Utc>) -> When {
        When { zone: self.zone, now, language }
    }

    pub(crate) fn frame(&self, language: Language, title: &str) -> Frame {
        Frame {
            has_sign_out: self.has_sign_out,
            viewer: Some(self.viewer.clone()),
            ..Frame::new(&ASSETS, language, title)
        }
    }
}
