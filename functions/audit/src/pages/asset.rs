//! What pages load.

use page::Asset;

/// The file of this name, hash included.
pub(crate) fn find(file: &str) -> Option<&'static Asset> {
    audit_pages::asset(file)
}
