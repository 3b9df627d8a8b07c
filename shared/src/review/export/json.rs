//! A record as JSON.

use serde_json::{Map, Number, Value as Json};

use crate::model::item::{Item, Value};

/// What stands for a value of a kind that this system does not use.
pub(super) const UNREADABLE: &str = "[unreadable]";

/// All attributes, whatever they are, by their names in camelCase: numbers as numbers, sets as lists.
pub fn to_json(item: &Item) -> Json {
    let attribute = |(name, value): (&String, &Value)| (camel_case(name), value_to_json(value));
    Json::Object(item.iter().map(attribute).collect::<Map<_, _>>())
}

pub(super) fn value_to_json(value: &Value) -> Json {
    match value {
        Value::S(text) => Json::from(text.as_str()),
        Value::N(number) => number_to_json(number),
        Value::Ss(texts) => texts.iter().map(String::as_str).collect(),
        Value::L(values) => values.iter().map(value_to_json).collect(),
        Value::M(map) => to_json(map),
        Value::Bool(truth) => Json::from(*truth),
        Value::Null => Json::Null,
        Value::Foreign => Json::from(UNREADABLE),
    }
}

/// DynamoDB's numbers have up to 38 digits; one that JSON's readers would round is a text, so that none is changed.
fn number_to_json(number: &str) -> Json {
    let exact = number.parse::<i64>().map(Number::from);
    let exact = exact.or_else(|_| number.parse::<u64>().map(Number::from));
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    // 15 digits survive the way into a double and back.
    let decimal = number.parse::<f64>().ok().filter(|_| digits <= 15);
    let number_or_text = exact.ok().or_else(|| decimal.and_then(Number::from_f64));
    number_or_text.map_or_else(|| Json::from(number), Json::Number)
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut camel, word| {
        let mut rest = word.chars();
        camel.extend(rest.next().into_iter().flat_map(char::to_uppercase));
        camel.push_str(rest.as_str());
        camel
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_of_value_has_its_json() {
        let item = Item::from([
            ("endpoint_id".to_owned(), Value::from("-")),
            ("cost_usd".to_owned(), Value::N("1.2345".to_owned())),
            ("association_seconds".to_owned(), Value::from(7_u64)),
            (
                "association_ids".to_owned(),
                ["b", "a"].into_iter().collect(),
            ),
            (
                "a_later_one".to_owned(),
                Value::L(vec![Value::Bool(true), Value::Null, Value::Foreign]),
            ),
            (
                "map".to_owned(),
                Value::M(Item::from([("in_it".to_owned(), Value::from("x"))])),
            ),
        ]);
        let expected = json!({
            "endpointId": "-",
            "costUsd": 1.2345,
            "associationSeconds": 7,
            "associationIds": ["a", "b"],
            "aLaterOne": [true, null, "[unreadable]"],
            "map": { "inIt": "x" },
        });
        assert_eq!(to_json(&item), expected);
    }

    #[test]
    fn no_number_is_changed() {
        for (number, expected) in [
            ("0", json!(0)),
            ("-12", json!(-12)),
            ("18446744073709551615", json!(u64::MAX)),
            ("0.1500", json!(0.15)),
            (
                "12345678901234567890123456789012345678",
                json!("12345678901234567890123456789012345678"),
            ),
            ("0.12345678901234567", json!("0.12345678901234567")),
            ("nonsense", json!("nonsense")),
            ("inf", json!("inf")),
        ] {
            assert_eq!(number_to_json(number), expected, "{number}");
        }
    }
}
