//! Which calls an invocation made, when, and how many of them waited for one another.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// One call, as the server saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    /// `EC2 DescribeClientVpnTargetNetworks`.
    pub(super) name: String,
    /// When the request had arrived.
    pub(super) began: Instant,
    /// When the answer was ready to be sent.
    pub(super) ended: Instant,
}

/// The calls so far. Clones share one list.
#[derive(Debug, Clone, Default)]
pub(super) struct CallLog(Arc<Mutex<Vec<Call>>>);

impl CallLog {
    /// Writes a call down.
    pub(super) fn note(&self, call: Call) {
        self.lock().push(call);
    }

    /// Takes out what was written down so far, in the order in which the calls began.
    pub(super) fn take(&self) -> Vec<Call> {
        let mut calls = std::mem::take(&mut *self.lock());
        calls.sort_by_key(|call| call.began);
        calls
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Call>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serial rounds: from the answer that came last back to the call that was answered last before it was made, and so on.
pub(super) fn rounds(calls: &[Call]) -> usize {
    let mut rounds = 0;
    let mut waited_for = calls.iter().max_by_key(|call| call.ended);
    while let Some(call) = waited_for {
        rounds += 1;
        let before = calls.iter().filter(|other| other.ended <= call.began);
        waited_for = before.max_by_key(|other| other.ended);
    }
    rounds
}

/// The calls as bars over time, one a line.
pub(super) fn draw(calls: &[Call]) -> String {
    const WIDTH: u32 = 60;
    let Some(start) = calls.first().map(|call| call.began) else {
        return String::new();
    };
    let ends = calls.iter().map(|call| call.ended);
    let whole = ends.max().map_or(Duration::ZERO, |end| end - start);
    let column = |at: Instant| {
        let part = (at - start).as_secs_f64() / whole.as_secs_f64().max(f64::EPSILON);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a part of a small number"
        )]
        let column = (part * f64::from(WIDTH)).round() as usize;
        column
    };
    let longest = calls.iter().map(|call| call.name.len()).max().unwrap_or(0);
    let mut drawn = String::new();
    for call in calls {
        let (from, to) = (column(call.began), column(call.ended));
        let bar = format!("{}{}", " ".repeat(from), "█".repeat((to - from).max(1)));
        let began = (call.began - start).as_secs_f64() * 1000.0;
        let ended = (call.ended - start).as_secs_f64() * 1000.0;
        let _ = writeln!(
            drawn,
            "{:longest$} {began:6.1} {ended:6.1}  {bar}",
            call.name
        );
    }
    drawn
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(spans: &[(u64, u64)]) -> Vec<Call> {
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        let call = |(began, ended): &(u64, u64)| Call {
            name: "EC2".to_owned(),
            began: at(*began),
            ended: at(*ended),
        };
        spans.iter().map(call).collect()
    }

    #[test]
    fn calls_side_by_side_are_one_round() {
        assert_eq!(rounds(&[]), 0);
        assert_eq!(rounds(&calls(&[(0, 5), (1, 4), (5, 9)])), 2);
        assert_eq!(rounds(&calls(&[(0, 5), (5, 9), (6, 7), (9, 10)])), 3);
    }

    #[test]
    fn short_calls_in_series_beside_a_long_one_add_no_round() {
        let beside = [(0, 60), (0, 4), (4, 8), (8, 12), (60, 64)];
        assert_eq!(rounds(&calls(&beside)), 2);
    }
}
