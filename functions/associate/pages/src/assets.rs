//! The files that employees' pages load.

use std::sync::LazyLock;

use page::{Asset, Assets};

const BELOW: &str = "/assets/";

pub(crate) static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets::below(BELOW));

/// Keeps a status page up to date.
pub(crate) static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::script(BELOW, "page", include_str!("../assets/page.js")));

/// The file of this name, hash included.
pub fn asset(file: &str) -> Option<&'static Asset> {
    let mut all = ASSETS.iter().chain([&*SCRIPT]);
    all.find(|asset| asset.file() == file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_by_its_name_with_the_hash_only() {
        for known in [&ASSETS.style, &*SCRIPT] {
            assert_eq!(known.path(), format!("/assets/{}", known.file()));
            assert_eq!(asset(known.file()).unwrap().content, known.content);
        }
        for wrong in ["style.css", "style-.css", "", "../style.css"] {
            assert!(asset(wrong).is_none(), "{wrong}");
        }
    }
}
