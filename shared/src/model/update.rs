//! Changes of an item as values: what must hold, and what is then written.
//!
//! The DynamoDB adapter turns one into expressions; [`Update::apply`] does the same to an item in memory.

use std::collections::BTreeSet;

use super::item::{Item, Reader, Value};

/// A conditional change of an item.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Update {
    pub conditions: Vec<Condition>,
    pub assignments: Vec<Assignment>,
}

/// Something that must hold of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// It is this; `None`: it is missing.
    Is(&'static str, Option<Value>),
    /// It is missing, or something else than this.
    IsNot(&'static str, Value),
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
    Set(&'static str, Value),
    Remove(&'static str),
    /// So much is added to the number; one that is missing counts as 0.
    Add(&'static str, u64),
    Insert(&'static str, BTreeSet<String>),
    Delete(&'static str, BTreeSet<String>),
}

impl Update {
    pub fn new() -> Self {
        Self::default()
    }

    #[must_use]
    pub fn when(mut self, attribute: &'static str, value: Option<impl Into<Value>>) -> Self {
        self.conditions
            .push(Condition::Is(attribute, value.map(Into::into)));
        self
    }

    /// The attribute must be missing, or be something else.
    #[must_use]
    pub fn when_not(mut self, attribute: &'static str, value: impl Into<Value>) -> Self {
        self.conditions
            .push(Condition::IsNot(attribute, value.into()));
        self
    }

    /// The attribute must be missing, or not be later than this.
    #[must_use]
    pub fn when_at_most(mut self, attribute: &'static str, value: impl Into<Value>) -> Self {
        self.conditions
            .push(Condition::AtMost(attribute, value.into()));
        self
    }

    #[must_use]
    pub fn when_contains(mut self, attribute: &'static str, text: &impl ToString) -> Self {
        self.conditions
            .push(Condition::Contains(attribute, text.to_string()));
        self
    }

    #[must_use]
    pub fn when_lacks(mut self, attribute: &'static str, text: &impl ToString) -> Self {
        self.conditions
            .push(Condition::Lacks(attribute, text.to_string()));
        self
    }

    #[must_use]
    pub fn set(mut self, attribute: &'static str, value: impl Into<Value>) -> Self {
        self.assignments
            .push(Assignment::Set(attribute, value.into()));
        self
    }

    #[must_use]
    pub fn add(mut self, attribute: &'static str, more: u64) -> Self {
        self.assignments.push(Assignment::Add(attribute, more));
        self
    }

    #[must_use]
    pub fn remove(mut self, attributes: &[&'static str]) -> Self {
        self.assignments
            .extend(attributes.iter().copied().map(Assignment::Remove));
        self
    }

    #[must_use]
    pub fn insert<T: ToString>(
        mut self,
        attribute: &'static str,
        texts: impl IntoIterator<Item = T>,
    ) -> Self {
        let texts = texts.into_iter().map(|text| text.to_string()).collect();
        self.assignments.push(Assignment::Insert(attribute, texts));
        self
    }

    #[must_use]
    pub fn delete<T: ToString>(
        mut self,
        attribute: &'static str,
        texts: impl IntoIterator<Item = T>,
    ) -> Self {
        let texts = texts.into_iter().map(|text| text.to_string()).collect();
        self.assignments.push(Assignment::Delete(attribute, texts));
        self
    }

    /// Both changes, if what must hold for either does.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.conditions.extend(other.conditions);
        self.assignments.extend(other.assignments);
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
    pub fn attribute(&self) -> &'static str {
        match self {
            Self::Set(attribute, _)
            | Self::Remove(attribute)
            | Self::Add(attribute, _)
            | Self::Insert(attribute, _)
            | Self::Delete(attribute, _) => attribute,
        }
    }

    fn apply(&self, item: &mut Item) {
        let old_set = |item: &Item| {
            let set = item.get(self.attribute()).and_then(Value::as_set);
            set.cloned().unwrap_or_default()
        };
        let new = match self {
            Self::Set(_, value) => Some(value.clone()),
            Self::Remove(_) => None,
            Self::Add(attribute, more) => {
                let counted = Reader(item).count(attribute).unwrap_or_default();
                Some(Value::from(counted.unwrap_or(0) + more))
            }
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
