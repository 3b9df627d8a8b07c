//! Changes of the `state` item as values: what must hold, and what is then written.
//!
//! The DynamoDB adapter turns one into expressions; [`Update::apply`] does the same to an item in memory, so that a
//! pass knows the state it has just written without reading it again.

use std::collections::BTreeSet;

use super::item::{Item, Value};

/// A conditional change of the `state` item.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Update {
    /// All of these must hold, or nothing is written.
    pub conditions: Vec<Condition>,
    /// What is written then.
    pub assignments: Vec<Assignment>,
}

/// Something that must hold of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// It is this; `None`: it is missing.
    Is(&'static str, Option<Value>),
    /// It is missing, or this, or sorts before it (times: is not later).
    AtMost(&'static str, Value),
    /// The set contains this.
    Contains(&'static str, String),
    /// The set, if there is one, does not contain this.
    Lacks(&'static str, String),
}

/// A change of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Assignment {
    /// It becomes this.
    Set(&'static str, Value),
    /// It goes.
    Remove(&'static str),
    /// These are added to the set.
    Insert(&'static str, BTreeSet<String>),
    /// These are taken from the set.
    Delete(&'static str, BTreeSet<String>),
}

impl Update {
    /// A change without a condition yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The attribute must be as it was read.
    #[must_use]
    pub fn when(mut self, attribute: &'static str, value: Option<impl Into<Value>>) -> Self {
        self.conditions
            .push(Condition::Is(attribute, value.map(Into::into)));
        self
    }

    /// The attribute must be missing, or not be later than this.
    #[must_use]
    pub fn when_at_most(mut self, attribute: &'static str, value: impl Into<Value>) -> Self {
        self.conditions
            .push(Condition::AtMost(attribute, value.into()));
        self
    }

    /// The set must contain this.
    #[must_use]
    pub fn when_contains(mut self, attribute: &'static str, text: &impl ToString) -> Self {
        self.conditions
            .push(Condition::Contains(attribute, text.to_string()));
        self
    }

    /// The set must not contain this.
    #[must_use]
    pub fn when_lacks(mut self, attribute: &'static str, text: &impl ToString) -> Self {
        self.conditions
            .push(Condition::Lacks(attribute, text.to_string()));
        self
    }

    /// The attribute becomes this.
    #[must_use]
    pub fn set(mut self, attribute: &'static str, value: impl Into<Value>) -> Self {
        self.assignments
            .push(Assignment::Set(attribute, value.into()));
        self
    }

    /// The attributes go.
    #[must_use]
    pub fn remove(mut self, attributes: &[&'static str]) -> Self {
        self.assignments
            .extend(attributes.iter().copied().map(Assignment::Remove));
        self
    }

    /// These are added to the set.
    #[must_use]
    pub fn insert<T: ToString>(
        mut self,
        attribute: &'static str,
        texts: impl IntoIterator<Item = T>,
    ) -> Self {
        let texts: BTreeSet<String> = texts.into_iter().map(|text| text.to_string()).collect();
        // DynamoDB refuses an empty set.
        if !texts.is_empty() {
            self.assignments.push(Assignment::Insert(attribute, texts));
        }
        self
    }

    /// These are taken from the set.
    #[must_use]
    pub fn delete<T: ToString>(
        mut self,
        attribute: &'static str,
        texts: impl IntoIterator<Item = T>,
    ) -> Self {
        let texts: BTreeSet<String> = texts.into_iter().map(|text| text.to_string()).collect();
        if !texts.is_empty() {
            self.assignments.push(Assignment::Delete(attribute, texts));
        }
        self
    }

    /// Another change joins this one: its conditions hold too, and its assignments to attributes that this one
    /// leaves alone are made (DynamoDB allows one assignment for each attribute).
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        let taken: BTreeSet<&str> = self.assignments.iter().map(Assignment::attribute).collect();
        let joining: Vec<Assignment> = other
            .assignments
            .into_iter()
            .filter(|assignment| !taken.contains(assignment.attribute()))
            .collect();
        self.assignments.extend(joining);
        for condition in other.conditions {
            if !self.conditions.contains(&condition) {
                self.conditions.push(condition);
            }
        }
        self
    }

    /// Makes the change to an item in memory, its conditions taken as checked.
    pub fn apply(&self, item: &mut Item) {
        for assignment in &self.assignments {
            assignment.apply(item);
        }
    }
}

impl Assignment {
    /// The attribute it changes.
    pub fn attribute(&self) -> &'static str {
        match self {
            Self::Set(attribute, _)
            | Self::Remove(attribute)
            | Self::Insert(attribute, _)
            | Self::Delete(attribute, _) => attribute,
        }
    }

    fn apply(&self, item: &mut Item) {
        let old_set = |item: &Item| match item.get(self.attribute()) {
            Some(Value::Ss(texts)) => texts.clone(),
            Some(
                Value::S(_)
                | Value::N(_)
                | Value::L(_)
                | Value::M(_)
                | Value::Bool(_)
                | Value::Null
                | Value::Foreign,
            )
            | None => BTreeSet::new(),
        };
        let new = match self {
            Self::Set(_, value) => Some(value.clone()),
            Self::Remove(_) => None,
            Self::Insert(_, texts) => {
                Some(Value::Ss(old_set(item).union(texts).cloned().collect()))
            }
            Self::Delete(_, texts) => {
                let rest: BTreeSet<String> = old_set(item).difference(texts).cloned().collect();
                (!rest.is_empty()).then_some(Value::Ss(rest))
            }
        };
        match new {
            Some(value) => item.insert(self.attribute().to_owned(), value),
            None => item.remove(self.attribute()),
        };
    }
}
