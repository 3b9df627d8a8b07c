//! base64url once more, by RFC 4648 and DESIGN 8, to hold against what the code under test reads.

/// The bytes that this encodes: with all of its padding or with none, and with no stray bit at the end.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let digits = match text.iter().position(|byte| *byte == b'=') {
        None => text,
        Some(end) => {
            let padding = &text[end..];
            let whole = text.len().is_multiple_of(4) && padding.len() <= 2;
            if !whole || padding.iter().any(|byte| *byte != b'=') {
                return None;
            }
            &text[..end]
        }
    };
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for digit in digits {
        bits = bits << 6 | u32::from(value(*digit)?);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
            bits &= (1 << count) - 1;
        }
    }
    (count < 6 && bits == 0).then_some(bytes)
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'A'..=b'Z' => Some(digit - b'A'),
        b'a'..=b'z' => Some(digit - b'a' + 26),
        b'0'..=b'9' => Some(digit - b'0' + 52),
        b'-' => Some(62),
        b'_' => Some(63),
        _ => None,
    }
}
