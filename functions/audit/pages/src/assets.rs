use std::sync::LazyLock;
use page::Assets;
pub(crate) static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets::below("/audit/assets/"));
