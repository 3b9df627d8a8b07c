//! The scheduler: a virtual clock, and everything that is going to happen in the order of its time.
//!
//! One thread, no clock of the machine, no chance but the seed's: a run happens again exactly. Tasks are the futures of
//! the real code. Each of their calls to EC2 or DynamoDB is a message with a way there and a way back, so that between
//! any two of their awaits anything else may happen; a task that is dropped in the middle has died as a killed process
//! does, and what it had sent still arrives.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use chrono::{DateTime, TimeDelta, Utc};
use futures::channel::oneshot;

use crate::caller::Caller;
use crate::universe::Universe;

/// A task's number, in the order of their beginning.
pub type TaskId = u64;

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;
type Effect = Box<dyn FnOnce(&Engine) + Send>;

/// Runs tasks in virtual time. Cheap to clone: all clones are one engine.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    queue: Mutex<Queue>,
    universe: Mutex<Universe>,
    ready: Arc<Mutex<VecDeque<TaskId>>>,
}

struct Queue {
    now: DateTime<Utc>,
    due: BinaryHeap<Due>,
    order: u64,
    tasks: BTreeMap<TaskId, Option<Task>>,
    next_task: TaskId,
    chance: fastrand::Rng,
    /// Whether the explorer chooses the order of the calls.
    chosen: bool,
    waiting: Vec<Waiting>,
}

/// A call that waits to be chosen.
struct Waiting {
    caller: Caller,
    name: &'static str,
    effect: Effect,
}

struct Due {
    at: DateTime<Utc>,
    /// Of two things at one instant chance decides.
    lot: u64,
    order: u64,
    effect: Effect,
}

impl Engine {
    /// An engine at the beginning of a run.
    pub fn new(universe: Universe, now: DateTime<Utc>, seed: u64) -> Self {
        let queue = Queue {
            now,
            due: BinaryHeap::new(),
            order: 0,
            tasks: BTreeMap::new(),
            next_task: 0,
            chance: fastrand::Rng::with_seed(seed ^ 0x005e_ed0f_7a5c_5000),
            chosen: false,
            waiting: Vec::new(),
        };
        Self {
            shared: Arc::new(Shared {
                queue: Mutex::new(queue),
                universe: Mutex::new(universe),
                ready: Arc::default(),
            }),
        }
    }

    /// The virtual time.
    pub fn now(&self) -> DateTime<Utc> {
        self.queue().now
    }

    /// Everything that is not a task. Held for a moment only: never across an await.
    pub fn universe(&self) -> MutexGuard<'_, Universe> {
        lock(&self.shared.universe)
    }

    /// Starts a task; it runs for the first time when the present one waits.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) -> TaskId {
        let mut queue = self.queue();
        let id = queue.next_task;
        queue.next_task += 1;
        queue.tasks.insert(id, Some(Box::pin(task)));
        drop(queue);
        lock(&self.shared.ready).push_back(id);
        id
    }

    /// Ends a task where it stands, as SIGKILL ends a process. What it had sent still arrives.
    pub fn kill(&self, id: TaskId) -> bool {
        let task = self.queue().tasks.remove(&id);
        // Dropped without the lock: a future that is dropped may wake others.
        matches!(task, Some(Some(_)))
    }

    /// Does something at a time.
    pub fn at(&self, at: DateTime<Utc>, effect: impl FnOnce(&Engine) + Send + 'static) {
        let mut queue = self.queue();
        queue.order += 1;
        let (order, lot, at) = (queue.order, queue.chance.u64(..), at.max(queue.now));
        queue.due.push(Due {
            at,
            lot,
            order,
            effect: Box::new(effect),
        });
    }

    /// Waits in virtual time.
    pub async fn sleep(&self, time: TimeDelta) {
        self.sleep_until(self.now() + time).await;
    }

    /// Waits until a time; one that has passed is now.
    pub async fn sleep_until(&self, at: DateTime<Utc>) {
        let (wake, woken) = oneshot::channel();
        self.at(at, move |_| {
            let _ = wake.send(());
        });
        // The sender is dropped only with the engine.
        let _ = woken.await;
    }

    /// Does an effect after a time, and answers after another: a call to something outside of the process. Where
    /// the explorer chooses the order of the calls, it waits to be chosen instead.
    pub async fn call<T: Send + 'static>(
        &self,
        there: TimeDelta,
        back: TimeDelta,
        by: (Caller, &'static str),
        effect: impl FnOnce(&Engine) -> T + Send + 'static,
    ) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        if self.queue().chosen {
            let effect = Box::new(move |engine: &Engine| drop(answer.send(effect(engine))));
            let (caller, name) = by;
            self.queue().waiting.push(Waiting {
                caller,
                name,
                effect,
            });
        } else {
            self.at(self.now() + there, move |engine| {
                let result = effect(engine);
                engine.at(engine.now() + back, move |_| drop(answer.send(result)));
            });
        }
        answered.await.ok()
    }

    /// From now on calls wait until [`Self::choose`] says which is next, or do so no more.
    pub(crate) fn choose_calls(&self, chosen: bool) {
        self.queue().chosen = chosen;
    }

    /// The calls that wait to be chosen: whose, and what.
    pub(crate) fn waiting(&self) -> Vec<(Caller, &'static str)> {
        let queue = self.queue();
        queue
            .waiting
            .iter()
            .map(|call| (call.caller, call.name))
            .collect()
    }

    /// What a process that died had not sent yet never arrives.
    pub(crate) fn forget_calls_of(&self, invocation: u64) {
        let mut queue = self.queue();
        queue
            .waiting
            .retain(|call| call.caller.invocation != invocation);
    }

    /// Does the call at this place, and runs the task that waited for it.
    pub(crate) fn choose(&self, place: usize) {
        let call = self.queue().waiting.remove(place);
        (call.effect)(self);
        self.poll_ready();
    }

    /// Runs until a time. `watch` is told after each step; it stops the run by answering `false`.
    pub fn run_until(&self, end: DateTime<Utc>, mut watch: impl FnMut(&Engine) -> bool) {
        loop {
            self.poll_ready();
            if !watch(self) {
                return;
            }
            let due = {
                let mut queue = self.queue();
                match queue.due.peek() {
                    Some(due) if due.at <= end => {}
                    Some(_) | None => {
                        queue.now = queue.now.max(end);
                        return;
                    }
                }
                let due = queue.due.pop();
                if let Some(due) = &due {
                    queue.now = queue.now.max(due.at);
                }
                due
            };
            if let Some(due) = due {
                (due.effect)(self);
            }
        }
    }

    /// Ends everything. Tasks hold the engine that holds them: without this they would stay for ever.
    pub fn end(&self) {
        let (tasks, due, waiting) = {
            let mut queue = self.queue();
            (
                std::mem::take(&mut queue.tasks),
                std::mem::take(&mut queue.due),
                std::mem::take(&mut queue.waiting),
            )
        };
        // Dropped without the lock: a future that is dropped may wake others.
        drop((tasks, due, waiting));
    }

    /// Polls every task that was woken, until none is left.
    pub(crate) fn poll_ready(&self) {
        loop {
            let Some(id) = lock(&self.shared.ready).pop_front() else {
                return;
            };
            let Some(mut task) = self.queue().tasks.get_mut(&id).and_then(Option::take) else {
                continue;
            };
            let waker = Waker::from(Arc::new(Woken {
                id,
                ready: Arc::clone(&self.shared.ready),
            }));
            let polled = task.as_mut().poll(&mut Context::from_waker(&waker));
            match polled {
                Poll::Ready(()) => {
                    self.queue().tasks.remove(&id);
                }
                // Unless it was killed, or killed itself, while it ran.
                Poll::Pending => {
                    if let Some(place) = self.queue().tasks.get_mut(&id) {
                        *place = Some(task);
                    }
                }
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        lock(&self.shared.queue)
    }
}

/// A panic in one task is the end of the run anyway.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Woken {
    id: TaskId,
    ready: Arc<Mutex<VecDeque<TaskId>>>,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        let mut ready = lock(&self.ready);
        if !ready.contains(&self.id) {
            ready.push_back(self.id);
        }
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    /// The earliest is the greatest: a heap hands out the greatest first.
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |due: &Self| (due.at, due.lot, due.order);
        key(other).cmp(&key(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::RunPlan;
    use crate::run::{Options, set};

    fn engine(seed: u64) -> Engine {
        let plan = RunPlan::draw(seed, 0);
        let (engine, _) = set(&plan, Options::default()).expect("a plan can be run");
        engine
    }

    fn order_of_three(seed: u64) -> Vec<u8> {
        let engine = engine(seed);
        let order = Arc::new(Mutex::new(Vec::new()));
        for n in 0..3 {
            let (order, sim) = (Arc::clone(&order), engine.clone());
            engine.spawn(async move {
                sim.sleep(TimeDelta::seconds(1)).await;
                lock(&order).push(n);
            });
        }
        engine.run_until(engine.now() + TimeDelta::seconds(2), |_| true);
        lock(&order).clone()
    }

    #[test]
    fn what_happens_at_one_instant_has_the_order_of_the_seed() {
        let orders: Vec<_> = (0..20).map(order_of_three).collect();
        assert_eq!(
            orders,
            (0..20).map(order_of_three).collect::<Vec<_>>(),
            "a seed repeats its run"
        );
        assert!(orders.iter().any(|order| order != &orders[0]));
    }

    #[test]
    fn what_a_killed_task_had_sent_still_arrives() {
        let engine = engine(1);
        let arrived = Arc::new(Mutex::new(0));
        let (sim, count) = (engine.clone(), Arc::clone(&arrived));
        let task = engine.spawn(async move {
            let (second, after) = (TimeDelta::seconds(1), TimeDelta::zero());
            let by = (Caller::person(), "test");
            for _ in 0..2 {
                let count = Arc::clone(&count);
                sim.call(second, after, by, move |_| *lock(&count) += 1)
                    .await;
            }
        });
        let half = engine.now() + TimeDelta::milliseconds(500);
        engine.run_until(half, |_| true);
        assert!(engine.kill(task));
        engine.run_until(half + TimeDelta::minutes(1), |_| true);
        assert_eq!(
            *lock(&arrived),
            1,
            "the first call was sent, the second never"
        );
    }
}
