//! Money and hours as they stand on a page.

use crate::Language;

/// Money in whole cents: what is added up on a page adds up for who checks it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cents(i64);

/// Hours in whole tenths, likewise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tenths(i64);

impl Cents {
    pub(crate) fn of_usd(usd: f64) -> Self {
        Self(rounded(usd * 100.0))
    }

    pub(crate) fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// With the currency.
    pub(crate) fn text(self, language: Language) -> String {
        let amount = self.amount();
        match language {
            Language::En => format!("USD {amount}"),
            Language::Ja => format!("{amount} 米ドル"),
        }
    }

    /// Without it, for a column that names it.
    pub(crate) fn amount(self) -> String {
        let cents = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "−" } else { "" };
        format!("{sign}{}.{:02}", grouped(cents / 100), cents % 100)
    }

    /// How much of another amount it is, in whole percent; `None`: of nothing.
    pub(crate) fn percent_of(self, whole: Self) -> Option<i64> {
        (whole.0 > 0).then(|| (self.0.saturating_mul(100) + whole.0 / 2).div_euclid(whole.0))
    }
}

impl Tenths {
    pub(crate) fn of(hours: f64) -> Self {
        Self(rounded(hours * 10.0))
    }

    pub(crate) fn amount(self) -> String {
        let tenths = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "−" } else { "" };
        format!("{sign}{}.{}", grouped(tenths / 10), tenths % 10)
    }
}

impl std::iter::Sum for Cents {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        Self(amounts.fold(0, |sum, cents| sum.saturating_add(cents.0)))
    }
}

impl std::iter::Sum for Tenths {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        Self(amounts.fold(0, |sum, tenths| sum.saturating_add(tenths.0)))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` ends at the largest number, and makes 0 of what is none"
)]
fn rounded(number: f64) -> i64 {
    number.round() as i64
}

/// A whole number with commas, as both languages write it.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_to_the_cent_with_its_currency() {
        for (usd, english, japanese) in [
            (0.0, "USD 0.00", "0.00 米ドル"),
            (0.004, "USD 0.00", "0.00 米ドル"),
            (0.005, "USD 0.01", "0.01 米ドル"),
            (1_234_567.891, "USD 1,234,567.89", "1,234,567.89 米ドル"),
            (-3.5, "USD −3.50", "−3.50 米ドル"),
            (f64::NAN, "USD 0.00", "0.00 米ドル"),
        ] {
            assert_eq!(Cents::of_usd(usd).text(Language::En), english);
            assert_eq!(Cents::of_usd(usd).text(Language::Ja), japanese);
        }
    }

    #[test]
    fn hours_are_to_a_tenth() {
        for (hours, text) in [
            (0.04, "0.0"),
            (0.05, "0.1"),
            (999.96, "1,000.0"),
            (8.25, "8.3"),
        ] {
            assert_eq!(Tenths::of(hours).amount(), text);
        }
    }

    #[test]
    fn a_part_is_told_in_percent_of_something_only() {
        let [part, whole, none] = [1.0, 3.0, 0.0].map(Cents::of_usd);
        assert_eq!(part.percent_of(whole), Some(33));
        assert_eq!(Cents::of_usd(-1.0).percent_of(whole), Some(-33));
        assert_eq!(part.percent_of(none), None);
    }
}
