//! What all pages for employees have.

use page::{Frame, Link};
use shared::model::Rules;
use shared::model::audit::Retention;

use crate::assets::ASSETS;
use crate::texts::Texts;
use crate::{Language, When};

/// What all pages know of this installation.
#[derive(Debug, Clone)]
pub struct Site {
    /// How long the VPN stays up, and the zone of the times on the pages.
    pub rules: Rules,
    /// How long records are kept.
    pub retention: Retention,
    /// Whether signing out is possible.
    pub has_sign_out: bool,
    /// Whether there are several endpoints to choose from.
    pub has_several: bool,
    /// Whether the reaper changes nothing.
    pub is_dry_run: bool,
}

impl Site {
    pub(crate) fn when(&self, language: Language, now: chrono::DateTime<chrono::Utc>) -> When {
        When {
            zone: self.rules.time_zone,
            now,
            language,
        }
    }

    pub(crate) fn frame(&self, language: Language, title: &str) -> Frame {
        let t = Texts::of(language);
        let all_vpns = Link::new("/", t.all_vpns);
        let help = Link::new("/help", t.help);
        let links = [self.has_several.then_some(all_vpns), Some(help)];
        Frame {
            links: links.into_iter().flatten().collect(),
            has_sign_out: self.has_sign_out,
            ..Frame::new(&ASSETS, language, title)
        }
    }
}
