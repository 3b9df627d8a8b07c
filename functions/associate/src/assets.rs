//! Files that pages need. A name holds the content's hash, so that a browser may keep a file for ever.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use ring::digest::{SHA256, digest};

use crate::reply::Reply;

/// The style sheet of all pages.
pub(crate) static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("style", "css", "text/css", include_str!("style.css")));

/// A file.
#[derive(Debug)]
pub(crate) struct Asset {
    file: String,
    content_type: &'static str,
    content: &'static str,
}

impl Asset {
    fn new(name: &str, extension: &str, content_type: &'static str, content: &'static str) -> Self {
        let hash = digest(&SHA256, content.as_bytes());
        let hash = URL_SAFE_NO_PAD.encode(&hash.as_ref()[..9]);
        Self {
            file: format!("{name}-{hash}.{extension}"),
            content_type,
            content,
        }
    }

    /// The file of this name, hash included.
    pub(crate) fn find(file: &str) -> Option<&'static Self> {
        [&*STYLE].into_iter().find(|asset| asset.file == file)
    }

    /// Its path.
    pub(crate) fn path(&self) -> String {
        format!("/assets/{}", self.file)
    }

    /// The answer that carries it.
    pub(crate) fn reply(&self) -> Reply {
        let for_ever = HeaderValue::from_static("public, max-age=31536000, immutable");
        Reply::new(StatusCode::OK, self.content_type, self.content).with(CACHE_CONTROL, for_ever)
    }
}
