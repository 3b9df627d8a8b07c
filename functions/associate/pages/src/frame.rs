//! What all pages have: head, header and footer.

use shared::model::Rules;
use shared::model::audit::Retention;
use shared::policy::Phase;

use crate::assets::Asset;
use crate::texts::Texts;
use crate::{Language, when::When};

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
}

/// The frame around a page.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) t: &'static Texts,
    pub(crate) lang: &'static str,
    /// The language to change to.
    pub(crate) other: &'static str,
    pub(crate) title: String,
    pub(crate) style: String,
    pub(crate) icon: String,
    /// The script, on pages that it keeps up to date.
    pub(crate) script: Option<String>,
    /// After how many seconds a browser without scripts reloads.
    pub(crate) refresh_seconds: Option<u32>,
    pub(crate) has_sign_out: bool,
    pub(crate) has_several: bool,
    /// The employee, where known.
    pub(crate) viewer: Option<String>,
}

impl Frame {
    pub(crate) fn new(site: &Site, language: Language, title: &str) -> Self {
        let t = Texts::of(language);
        let other = match language {
            Language::Ja => Language::En,
            Language::En => Language::Ja,
        };
        Self {
            t,
            lang: language.as_str(),
            other: other.as_str(),
            title: format!("{title} – {}", t.brand),
            style: Asset::style().path(),
            icon: Asset::icon(Phase::Off).path(),
            script: None,
            refresh_seconds: None,
            has_sign_out: site.has_sign_out,
            has_several: site.has_several,
            viewer: None,
        }
    }
}
