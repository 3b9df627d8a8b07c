//! What tests and simulations put into the world and read off it: faults to come, calls made, moments past.

use std::collections::BTreeMap;

use shared::model::{AssociationId, EndpointId};

use super::action::Action;
use super::fault::{Fault, FaultKind, InvalidFault};
use super::history::Moment;
use super::log::{Call, CallLog};
use super::world::Ec2World;

/// As many calls are kept in full.
const CALLS_KEPT: usize = 10_000;

impl Ec2World {
    /// Adds a fault. The oldest fault that fits a call strikes it.
    pub fn inject(&mut self, fault: Fault) -> Result<(), InvalidFault> {
        fault.validate()?;
        self.faults.push(fault);
        Ok(())
    }

    /// Takes all faults back.
    pub fn clear_faults(&mut self) {
        self.faults.clear();
    }

    /// The faults that still wait for their calls.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// What goes wrong with this call, if anything. Each call must ask once, before anything is done.
    pub fn take_fault(&mut self, action: Action) -> Option<FaultKind> {
        let mut struck = None;
        self.faults.retain_mut(|fault| {
            if struck.is_some() || fault.action.is_some_and(|only| only != action) {
                return true;
            }
            if fault.after > 0 {
                fault.after -= 1;
                return true;
            }
            struck = Some(fault.kind.clone());
            fault.times = fault.times.map(|times| times.saturating_sub(1));
            fault.times != Some(0)
        });
        struck
    }

    /// Writes a call down.
    pub fn record(&mut self, call: Call) {
        *self.log.counts.entry(call.action).or_default() += 1;
        if self.log.calls.len() == CALLS_KEPT {
            self.log.calls.pop_front();
        }
        self.log.calls.push_back(call);
    }

    /// The latest calls, oldest first.
    pub fn calls(&self) -> impl DoubleEndedIterator<Item = &Call> {
        self.log.calls.iter()
    }

    /// How often each action was called, by whomever and whatever came of it.
    pub fn call_counts(&self) -> &BTreeMap<Action, u64> {
        &self.log.counts
    }

    /// The calls since they were last taken or forgotten, oldest first; how often each was called is kept.
    pub fn take_calls(&mut self) -> Vec<Call> {
        self.log.calls.drain(..).collect()
    }

    /// Forgets the calls so far.
    pub fn reset_calls(&mut self) {
        self.log = CallLog::default();
    }

    /// From now on, remembers what becomes of target networks. Without this nothing is remembered, for it never ends.
    pub fn keep_history(&mut self) {
        self.history.get_or_insert_default();
    }

    /// What happened since this was last asked, oldest first.
    pub fn take_history(&mut self) -> Vec<Moment> {
        self.history
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }

    pub(super) fn network_changed(&mut self, endpoint: &EndpointId, association: &AssociationId) {
        let at = self.now();
        let found = self.endpoint(endpoint);
        let Some(network) = found.and_then(|endpoint| endpoint.networks.get(association)) else {
            return;
        };
        let (subnet, status) = (network.subnet_id.clone(), network.status);
        if let Some(history) = &mut self.history {
            history.push(Moment {
                at,
                endpoint: endpoint.clone(),
                association: association.clone(),
                subnet,
                status,
            });
        }
    }
}
