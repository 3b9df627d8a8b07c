//! Our plain values as DynamoDB's, and our updates as its expressions.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::model::item::{Item, Value};
use crate::model::update::{Assignment, Condition, Update};

/// An item, or an expression's values, as the SDK has them.
pub(super) type Attributes = HashMap<String, AttributeValue>;

/// An update in DynamoDB's words.
#[derive(Debug, Clone)]
pub(super) struct Expression {
    pub(super) condition: Option<String>,
    pub(super) update: String,
    pub(super) names: HashMap<String, String>,
    /// DynamoDB refuses an empty map.
    pub(super) values: Option<Attributes>,
}

impl Expression {
    pub(super) fn of(update: &Update) -> Self {
        let mut words = Words::default();
        let conditions: Vec<String> = update
            .conditions
            .iter()
            .map(|condition| words.condition(condition))
            .collect();
        let condition = (!conditions.is_empty()).then(|| conditions.join(" AND "));
        let update = words.update(&update.assignments);
        Self {
            condition,
            update,
            names: words.names,
            values: Some(words.values).filter(|values| !values.is_empty()),
        }
    }
}

/// The placeholders of an expression: attribute names may be reserved words.
#[derive(Default)]
struct Words {
    names: HashMap<String, String>,
    values: Attributes,
}

impl Words {
    fn name(&mut self, attribute: &str) -> String {
        let placeholder = format!("#{attribute}");
        self.names.insert(placeholder.clone(), attribute.to_owned());
        placeholder
    }

    fn value(&mut self, value: &Value) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), to_attribute(value));
        placeholder
    }

    fn condition(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::Is(attribute, None) => {
                format!("attribute_not_exists({})", self.name(attribute))
            }
            // It cannot be compared, only be there as it was.
            Condition::Is(attribute, Some(Value::Foreign)) => {
                format!("attribute_exists({})", self.name(attribute))
            }
            Condition::Is(attribute, Some(value)) => {
                format!("{} = {}", self.name(attribute), self.value(value))
            }
            Condition::IsNot(attribute, value) => {
                let name = self.name(attribute);
                format!(
                    "(attribute_not_exists({name}) OR {name} <> {})",
                    self.value(value)
                )
            }
            Condition::AtMost(attribute, value) => {
                let name = self.name(attribute);
                format!(
                    "(attribute_not_exists({name}) OR {name} <= {})",
                    self.value(value)
                )
            }
            Condition::Contains(attribute, text) => {
                format!(
                    "contains({}, {})",
                    self.name(attribute),
                    self.value(&Value::from(text.as_str()))
                )
            }
            Condition::Lacks(attribute, text) => {
                format!(
                    "NOT contains({}, {})",
                    self.name(attribute),
                    self.value(&Value::from(text.as_str()))
                )
            }
        }
    }

    fn update(&mut self, assignments: &[Assignment]) -> String {
        let (mut set, mut remove, mut add, mut delete) = (vec![], vec![], vec![], vec![]);
        for assignment in assignments {
            match assignment {
                Assignment::Set(attribute, value) => {
                    set.push(format!("{} = {}", self.name(attribute), self.value(value)));
                }
                Assignment::Remove(attribute) => remove.push(self.name(attribute)),
                Assignment::Add(attribute, more) => {
                    let more = Value::from(*more);
                    add.push(format!("{} {}", self.name(attribute), self.value(&more)));
                }
                Assignment::Insert(attribute, texts) => {
                    let texts = Value::Ss(texts.clone());
                    add.push(format!("{} {}", self.name(attribute), self.value(&texts)));
                }
                Assignment::Delete(attribute, texts) => {
                    let texts = Value::Ss(texts.clone());
                    delete.push(format!("{} {}", self.name(attribute), self.value(&texts)));
                }
            }
        }
        let clauses = [
            ("SET", set),
            ("REMOVE", remove),
            ("ADD", add),
            ("DELETE", delete),
        ];
        let clauses: Vec<String> = clauses
            .into_iter()
            .filter(|(_, parts)| !parts.is_empty())
            .map(|(word, parts)| format!("{word} {}", parts.join(", ")))
            .collect();
        clauses.join(" ")
    }
}

pub(super) fn to_attributes(item: &Item) -> Attributes {
    item.iter()
        .map(|(name, value)| (name.clone(), to_attribute(value)))
        .collect()
}

pub(super) fn to_attribute(value: &Value) -> AttributeValue {
    match value {
        Value::S(text) => AttributeValue::S(text.clone()),
        Value::N(number) => AttributeValue::N(number.clone()),
        Value::Ss(texts) => AttributeValue::Ss(texts.iter().cloned().collect()),
        Value::L(values) => AttributeValue::L(values.iter().map(to_attribute).collect()),
        Value::M(map) => AttributeValue::M(to_attributes(map)),
        Value::Bool(truth) => AttributeValue::Bool(*truth),
        // What we cannot read we do not write.
        Value::Null | Value::Foreign => AttributeValue::Null(true),
    }
}

/// An item in our values.
pub(super) fn from_attributes(attributes: Attributes) -> Item {
    let ours = |(name, value)| (name, from_attribute(value));
    attributes.into_iter().map(ours).collect()
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the enum is the SDK's, and open"
)]
fn from_attribute(value: AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => Value::S(text),
        AttributeValue::N(number) => Value::N(number),
        AttributeValue::Ss(texts) => Value::Ss(texts.into_iter().collect()),
        AttributeValue::L(values) => Value::L(values.into_iter().map(from_attribute).collect()),
        AttributeValue::M(map) => Value::M(from_attributes(map)),
        AttributeValue::Bool(truth) => Value::Bool(truth),
        AttributeValue::Null(_) => Value::Null,
        _ => Value::Foreign,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::primitives::Blob;

    use super::*;
    use crate::model::item::Reader;

    #[test]
    fn an_update_is_written_in_dynamodbs_words() {
        let update = Update::new()
            .when("number", Some(3_u64))
            .when("missing", None::<Value>)
            .when("foreign", Some(Value::Foreign))
            .when_not("other", "ask-1")
            .when_at_most("time", "2026-11-23T01:31:01Z")
            .when_contains("has", &"cvpn-assoc-1")
            .set("set", 4_u64)
            .add("counted", 1)
            .remove(&["gone"])
            .insert("more", ["cvpn-assoc-2"])
            .delete("fewer", ["security-groups"]);
        let Expression {
            condition,
            update,
            names,
            values,
        } = Expression::of(&update);
        assert_eq!(
            condition.as_deref(),
            Some(
                "#number = :v0 AND attribute_not_exists(#missing) AND attribute_exists(#foreign) AND \
                 (attribute_not_exists(#other) OR #other <> :v1) AND (attribute_not_exists(#time) OR #time <= :v2) AND \
                 contains(#has, :v3)"
            )
        );
        assert_eq!(
            update,
            "SET #set = :v4 REMOVE #gone ADD #counted :v5, #more :v6 DELETE #fewer :v7"
        );
        assert_eq!(names.len(), 11);
        assert_eq!(values.map(|values| values.len()), Some(8));
    }

    #[test]
    fn an_attribute_of_a_kind_that_we_do_not_use_is_not_missing() {
        let binary = AttributeValue::B(Blob::new(*b"1"));
        let item = from_attributes(Attributes::from([
            ("number".to_owned(), binary.clone()),
            ("routes".to_owned(), AttributeValue::L(vec![binary])),
        ]));
        assert!(Reader(&item).count("number").is_err());
        assert!(Reader(&item).maps("routes").is_err());
    }
}
