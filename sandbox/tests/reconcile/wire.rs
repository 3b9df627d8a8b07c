//! The wire between a process and AWS: a test may act, or end the process, before or after any call.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use shared::ports::{ClientVpn, Store};
use testkit::ports::{Between, Wrapped};
use tokio::sync::{Notify, oneshot};

/// EC2's describing calls.
const READS: [&str; 4] = ["target_networks", "connections", "routes", "endpoint"];

type Hook = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    Before,
    After,
}

/// Counts the calls of one process and runs hooks between them.
#[derive(Default)]
pub struct Wire {
    calls: Mutex<Vec<&'static str>>,
    hooks: Mutex<Vec<(When, &'static str, usize, Hook)>>,
    kill_at: Mutex<Option<(When, usize)>>,
    killed: Notify,
    under_way: Mutex<Vec<&'static str>>,
    rounds: Mutex<Vec<(&'static str, usize)>>,
}

impl Wire {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Runs a hook before or after the `nth` call (from 1) of this name.
    pub fn hook<F>(
        &self,
        when: When,
        call: &'static str,
        nth: usize,
        hook: impl FnOnce() -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let hook: Hook = Box::new(move || Box::pin(hook()));
        self.hooks.lock().unwrap().push((when, call, nth, hook));
    }

    /// Runs a hook before the first call `then`, which goes out beside the first call `answered`, once that one is answered.
    pub fn hook_between<F>(
        &self,
        answered: &'static str,
        then: &'static str,
        hook: impl FnOnce() -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let (tell, told) = oneshot::channel();
        self.hook(When::After, answered, 1, move || async move {
            tell.send(()).unwrap();
        });
        self.hook(When::Before, then, 1, move || async move {
            told.await.unwrap();
            hook().await;
        });
    }

    /// Ends the process before or after its `nth` call of any name, from 0.
    pub fn kill(&self, when: When, nth: usize) {
        *self.kill_at.lock().unwrap() = Some((when, nth));
    }

    /// Ends the process once the `nth` call (from 1) of this name has been answered.
    pub fn kill_after(self: &Arc<Self>, call: &'static str, nth: usize) {
        let wire = self.clone();
        self.hook(When::After, call, nth, move || async move {
            wire.killed.notify_one();
            std::future::pending::<()>().await;
        });
    }

    /// Runs a process until it is done (`Some`) or killed (`None`).
    pub async fn run<T>(&self, process: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.killed.notified() => None,
            done = process => Some(done),
        }
    }

    pub fn calls(&self) -> Vec<&'static str> {
        self.calls.lock().unwrap().clone()
    }

    /// How many rounds the calls of these names took: those under way at the same time are one.
    pub fn rounds(&self, names: &[&str]) -> usize {
        *self
            .rounds
            .lock()
            .unwrap()
            .iter()
            .filter(|(name, _)| names.contains(name))
            .map(|(_, round)| round)
            .max()
            .unwrap_or(&0)
    }

    pub fn vpn(self: &Arc<Self>, inner: Arc<dyn ClientVpn>) -> Arc<dyn ClientVpn> {
        Wrapped::new(self.clone(), inner)
    }

    pub fn store(self: &Arc<Self>, inner: Arc<dyn Store>) -> Arc<dyn Store> {
        Wrapped::new(self.clone(), inner)
    }

    /// A call belongs to the round of those that are still under way, or begins the next one.
    fn begin(&self, call: &'static str) {
        let is_ec2 = |name: &&&'static str| READS.contains(*name);
        let mut under_way = self.under_way.lock().unwrap();
        let mut rounds = self.rounds.lock().unwrap();
        let latest = rounds
            .iter()
            .filter(|(name, _)| READS.contains(name))
            .map(|(_, round)| *round)
            .max()
            .unwrap_or(0);
        let joins = under_way.iter().filter(is_ec2).count() > 0;
        rounds.push((call, if joins { latest } else { latest + 1 }));
        under_way.push(call);
    }

    fn end(&self, call: &'static str) {
        let mut under_way = self.under_way.lock().unwrap();
        if let Some(at) = under_way.iter().position(|name| *name == call) {
            under_way.swap_remove(at);
        }
    }

    async fn at(&self, when: When, call: &'static str, index: usize, nth: usize) {
        if *self.kill_at.lock().unwrap() == Some((when, index)) {
            self.killed.notify_one();
            std::future::pending::<()>().await;
        }
        let hook = {
            let mut hooks = self.hooks.lock().unwrap();
            let found = hooks
                .iter()
                .position(|(w, name, n, _)| (*w, *name, *n) == (when, call, nth));
            found.map(|at| hooks.swap_remove(at).3)
        };
        if let Some(hook) = hook {
            hook().await;
        }
    }
}

impl Between for Wire {
    async fn call<T: Send>(&self, call: &'static str, work: impl Future<Output = T> + Send) -> T {
        let (index, nth) = {
            let mut calls = self.calls.lock().unwrap();
            calls.push(call);
            (
                calls.len() - 1,
                calls.iter().filter(|name| **name == call).count(),
            )
        };
        self.at(When::Before, call, index, nth).await;
        self.begin(call);
        let answer = work.await;
        self.end(call);
        self.at(When::After, call, index, nth).await;
        answer
    }
}
