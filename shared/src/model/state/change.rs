//! A change of the `state` item: the difference between the state before and after it, under its conditions.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::attributes::Attribute;
use super::{Attempts, EndpointState, ModeOrder, Restorable, Stay};
use crate::model::item::{Value, whole_seconds};
use crate::model::update::{Assignment, Condition, Update};
use crate::model::{AssociationId, Observation};

/// A state and what becomes of it.
///
/// What is read may be old by the time it is written, so two things are told apart: where `after` says something else
/// than the state that was read, that is written; and what a method of this type ends or notes is written whatever was
/// read, because another pass may have written it since.
#[derive(Debug, Clone)]
pub struct StateChange<'a> {
    before: &'a EndpointState,
    pub after: EndpointState,
    conditions: Vec<Condition>,
    rewritten: BTreeSet<Attribute>,
    added: BTreeMap<Attribute, BTreeSet<String>>,
}

impl<'a> StateChange<'a> {
    pub fn of(before: &'a EndpointState) -> Self {
        Self {
            before,
            after: before.clone(),
            conditions: Vec::new(),
            rewritten: BTreeSet::new(),
            added: BTreeMap::new(),
        }
    }

    /// A change of this time up: no pass began another or found it gone.
    pub fn within_stay(before: &'a EndpointState) -> Self {
        let mut change = Self::of(before);
        change.require_as_read(&[Attribute::Stay, Attribute::UpSince]);
        change
    }

    pub fn require_as_read(&mut self, attributes: &[Attribute]) {
        for attribute in attributes {
            let value = attribute.value(self.before);
            self.require(Condition::Is(attribute.name(), value));
        }
    }

    pub fn require_missing(&mut self, attribute: Attribute) {
        self.require(Condition::Is(attribute.name(), None));
    }

    /// There must be no request after these.
    pub fn require_requests(&mut self, requests: u64) {
        let requests = (requests > 0).then(|| Value::from(requests));
        self.require(Condition::Is(Attribute::Requests.name(), requests));
    }

    /// It must be missing, or not be later than this.
    pub fn require_at_most(&mut self, attribute: Attribute, value: impl Into<Value>) {
        self.require(Condition::AtMost(attribute.name(), value.into()));
    }

    pub fn require_in(&mut self, attribute: Attribute, element: &impl ToString) {
        self.require(Condition::Contains(attribute.name(), element.to_string()));
    }

    pub fn require_not_in(&mut self, attribute: Attribute, element: &impl ToString) {
        self.require(Condition::Lacks(attribute.name(), element.to_string()));
    }

    fn require(&mut self, condition: Condition) {
        if !self.conditions.contains(&condition) {
            self.conditions.push(condition);
        }
    }

    /// The next stay begins, and all that was counted for the last one with it. `requests_before`: those that are not
    /// for it.
    pub fn begin_stay(&mut self, requests_before: u64) {
        self.end_stay();
        self.after.stay.number = self.before.stay.number + 1;
        self.after.stay.requests_before = Some(requests_before);
        self.after.attempts = Attempts {
            failed_ids: std::mem::take(&mut self.after.attempts.failed_ids),
            ..Attempts::default()
        };
        self.rewrite(Attribute::OF_START);
        self.rewrite(Attribute::OF_COUNT);
    }

    pub fn end_stay(&mut self) {
        self.after.stay = Stay {
            number: self.after.stay.number,
            ..Stay::default()
        };
        self.rewrite(Attribute::OF_STAY);
    }

    /// Nothing of the stay is left, and nothing of it was ever up: its start goes on in it.
    pub fn restart_stay(&mut self) {
        self.end_stay();
        self.after.stay.requests_before = self.before.stay.requests_before;
    }

    pub fn end_start(&mut self) {
        self.after.attempts.began_at = None;
        self.after.attempts.asked_at = None;
        self.after.attempts.failed_at = None;
        self.rewrite(Attribute::OF_START);
    }

    /// Another order takes the place of the one that was read, if that still stands and is on record as it was.
    pub fn replace_order(&mut self, order: ModeOrder) {
        self.require_as_read(&[Attribute::Mode, Attribute::ModeUntil, Attribute::ModeNoted]);
        self.after.order = order;
        self.rewrite(Attribute::OF_ORDER);
    }

    pub fn set_startable_since(&mut self, at: DateTime<Utc>) {
        self.after.demand.startable_since = Some(whole_seconds(at));
        self.rewrite(&[Attribute::StartableSince]);
    }

    /// The attempt is over: its tokens must not serve again, for EC2 would answer with what it did, even after that is
    /// gone.
    pub fn end_attempt(&mut self) {
        self.after.attempts.began_at = None;
        self.rewrite(&[Attribute::StartBeganAt]);
    }

    /// The series of attempts is over: whatever is missing next gets attempts, and tokens, of its own.
    pub fn end_series(&mut self) {
        self.end_attempt();
        self.after.attempts.spent = self.after.attempts.made;
        self.after.attempts.failed_at = None;
        self.rewrite(&[Attribute::AttemptsSpent, Attribute::FailedAt]);
    }

    /// The clocks of associations start: the stay's with the first of them, and their own.
    pub fn add_associations(&mut self, ids: &BTreeSet<AssociationId>, at: DateTime<Utc>) {
        let at = whole_seconds(at);
        let is_first = self.after.stay.up_since.is_none();
        self.after.stay.association_ids.extend(ids.iter().cloned());
        self.add(Attribute::AssociationIds, ids);
        if is_first {
            self.after.stay.up_since = Some(at);
        } else {
            let joined = ids.iter().map(|id| (id.clone(), at));
            self.after.stay.joined_at.extend(joined);
        }
    }

    pub fn remove_associations(&mut self, ids: &BTreeSet<AssociationId>) {
        self.after
            .stay
            .association_ids
            .retain(|id| !ids.contains(id));
    }

    pub fn add_failed(&mut self, ids: &BTreeSet<AssociationId>) {
        let failed = ids.iter().cloned();
        self.after.attempts.failed_ids.extend(failed);
        self.add(Attribute::FailedIds, ids);
    }

    /// A snapshot, or the intent to make routes again, follows what this pass knew of both before it read EC2. Otherwise
    /// two passes that saw the same change would both put it on record, and one that read earlier would undo it.
    pub fn next_routing(&mut self) {
        self.require_as_read(&[Attribute::RoutingVersion]);
        self.after.routing_version = self.before.routing_version + 1;
    }

    pub fn add_to_restore(&mut self, missing: &BTreeSet<Restorable>) {
        let to_restore = missing.iter().cloned();
        self.after.stay.to_restore.extend(to_restore);
        self.add(Attribute::ToRestore, missing);
    }

    pub fn note(&mut self, seen: &Observation) {
        self.after.sightings.observation = Some(seen.as_kept());
        self.rewrite(&[Attribute::Observation, Attribute::ObservedAt]);
    }

    /// These are written as they are now, whatever was read.
    pub fn rewrite(&mut self, attributes: &[Attribute]) {
        self.rewritten.extend(attributes);
    }

    fn add<T: ToString>(&mut self, attribute: Attribute, elements: &BTreeSet<T>) {
        let texts: BTreeSet<String> = elements.iter().map(ToString::to_string).collect();
        // DynamoDB refuses an empty set.
        if !texts.is_empty() {
            self.added.insert(attribute, texts);
        }
    }

    /// Another change of the same state is written along with this one, without its conditions, where this one leaves
    /// the attribute alone (DynamoDB allows one assignment for each) and `is_joined` says so.
    pub fn join(&mut self, other: &StateChange<'_>, is_joined: impl Fn(Attribute) -> bool) {
        for attribute in Attribute::ALL.iter().copied().filter(|a| is_joined(*a)) {
            if other.writes(attribute) && !self.writes(attribute) {
                attribute.copy(&other.after, &mut self.after);
                if other.rewritten.contains(&attribute) {
                    self.rewritten.insert(attribute);
                }
            }
        }
    }

    pub fn update(&self) -> Update {
        let assignments = Attribute::ALL.iter().filter_map(|a| self.assignment(*a));
        Update {
            conditions: self.conditions.clone(),
            assignments: assignments.collect(),
        }
    }

    fn writes(&self, attribute: Attribute) -> bool {
        self.added.contains_key(&attribute)
            || self.rewritten.contains(&attribute)
            || attribute.differs(self.before, &self.after)
    }

    fn assignment(&self, attribute: Attribute) -> Option<Assignment> {
        if !self.writes(attribute) {
            return None;
        }
        let name = attribute.name();
        if let Some(texts) = self.added.get(&attribute) {
            return Some(Assignment::Insert(name, texts.clone()));
        }
        let value = attribute.value(&self.after);
        if !self.rewritten.contains(&attribute) {
            let elements = in_set(name, attribute.value(self.before).as_ref(), value.as_ref());
            if elements.is_some() {
                return elements;
            }
        }
        Some(match value {
            Some(value) => Assignment::Set(name, value),
            None => Assignment::Remove(name),
        })
    }
}

/// The change of a set by its elements, so that what another pass adds to it or takes from it at the same time stays so.
/// One that has both is written whole.
fn in_set(name: &'static str, before: Option<&Value>, after: Option<&Value>) -> Option<Assignment> {
    let none = BTreeSet::new();
    let elements = |value: Option<_>| value.map_or(Some(&none), Value::as_set);
    let (old, new) = (elements(before)?, elements(after)?);
    if old.is_subset(new) {
        let added = new.difference(old).cloned().collect();
        Some(Assignment::Insert(name, added))
    } else if new.is_subset(old) {
        let gone = old.difference(new).cloned().collect();
        Some(Assignment::Delete(name, gone))
    } else {
        None
    }
}
