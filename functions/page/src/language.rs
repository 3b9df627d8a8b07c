//! The reader's language.

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Ja,
    En,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::Ja, Self::En];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.as_str() == name)
    }

    /// The one that `Accept-Language` prefers; `None`: neither is named
    /// (<https://www.rfc-editor.org/rfc/rfc9110#field.accept-language>).
    pub fn preferred(accept_language: &str) -> Option<Self> {
        let mut best = None;
        for range in accept_language.split(',') {
            let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
            let primary = tag.split('-').next().unwrap_or_default().trim();
            let language = Self::named(&primary.to_ascii_lowercase());
            let weight = weight.trim().strip_prefix("q=").and_then(thousandths);
            if let (Some(language), Some(weight)) = (language, weight)
                && weight > best.map_or(0, |(_, best)| best)
            {
                best = Some((language, weight));
            }
        }
        best.map(|(language, _)| language)
    }
}

/// A weight from `0` to `1` with at most three decimals, in thousandths.
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    let is_short = decimals.len() <= 3 && decimals.bytes().all(|digit| digit.is_ascii_digit());
    let decimals: u16 = format!("{decimals:0<3}")
        .parse()
        .ok()
        .filter(|_| is_short)?;
    match whole {
        "0" => Some(decimals),
        "1" if decimals == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_the_one_that_the_browser_prefers() {
        use Language::{En, Ja};
        for (accepted, language) in [
            ("ja", Some(Ja)),
            ("ja-JP,en;q=0.5", Some(Ja)),
            ("en-US,en;q=0.9,ja;q=0.8", Some(En)),
            ("en;q=0.8, ja;q=0.9", Some(Ja)),
            ("en; q=0.8, JA-jp", Some(Ja)),
            ("de,ja;q=0.2", Some(Ja)),
            ("ja;q=0,en;q=0.1", Some(En)),
            ("ja;q=0", None),
            ("ja;q=2,en;q=0.1", Some(En)),
            ("ja;q=0.1234", None),
            ("ja;q=x", None),
            ("ja;q=0.-1", None),
            ("java", None),
            ("de, fr", None),
            ("*", None),
            ("", None),
            (",;,;q=", None),
        ] {
            assert_eq!(Language::preferred(accepted), language, "{accepted}");
        }
    }
}
