//! What a record holds, as a page shows it. A record may hold anything: another version wrote it, or another hand.

use chrono::{DateTime, Utc};
use shared::model::audit::{AuditRecord, Event};
use shared::model::item::{Item, Reader, Value};

/// How many letters of a sentence stand in a row.
const SENTENCE: usize = 300;
/// And of a name.
const NAME: usize = 100;

/// A text with what cannot be seen made visible, so that none passes for another and none turns its neighbours around.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\u{0}'..='\u{1f}' => {
                let picture = char::from_u32(u32::from(letter) + 0x2400);
                shown.push(picture.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            '\u{7f}' => shown.push('\u{2421}'),
            letter if is_unseen(letter) => {
                shown.extend(format!("[U+{:04X}]", u32::from(letter)).chars());
            }
            letter => shown.push(letter),
        }
    }
    shown
}

/// Joiners stay: scripts and emoji need them.
fn is_unseen(letter: char) -> bool {
    matches!(letter,
        '\u{80}'..='\u{9f}'
        | '\u{ad}' | '\u{61c}' | '\u{180e}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}')
}

/// A sentence, cut to fit into a row.
pub(crate) fn in_a_row(text: &str) -> String {
    cut(text, SENTENCE)
}

/// A name, cut likewise.
pub(crate) fn name_in_a_row(text: &str) -> String {
    cut(text, NAME)
}

pub(crate) fn cut(text: &str, most: usize) -> String {
    let end = |text: &str| text.char_indices().nth(most).map(|(end, _)| end);
    let whole = end(text);
    let mut shown = visible(&text[..whole.unwrap_or(text.len())]);
    let longer = end(&shown);
    if let Some(end) = longer {
        shown.truncate(end);
    }
    if whole.or(longer).is_some() {
        shown.push('…');
    }
    shown
}

/// An attribute that is a text; what is of another kind counts as missing here and is shown by [`texts`].
pub(crate) fn text<'a>(item: &'a Item, attribute: &str) -> Option<&'a str> {
    Reader(item).text(attribute).ok().flatten()
}

/// The time of an attribute, in seconds since 1970 or as RFC 3339.
pub(crate) fn time(item: &Item, attribute: &str) -> Option<DateTime<Utc>> {
    match item.get(attribute)? {
        Value::S(_) => Reader(item).time(attribute).ok().flatten(),
        Value::N(seconds) => DateTime::from_timestamp(seconds.parse().ok()?, 0),
        Value::Ss(_)
        | Value::L(_)
        | Value::M(_)
        | Value::Bool(_)
        | Value::Null
        | Value::Foreign => None,
    }
}

/// When it happened.
pub(crate) fn occurred_at(item: &Item) -> Option<DateTime<Utc>> {
    time(item, "occurred_at")
}

/// What happened; `None`: a word that this version does not know.
pub(crate) fn event(item: &Item) -> Option<Event> {
    let word = text(item, "event")?;
    Event::ALL
        .iter()
        .copied()
        .find(|event| event.as_str() == word)
}

/// A record's key, as far as it has one.
pub(crate) fn key(item: &Item) -> Option<(&str, &str)> {
    Some((text(item, "endpoint_id")?, text(item, AuditRecord::KEY)?))
}

/// A value as texts: a set or list has several.
pub(crate) fn texts(value: &Value, foreign: &str) -> Vec<String> {
    match value {
        Value::Ss(texts) => texts.iter().map(|text| visible(text)).collect(),
        Value::L(values) => values
            .iter()
            .map(|value| one_text(value, foreign))
            .collect(),
        Value::S(_) | Value::N(_) | Value::M(_) | Value::Bool(_) | Value::Null | Value::Foreign => {
            vec![one_text(value, foreign)]
        }
    }
}

fn one_text(value: &Value, foreign: &str) -> String {
    match value {
        Value::S(text) | Value::N(text) => visible(text),
        Value::Ss(_) | Value::L(_) => texts(value, foreign).join("; "),
        Value::M(map) => {
            let pair = |(name, value): (&String, &Value)| {
                format!("{}: {}", visible(name), one_text(value, foreign))
            };
            map.iter().map(pair).collect::<Vec<_>>().join("; ")
        }
        Value::Bool(is_true) => is_true.to_string(),
        Value::Null => "–".to_owned(),
        Value::Foreign => foreign.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_made_visible() {
        for (text, shown) in [
            ("plain 日本 👨\u{200d}👩", "plain 日本 👨\u{200d}👩"),
            ("a\0b\r\n\t\u{1b}[0m", "a␀b␍␊␉␛[0m"),
            ("\u{202e}evil\u{2066}", "[U+202E]evil[U+2066]"),
            ("zero\u{200b}width\u{feff}", "zero[U+200B]width[U+FEFF]"),
            ("\u{e0041}\u{85}\u{7f}", "[U+E0041][U+0085]␡"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }

    #[test]
    fn a_long_text_is_cut_between_letters() {
        assert_eq!(cut("日本語", 2), "日本…");
        assert_eq!(cut("日本", 2), "日本");
        assert_eq!(cut("日本\u{202e}", 5), "日本[U+…");
        assert_eq!(in_a_row(&"日".repeat(100_000)).chars().count(), 301);
        assert_eq!(name_in_a_row(&"\u{202e}".repeat(100)).chars().count(), 101);
    }

    #[test]
    fn a_value_of_any_kind_is_shown() {
        let map = Item::from([
            ("b".to_owned(), Value::Bool(true)),
            ("n".to_owned(), Value::N("1".to_owned())),
        ]);
        let set = Value::Ss(["x".to_owned(), "y\0".to_owned()].into());
        for (value, shown) in [
            (Value::S("a".to_owned()), vec!["a"]),
            (set.clone(), vec!["x", "y␀"]),
            (
                Value::L(vec![Value::M(map), set]),
                vec!["b: true; n: 1", "x; y␀"],
            ),
            (Value::Null, vec!["–"]),
            (Value::Foreign, vec!["?"]),
            (Value::L(Vec::new()), vec![]),
        ] {
            assert_eq!(texts(&value, "?"), shown);
        }
    }
}
