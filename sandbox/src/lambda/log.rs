//! A function's log: a file that its processes write to, and whose end is shown when something goes wrong.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// How much of a log is shown.
const TAIL_BYTES: u64 = 4 * 1024;

/// A log larger than this is put aside when the sandbox starts.
const KEEP_BYTES: u64 = 8 * 1024 * 1024;

#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
}

impl Log {
    pub(super) fn open(directory: &Path, function: &str) -> io::Result<Self> {
        fs::create_dir_all(directory)?;
        let path = directory.join(format!("{function}.log"));
        if fs::metadata(&path).is_ok_and(|file| file.len() > KEEP_BYTES) {
            fs::rename(&path, path.with_extension("log.old"))?;
        }
        let log = Self { path };
        log.append()?;
        Ok(log)
    }

    /// The file, for a process to write to.
    pub(super) fn append(&self) -> io::Result<File> {
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path)
    }

    /// A line of Lambda's own (`START`, `REPORT`).
    pub(super) fn line(&self, line: &str) {
        let written = self
            .append()
            .and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
        if let Err(error) = written {
            tracing::warn!(%error, path = %self.path.display(), "cannot write a function's log");
        }
    }

    /// The last lines.
    pub(super) fn tail(&self) -> String {
        self.read_tail()
            .unwrap_or_else(|error| format!("(no log: {error})"))
    }

    fn read_tail(&self) -> io::Result<String> {
        let mut file = File::open(&self.path)?;
        let length = file.metadata()?.len();
        let start = length.saturating_sub(TAIL_BYTES);
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        // A first line that is cut off says nothing.
        let text = match text.split_once('\n') {
            Some((_, rest)) if start > 0 => rest,
            Some(_) | None => text.as_ref(),
        };
        Ok(text.trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_starts_with_a_whole_line() {
        let directory = tempfile::tempdir().unwrap();
        let log = Log::open(directory.path(), "reaper").unwrap();
        for number in 0..1000 {
            log.line(&format!("line {number:04}"));
        }
        let tail = log.tail();
        assert!(tail.len() <= 4096);
        assert!(tail.starts_with("line 0"), "{tail}");
        assert!(tail.ends_with("line 0999"));
    }
}
