//! A share of a processor, as Lambda gives it with the memory: a control group with a quota.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Lambda gives one whole processor with 1,769 MB, and less in proportion.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html>
const MEGABYTES_OF_A_PROCESSOR: u32 = 1_769;

/// How often the quota is dealt out anew, in microseconds. Lambda's own is 20 ms, as published measurements show.
pub(super) const PERIOD_MICROSECONDS: u32 = 20_000;

/// A control group for one process at a time; removed when this goes, which its process must not outlive.
#[derive(Debug)]
pub(super) struct Share {
    group: PathBuf,
    version: Version,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    One,
    Two,
}

impl Share {
    /// A group without a limit.
    ///
    /// # Errors
    /// Where this machine does not allow one, which then stands in the report.
    pub(super) fn new() -> io::Result<Self> {
        let name = format!("vpn-bench-{}", std::process::id());
        let places = [
            ("/sys/fs/cgroup/cpu", Version::One),
            ("/sys/fs/cgroup", Version::Two),
        ];
        let mut refused = io::Error::from(io::ErrorKind::NotFound);
        for (place, version) in places {
            let group = Path::new(place).join(&name);
            let made = fs::create_dir(&group).and_then(|()| {
                let share = Self { group, version };
                share.limit(None).map(|()| share)
            });
            match made {
                Ok(share) => return Ok(share),
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    /// Takes a process in, with all its threads.
    ///
    /// # Errors
    /// Where it has ended.
    pub(super) fn hold(&self, process: u32) -> io::Result<()> {
        fs::write(self.group.join("cgroup.procs"), process.to_string())
    }

    /// Limits it to what Lambda gives with so much memory; `None`: no limit.
    ///
    /// # Errors
    /// Where the group is gone.
    pub(super) fn limit(&self, megabytes: Option<u32>) -> io::Result<()> {
        let quota = megabytes.map(quota_microseconds);
        match self.version {
            Version::One => {
                let quota = quota.map_or_else(|| "-1".to_owned(), |quota| quota.to_string());
                let period = PERIOD_MICROSECONDS.to_string();
                fs::write(self.group.join("cpu.cfs_period_us"), period)?;
                fs::write(self.group.join("cpu.cfs_quota_us"), quota)
            }
            Version::Two => {
                let quota = quota.map_or_else(|| "max".to_owned(), |quota| quota.to_string());
                let limit = format!("{quota} {PERIOD_MICROSECONDS}");
                fs::write(self.group.join("cpu.max"), limit)
            }
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        // What cannot be removed is empty and does no harm.
        let _ = fs::remove_dir(&self.group);
    }
}

/// Of each period.
fn quota_microseconds(megabytes: u32) -> u32 {
    PERIOD_MICROSECONDS * megabytes / MEGABYTES_OF_A_PROCESSOR
}

/// A percentage of a processor.
pub(super) fn percent(megabytes: u32) -> f64 {
    f64::from(megabytes) * 100.0 / f64::from(MEGABYTES_OF_A_PROCESSOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_128_mb_a_function_has_seven_percent_of_a_processor() {
        assert_eq!(quota_microseconds(128), 1_447);
        assert!((percent(128) - 7.2).abs() < 0.05, "{}", percent(128));
        assert_eq!(quota_microseconds(1_769), PERIOD_MICROSECONDS);
    }
}
