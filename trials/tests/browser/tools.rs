//! What `install` provides.

use std::path::{Path, PathBuf};

use tokio::process::Command;
use tokio::sync::OnceCell;

const INSTALL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/install");

/// Where axe-core is; everything else is there, too, once this returns.
pub async fn axe() -> &'static Path {
    static AXE: OnceCell<PathBuf> = OnceCell::const_new();
    let install = || async {
        let tools = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../tools/browser");
        let install = Command::new(INSTALL).arg(&tools).output().await.unwrap();
        assert!(
            install.status.success(),
            "{}",
            String::from_utf8_lossy(&install.stderr)
        );
        tools.join("axe.min.js")
    };
    AXE.get_or_init(install).await
}

/// A program, or the one that a variable names in its place.
pub fn program(variable: &str, name: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| name.to_owned())
}
