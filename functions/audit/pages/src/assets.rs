//! The files that these pages load.

use std::sync::LazyLock;

use page::{Asset, Assets};

const BELOW: &str = "/audit/assets/";

pub(crate) static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets::below(BELOW));

/// Those of employees' pages, for people whom nothing below `/audit` is given.
pub(crate) static PUBLIC: LazyLock<Assets> = LazyLock::new(|| Assets::below("/assets/"));

/// What these pages have beyond the style of all.
pub(crate) static STYLE: LazyLock<Asset> = LazyLock::new(|| Asset::style(BELOW, "audit", SHEET));

const SHEET: &str = concat!(
    include_str!("../assets/audit.css"),
    include_str!("../assets/pictures.css")
);

/// Lets ids be copied by a button. Pages work without it.
pub(crate) static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::script(BELOW, "audit", include_str!("../assets/audit.js")));

/// The file of this name, hash included.
pub fn asset(file: &str) -> Option<&'static Asset> {
    let mut all = ASSETS.iter().chain([&*STYLE, &*SCRIPT]);
    all.find(|asset| asset.file() == file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_by_its_name_with_the_hash_only() {
        for known in [&ASSETS.style, &*STYLE, &*SCRIPT] {
            assert_eq!(known.path(), format!("/audit/assets/{}", known.file()));
            assert_eq!(asset(known.file()).unwrap().content, known.content);
        }
        for wrong in ["audit.css", "audit-.css", "", "../audit.css"] {
            assert!(asset(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_refused_visitor_loads_what_every_employee_may() {
        assert_eq!(PUBLIC.style.file(), ASSETS.style.file());
        assert!(PUBLIC.style.path().starts_with("/assets/"));
    }
}
