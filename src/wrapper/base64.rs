//! Decoding of Base64 (RFC 4648, section 4): events of AWS contain binary data in it.

/// The bytes that this text encodes; `None` if it is not Base64. The padding may be missing.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let text = text
        .strip_suffix(b"==")
        .or(text.strip_suffix(b"="))
        .unwrap_or(text);
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for group in text.chunks(4) {
        let mut bits = 0;
        for digit in group {
            bits = bits << 6 | value(*digit)?;
        }
        match group.len() {
            4 => bytes.extend_from_slice(bits.to_be_bytes().get(1..)?),
            3 => bytes.extend_from_slice((bits >> 2).to_be_bytes().get(2..)?),
            2 => bytes.extend_from_slice((bits >> 4).to_be_bytes().get(3..)?),
            _ => return None,
        }
    }
    Some(bytes)
}

fn value(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(value.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_the_rfc() {
        for (text, bytes) in [
            ("", ""),
            ("Zg==", "f"),
            ("Zm8=", "fo"),
            ("Zm9v", "foo"),
            ("Zm9vYg==", "foob"),
            ("Zm9vYmE=", "fooba"),
            ("Zm9vYmFy", "foobar"),
            ("Zm8", "fo"),
        ] {
            assert_eq!(decode(text.as_bytes()).unwrap(), bytes.as_bytes(), "{text}");
        }
        assert_eq!(decode(b"+/+/").unwrap(), [0xfb, 0xff, 0xbf]);
        for wrong in ["Z", "Zm9vY", "Zm 9", "Zm9v\n", "Z===", "Zg==Zg==", "{}"] {
            assert_eq!(decode(wrong.as_bytes()), None, "{wrong}");
        }
    }
}
