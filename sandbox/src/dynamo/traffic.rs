//! How much a client asks of the tables: what `DynamoDB` bills, and what it throttles.

use std::collections::BTreeMap;
use std::fmt;

/// Calls of each operation, and the bytes of their answers.
#[derive(Debug, Clone, Default)]
pub struct Traffic(BTreeMap<String, (u64, u64)>);

impl Traffic {
    pub(super) fn call(&mut self, operation: &str) {
        self.0.entry(operation.to_owned()).or_default().0 += 1;
    }

    pub(super) fn answer(&mut self, operation: &str, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.0.entry(operation.to_owned()).or_default().1 += bytes;
    }

    /// Calls of an operation.
    pub fn calls(&self, operation: &str) -> u64 {
        self.0.get(operation).map_or(0, |(calls, _)| *calls)
    }

    /// Bytes answered to an operation.
    pub fn bytes(&self, operation: &str) -> u64 {
        self.0.get(operation).map_or(0, |(_, bytes)| *bytes)
    }
}

impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (operation, (calls, bytes))) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{calls} {operation} ({} KiB)", bytes / 1024)?;
        }
        Ok(())
    }
}
