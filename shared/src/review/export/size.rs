//! How long a text becomes in the answer to the ALB, which is JSON itself.

/// Bytes of the text within a string of JSON, as `serde_json` writes it.
pub(super) fn escaped_len(text: &str) -> usize {
    text.bytes().map(escaped).sum()
}

fn escaped(byte: u8) -> usize {
    match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
        0..=0x1f => 6,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_as_long_as_json_makes_it() {
        let all: String = (0..0x250).filter_map(char::from_u32).collect();
        for text in ["", "plain", "日本語 😀 \u{2028}", all.as_str()] {
            let json = serde_json::to_string(text).unwrap();
            assert_eq!(escaped_len(text), json.len() - 2, "{json}");
        }
    }
}
