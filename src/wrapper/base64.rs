//! Decoding of Base64 (RFC 4648, sections 4 and 5; RFC 2045, section 6.8): events of AWS contain
//! binary data in it.

/// The bytes that this text encodes; `None` if it is not Base64. The alphabet may be that for URLs,
/// the padding may be missing, and white space is skipped: MIME and some tools break lines.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut bits, mut digits, mut padding) = (0, 0, 0);
    for byte in text.iter().filter(|byte| !byte.is_ascii_whitespace()) {
        if *byte == b'=' {
            padding += 1;
            continue;
        }
        bits = bits << 6 | value(*byte)?;
        digits += 1;
        if padding > 0 {
            return None;
        }
        if digits == 4 {
            bytes.extend_from_slice(u32::to_be_bytes(bits).get(1..)?);
            (bits, digits) = (0, 0);
        }
    }
    match (digits, padding) {
        (0, 0) => {}
        (3, 0 | 1) => bytes.extend_from_slice((bits >> 2).to_be_bytes().get(2..)?),
        (2, 0..=2) => bytes.extend_from_slice((bits >> 4).to_be_bytes().get(3..)?),
        _ => return None,
    }
    Some(bytes)
}

fn value(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
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
        for text in ["+/+/", "-_-_", "+_-/"] {
            assert_eq!(decode(text.as_bytes()).unwrap(), [0xfb, 0xff, 0xbf]);
        }
        for wrong in [
            "Z", "Zm9vY", "Z===", "Zg===", "Zm8==", "Zm9v=", "Zg==Zg==", "=", "Zm9v.", "{}",
        ] {
            assert_eq!(decode(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn lines_are_joined() {
        for text in [
            "Zm9v\r\nYmFy\r\n",
            "Zm 9vYm\tFy",
            "\nZm9vYmFy",
            "Z\nm\n9\nv\nY\nm\nF\ny",
        ] {
            assert_eq!(decode(text.as_bytes()).unwrap(), b"foobar", "{text}");
        }
        assert_eq!(decode(b"Zg\n=\r\n=\n").unwrap(), b"f");
    }
}
