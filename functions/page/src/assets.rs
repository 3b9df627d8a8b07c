//! Files that pages load. A name holds the content's hash, so that a browser may keep a file for ever.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use shared::policy::Phase;

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

#[derive(Debug)]
pub struct Asset {
    path: String,
    file_at: usize,
    /// What `Content-Type` says.
    pub content_type: &'static str,
    pub content: &'static str,
}

impl Asset {
    /// A style sheet below a path that ends in `/`.
    pub fn style(below: &str, name: &str, content: &'static str) -> Self {
        Self::new(below, name, "css", CSS, content)
    }

    /// A script, likewise.
    pub fn script(below: &str, name: &str, content: &'static str) -> Self {
        Self::new(below, name, "js", JAVASCRIPT, content)
    }

    fn icon(below: &str, phase: Phase, content: &'static str) -> Self {
        Self::new(below, phase.as_str(), "svg", SVG, content)
    }

    fn new(
        below: &str,
        name: &str,
        extension: &str,
        content_type: &'static str,
        content: &'static str,
    ) -> Self {
        let hash = digest(&SHA256, content.as_bytes());
        let hash = URL_SAFE_NO_PAD.encode(&hash.as_ref()[..9]);
        Self {
            path: format!("{below}{name}-{hash}.{extension}"),
            file_at: below.len(),
            content_type,
            content,
        }
    }

    pub fn path(&self) -> String {
        self.path.clone()
    }

    /// Its name, hash included.
    pub fn file(&self) -> &str {
        &self.path[self.file_at..]
    }
}

/// The files that all pages of a site load, below the site's own path.
#[derive(Debug)]
pub struct Assets {
    /// The style sheet of all pages.
    pub style: Asset,
    icons: [Asset; 5],
}

impl Assets {
    /// Those below a path that ends in `/`.
    pub fn below(path: &str) -> Self {
        let icon = |phase, content| Asset::icon(path, phase, content);
        Self {
            style: Asset::style(path, "style", include_str!("../assets/style.css")),
            icons: [
                icon(Phase::Off, include_str!("../assets/off.svg")),
                icon(Phase::Starting, include_str!("../assets/starting.svg")),
                icon(Phase::Ready, include_str!("../assets/ready.svg")),
                icon(Phase::Stopping, include_str!("../assets/stopping.svg")),
                icon(Phase::Failed, include_str!("../assets/failed.svg")),
            ],
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Asset> {
        [&self.style].into_iter().chain(&self.icons)
    }

    /// The icon of a phase.
    pub fn icon(&self, phase: Phase) -> &Asset {
        match phase {
            Phase::Off => &self.icons[0],
            Phase::Starting => &self.icons[1],
            Phase::Ready => &self.icons[2],
            Phase::Stopping => &self.icons[3],
            Phase::Failed => &self.icons[4],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_changes_with_the_content_and_stands_below_the_path() {
        let [before, after] = ["a{}", "b{}"].map(|css| Asset::style("/audit/assets/", "own", css));
        assert!(before.path().starts_with("/audit/assets/own-"));
        assert_eq!(before.path(), format!("/audit/assets/{}", before.file()));
        assert_ne!(before.file(), after.file());
    }

    #[test]
    fn each_phase_has_an_icon_of_its_own() {
        let assets = Assets::below("/assets/");
        for phase in [
            Phase::Off,
            Phase::Starting,
            Phase::Ready,
            Phase::Stopping,
            Phase::Failed,
        ] {
            let path = assets.icon(phase).path();
            assert!(path.starts_with(&format!("/assets/{}-", phase.as_str())));
        }
    }
}
