//! What all pages have: head, header and footer.

use shared::policy::Phase;

use crate::{Assets, Language};

/// The frame around a page, for `templates/base.html`.
#[derive(Debug)]
pub struct Frame {
    pub t: &'static FrameTexts,
    pub lang: &'static str,
    /// The language to change to.
    pub other: &'static str,
    pub title: String,
    /// The sheet of all pages, then the site's own.
    pub styles: Vec<String>,
    pub icon: String,
    /// The script, on pages that have one.
    pub script: Option<String>,
    /// After how many seconds a browser without scripts reloads.
    pub refresh_seconds: Option<u32>,
    /// In the header, beside the brand.
    pub links: Vec<Link>,
    /// Below the header, where the site has parts.
    pub tabs: Option<Tabs>,
    pub has_sign_out: bool,
    /// Who looks, where known.
    pub viewer: Option<String>,
}

/// A link to a page that is always there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub path: String,
    pub label: &'static str,
    /// Whether it leads to where the reader is.
    pub is_current: bool,
}

impl Link {
    pub fn new(path: impl Into<String>, label: &'static str) -> Self {
        Self {
            path: path.into(),
            label,
            is_current: false,
        }
    }
}

/// Links to the parts of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tabs {
    /// What they are, for those who do not see them.
    pub label: &'static str,
    pub links: Vec<Link>,
}

impl Frame {
    pub fn new(assets: &Assets, language: Language, title: &str) -> Self {
        let t = FrameTexts::of(language);
        let other = match language {
            Language::Ja => Language::En,
            Language::En => Language::Ja,
        };
        Self {
            t,
            lang: language.as_str(),
            other: other.as_str(),
            title: format!("{title} – {}", t.brand),
            styles: vec![assets.style.path()],
            icon: assets.icon(Phase::Off).path(),
            script: None,
            refresh_seconds: None,
            links: Vec::new(),
            tabs: None,
            has_sign_out: false,
            viewer: None,
        }
    }
}

/// The texts of the frame.
#[derive(Debug)]
pub struct FrameTexts {
    /// The name of the site.
    pub brand: &'static str,
    /// For screen readers and keyboards: leads past the header.
    pub skip: &'static str,
    pub sign_out: &'static str,
    pub signed_in_as: &'static str,
    /// The button that changes to the other language, in that other language.
    pub other_language: &'static str,
}

impl FrameTexts {
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::Ja => &JA,
            Language::En => &EN,
        }
    }
}

static EN: FrameTexts = FrameTexts {
    brand: "Client VPN",
    skip: "Skip to content",
    sign_out: "Sign out",
    signed_in_as: "Signed in as",
    other_language: "日本語",
};

static JA: FrameTexts = FrameTexts {
    brand: "クライアント VPN",
    skip: "本文へ移動",
    sign_out: "サインアウト",
    signed_in_as: "サインイン中",
    other_language: "English",
};
