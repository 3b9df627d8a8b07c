//! How much a client asks of the tables: what `DynamoDB` bills, and what it throttles.

use std::collections::BTreeMap;
use std::fmt;

use super::units::Units;

/// Calls of each operation, the bytes of their answers, and the units they consumed.
#[derive(Debug, Clone, Default)]
pub struct Traffic(BTreeMap<String, Sum>);

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    calls: u64,
    bytes: u64,
    units: Units,
}

impl Traffic {
    pub(super) fn call(&mut self, operation: &str) {
        self.of(operation).calls += 1;
    }

    pub(super) fn answer(&mut self, operation: &str, bytes: usize, units: Units) {
        let sum = self.of(operation);
        sum.bytes += u64::try_from(bytes).unwrap_or(u64::MAX);
        sum.units += units;
    }

    fn of(&mut self, operation: &str) -> &mut Sum {
        self.0.entry(operation.to_owned()).or_default()
    }

    /// Calls of an operation.
    pub fn calls(&self, operation: &str) -> u64 {
        self.0.get(operation).map_or(0, |sum| sum.calls)
    }

    /// Bytes answered to an operation.
    pub fn bytes(&self, operation: &str) -> u64 {
        self.0.get(operation).map_or(0, |sum| sum.bytes)
    }

    /// Units that an operation consumed.
    pub fn units(&self, operation: &str) -> Units {
        self.0
            .get(operation)
            .map_or(Units::default(), |sum| sum.units)
    }

    /// Units that all operations consumed.
    pub fn all_units(&self) -> Units {
        let mut all = Units::default();
        for sum in self.0.values() {
            all += sum.units;
        }
        all
    }

    /// Calls of all operations.
    pub fn all_calls(&self) -> u64 {
        self.0.values().map(|sum| sum.calls).sum()
    }
}

impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (operation, sum)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(
                f,
                "{comma}{} {operation} ({} KiB)",
                sum.calls,
                sum.bytes / 1024
            )?;
        }
        let all = self.all_units();
        write!(f, "; {} read units, {} write units", all.read, all.write)
    }
}
