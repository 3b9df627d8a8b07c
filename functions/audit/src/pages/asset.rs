//! What pages load.

use page::Asset;

/// The file of this name, hash included.
pub(crate) fn find(_file: &str) -> Option<&'static Asset> {
    None
}
