//! How many calls wait for each other: a run in which each call takes exactly as long as it is said to, by a time of the
//! run's own.
//!
//! The calls are really made, by whatever clients, and take the time they take. Their answers are held back: once all calls
//! under way have theirs, and the run has done all that it can without another one, time moves on to the answer that is due
//! first. So a run is the same each time, on any machine, and no test has to measure.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use crate::ports::Between;

/// How long each call takes, in milliseconds, by its name.
pub type Milliseconds = fn(&str) -> u64;

/// Puts the calls of one run into an order by time.
pub struct Timeline {
    takes: Milliseconds,
    run: Mutex<Run>,
}

#[derive(Debug, Default)]
struct Run {
    now: u64,
    /// Calls that have no answer yet.
    under_way: usize,
    /// Calls whose answer is held back, by when it is due and the order in which they began.
    held: BTreeMap<(u64, usize), Option<Waker>>,
    calls: Vec<Call>,
}

/// A call, and when it was made and answered, in milliseconds since the run began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The port's method.
    pub name: &'static str,
    /// When it was made.
    pub began: u64,
    /// When its answer came; `None`: its caller did not wait for it.
    pub ended: Option<u64>,
}

impl Timeline {
    /// One whose calls take this long.
    pub fn new(takes: Milliseconds) -> Arc<Self> {
        Arc::new(Self {
            takes,
            run: Mutex::default(),
        })
    }

    /// A run from its beginning to its end. It waits for nothing but its calls.
    pub async fn run<T>(&self, run: impl Future<Output = T>) -> T {
        *self.lock() = Run::default();
        let mut run = pin!(run);
        poll_fn(|context| {
            loop {
                if let Poll::Ready(done) = run.as_mut().poll(context) {
                    return Poll::Ready(done);
                }
                if !self.lock().go_on() {
                    return Poll::Pending;
                }
            }
        })
        .await
    }

    /// The calls of the last run, in the order in which they were made.
    pub fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    /// How long the last run took, in milliseconds.
    pub fn milliseconds(&self) -> u64 {
        self.lock().now
    }

    /// The rounds of the last run: what it waited for, one after the other. Each is the calls that were answered at the
    /// same time, and the next one began then.
    pub fn rounds(&self) -> Vec<String> {
        let calls = self.calls();
        let mut rounds = Vec::new();
        let mut end = self.milliseconds();
        while end > 0 {
            let of_round = calls.iter().filter(|call| call.ended == Some(end));
            let of_round: Vec<&Call> = of_round.collect();
            let Some(began) = of_round.iter().map(|call| call.began).min() else {
                break;
            };
            rounds.push(tally(of_round.iter().map(|call| call.name), " + "));
            end = began;
        }
        rounds.reverse();
        rounds
    }

    fn lock(&self) -> MutexGuard<'_, Run> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Run {
    /// Moves time on to the answer that is due first, and lets it through with all that are due then. `false`: a call has
    /// no answer yet, or none is awaited.
    fn go_on(&mut self) -> bool {
        let Some((&(due, _), _)) = self.held.first_key_value().filter(|_| self.under_way == 0)
        else {
            return false;
        };
        self.now = due;
        while let Some(first) = self.held.first_entry().filter(|first| first.key().0 == due) {
            if let Some(waker) = first.remove() {
                waker.wake();
            }
        }
        true
    }
}

impl Between for Timeline {
    async fn call<T: Send>(&self, name: &'static str, work: impl Future<Output = T> + Send) -> T {
        let mut waiting = Waiting::begin(self, name);
        let answer = work.await;
        waiting.hold((self.takes)(name));
        poll_fn(|context| waiting.poll(context.waker())).await;
        answer
    }
}

/// A call until its answer is let through, or its caller gives it up.
struct Waiting<'a> {
    timeline: &'a Timeline,
    index: usize,
    began: u64,
    /// When its answer is due, once it is there.
    due: Option<u64>,
}

impl<'a> Waiting<'a> {
    fn begin(timeline: &'a Timeline, name: &'static str) -> Self {
        let run = &mut *timeline.lock();
        run.under_way += 1;
        let (index, began) = (run.calls.len(), run.now);
        run.calls.push(Call {
            name,
            began,
            ended: None,
        });
        Self {
            timeline,
            index,
            began,
            due: None,
        }
    }

    fn hold(&mut self, takes: u64) {
        let due = self.began + takes;
        let run = &mut *self.timeline.lock();
        run.under_way -= 1;
        run.held.insert((due, self.index), None);
        self.due = Some(due);
    }

    fn poll(&self, waker: &Waker) -> Poll<()> {
        let run = &mut *self.timeline.lock();
        let due = self.due.unwrap_or(self.began);
        let Some(held) = run.held.get_mut(&(due, self.index)) else {
            run.calls[self.index].ended = Some(due);
            return Poll::Ready(());
        };
        *held = Some(waker.clone());
        Poll::Pending
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let run = &mut *self.timeline.lock();
        match self.due {
            Some(due) => drop(run.held.remove(&(due, self.index))),
            None => run.under_way -= 1,
        }
    }
}

impl fmt::Debug for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeline").finish_non_exhaustive()
    }
}

/// Names in the order of the alphabet, each with how often it stands there.
pub fn tally<'a>(names: impl IntoIterator<Item = &'a str>, between: &str) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let mut text = String::new();
    for (name, count) in counts {
        if !text.is_empty() {
            text.push_str(between);
        }
        text.push_str(name);
        if count > 1 {
            // Writing to a string cannot fail.
            let _ = write!(text, " ×{count}");
        }
    }
    text
}
