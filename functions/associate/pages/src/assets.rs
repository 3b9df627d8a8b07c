//! Files that pages load. A name holds the content's hash, so that a browser may keep a file for ever.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use shared::policy::Phase;

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

static ALL: LazyLock<[Asset; 7]> = LazyLock::new(|| {
    [
        Asset::new("style.css", CSS, include_str!("../assets/style.css")),
        Asset::new("page.js", JAVASCRIPT, include_str!("../assets/page.js")),
        Asset::new("off.svg", SVG, include_str!("../assets/off.svg")),
        Asset::new("starting.svg", SVG, include_str!("../assets/starting.svg")),
        Asset::new("ready.svg", SVG, include_str!("../assets/ready.svg")),
        Asset::new("stopping.svg", SVG, include_str!("../assets/stopping.svg")),
        Asset::new("failed.svg", SVG, include_str!("../assets/failed.svg")),
    ]
});

#[derive(Debug)]
pub struct Asset {
    file: String,
    /// What `Content-Type` says.
    pub content_type: &'static str,
    pub content: &'static str,
}

impl Asset {
    fn new(name: &str, content_type: &'static str, content: &'static str) -> Self {
        let hash = digest(&SHA256, content.as_bytes());
        let hash = URL_SAFE_NO_PAD.encode(&hash.as_ref()[..9]);
        let (name, extension) = name.split_once('.').unwrap_or((name, ""));
        Self {
            file: format!("{name}-{hash}.{extension}"),
            content_type,
            content,
        }
    }

    /// The file of this name, hash included.
    pub fn find(file: &str) -> Option<&'static Self> {
        ALL.iter().find(|asset| asset.file == file)
    }

    pub fn path(&self) -> String {
        format!("/assets/{}", self.file)
    }

    /// The style sheet of all pages.
    pub(crate) fn style() -> &'static Self {
        &ALL[0]
    }

    /// The script that keeps a status page up to date.
    pub(crate) fn script() -> &'static Self {
        &ALL[1]
    }

    /// The icon of a phase.
    pub(crate) fn icon(phase: Phase) -> &'static Self {
        match phase {
            Phase::Off => &ALL[2],
            Phase::Starting => &ALL[3],
            Phase::Ready => &ALL[4],
            Phase::Stopping => &ALL[5],
            Phase::Failed => &ALL[6],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_by_its_name_with_the_hash_only() {
        let path = Asset::style().path();
        let file = path.strip_prefix("/assets/").unwrap();
        assert_eq!(Asset::find(file).unwrap().content, Asset::style().content);
        for wrong in ["style.css", "style-.css", "", "../style.css"] {
            assert!(Asset::find(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn each_phase_has_an_icon_of_its_own() {
        let phases = [
            Phase::Off,
            Phase::Starting,
            Phase::Ready,
            Phase::Stopping,
            Phase::Failed,
        ];
        let files = phases.map(|phase| Asset::icon(phase).path());
        for (phase, file) in phases.iter().zip(&files) {
            assert!(file.starts_with(&format!("/assets/{}-", phase.as_str())));
        }
    }
}
