//! A request's query, as the ALB hands it over: it decodes nothing.
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#receive-event-from-load-balancer>

use serde_json::Value;

/// Names and values in the order of the event: those of one name in the order in which they were sent, in a target group
/// with single values the last of them alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

/// Not percent-encoded UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not percent-encoded UTF-8")]
pub struct NotText;

impl Query {
    /// Of an event's map, with one value or a list of values for each name. Whatever else stands there is no parameter.
    pub(crate) fn of(sent: Value) -> Self {
        let Value::Object(sent) = sent else {
            return Self::default();
        };
        let pairs = sent.into_iter().flat_map(|(name, values)| {
            let pair = move |value| (name.clone(), value);
            texts(values).into_iter().map(pair)
        });
        Self(pairs.collect())
    }

    /// Names and values as they were sent, nothing decoded.
    pub fn as_sent(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.0.iter();
        pairs.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Names and values, decoded as forms encode them. A name that cannot be decoded is as it was sent, and so none of ours.
    pub fn decoded(&self) -> impl Iterator<Item = (String, Result<String, NotText>)> {
        self.as_sent().map(|(name, value)| {
            let name = decode(name).unwrap_or_else(|NotText| name.to_owned());
            (name, decode(value))
        })
    }
}

fn texts(values: Value) -> Vec<String> {
    match values {
        Value::String(text) => vec![text],
        Value::Array(values) => values.into_iter().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}

/// As <https://url.spec.whatwg.org/#urlencoded-parsing>, but that nothing malformed is passed over.
fn decode(sent: &str) -> Result<String, NotText> {
    let mut bytes = sent.bytes();
    let mut decoded = Vec::with_capacity(sent.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                let (high, low) = digit().zip(digit()).ok_or(NotText)?;
                u8::try_from(high * 16 + low).map_err(|_| NotText)?
            }
            plain => plain,
        });
    }
    String::from_utf8(decoded).map_err(|_| NotText)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_decoded_as_a_form_encodes_it_or_not_at_all() {
        for (sent, text) in [
            ("", Ok("")),
            ("a", Ok("a")),
            ("a+b", Ok("a b")),
            ("a%2Bb%26c", Ok("a+b&c")),
            ("%E6%9D%B1%e4%ba%ac", Ok("東京")),
            ("東京", Ok("東京")),
            ("%2541", Ok("%41")),
            ("%00", Ok("\0")),
            ("%", Err(NotText)),
            ("%4", Err(NotText)),
            ("%zz", Err(NotText)),
            ("%+1", Err(NotText)),
            ("%é", Err(NotText)),
            ("%FF", Err(NotText)),
            ("%E6%9D", Err(NotText)),
            ("%ED%A0%80", Err(NotText)),
        ] {
            assert_eq!(decode(sent).as_deref(), text.as_ref().map(|t| *t), "{sent}");
        }
    }

    #[test]
    fn the_order_of_a_names_values_is_kept_and_what_is_no_text_is_no_value() {
        let query = Query::of(json!({
            "b": ["2", "1", "2"], "%61": "1", "a": "%31", "%": ["x"], "n": [1, null, {"x": "y"}], "none": null,
        }));
        let text = |text: &str| Ok(text.to_owned());
        let decoded: Vec<_> = query.decoded().collect();
        let expected = [
            ("%", text("x")),
            ("a", text("1")),
            ("a", text("1")),
            ("b", text("2")),
            ("b", text("1")),
            ("b", text("2")),
        ];
        assert_eq!(
            decoded,
            expected.map(|(name, value)| (name.to_owned(), value))
        );
        let sent: Vec<_> = query.as_sent().take(2).collect();
        assert_eq!(sent, [("%", "x"), ("%61", "1")]);
        for nothing in [json!(null), json!("a=b"), json!(["a"]), json!(7)] {
            assert_eq!(Query::of(nothing), Query::default());
        }
    }
}
