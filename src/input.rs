//! Bytes in: what is decided before parsing, which is size, byte order mark and encoding. Nothing
//! here knows JSON.

use crate::error::{Error, ErrorKind};

/// The text of a message without its byte order mark.
#[derive(Clone, Copy)]
pub(crate) struct Framed<'a> {
    /// What is to be parsed.
    pub(crate) text: &'a [u8],
    /// How many bytes were skipped before it.
    pub(crate) skipped: usize,
}

/// No message is larger, whatever the limit is: both paths count positions in 32 bits.
pub(crate) const MAX_BYTES: usize = u32::MAX as usize;

/// Checks size and encoding and skips a byte order mark.
pub(crate) fn frame(body: &[u8], max_bytes: usize) -> Result<Framed<'_>, Error> {
    check_size(body.len(), max_bytes)?;
    if let Some(encoding) = other_encoding(body) {
        return Err(Error::plain(
            ErrorKind::Encoding,
            format!("expected UTF-8, found what looks like {encoding}"),
        ));
    }
    Ok(match body.strip_prefix(b"\xef\xbb\xbf") {
        Some(text) => Framed { text, skipped: 3 },
        None => Framed {
            text: body,
            skipped: 0,
        },
    })
}

/// Refuses a message of more bytes than the limit.
fn check_size(bytes: usize, max_bytes: usize) -> Result<(), Error> {
    let limit = max_bytes.min(MAX_BYTES);
    if bytes <= limit {
        return Ok(());
    }
    Err(Error::plain(
        ErrorKind::TooLarge,
        format!("the message has more than {limit} bytes"),
    ))
}

/// UTF-16 and UTF-32 betray themselves by a byte order mark or by the zero bytes beside the first
/// character, which is ASCII in any JSON text (RFC 4627, section 3).
fn other_encoding(body: &[u8]) -> Option<&'static str> {
    Some(match body {
        [0xff, 0xfe, 0, 0, ..] => "UTF-32 (little-endian)",
        [0, 0, 0xfe, 0xff, ..] => "UTF-32 (big-endian)",
        [0xff, 0xfe, ..] => "UTF-16 (little-endian)",
        [0xfe, 0xff, ..] => "UTF-16 (big-endian)",
        [0, 0, 0, 1..=255, ..] => "UTF-32 (big-endian)",
        [1..=255, 0, 0, 0, ..] => "UTF-32 (little-endian)",
        [0, 1..=255, 0, 1..=255, ..] => "UTF-16 (big-endian)",
        [1..=255, 0, 1..=255, 0, ..] => "UTF-16 (little-endian)",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn other_encodings_are_named() {
        for (body, name) in [
            (
                utf16("\u{feff}{}", u16::to_le_bytes),
                "UTF-16 (little-endian)",
            ),
            (utf16("\u{feff}{}", u16::to_be_bytes), "UTF-16 (big-endian)"),
            (utf16("{\"", u16::to_le_bytes), "UTF-16 (little-endian)"),
            (utf16("{\"", u16::to_be_bytes), "UTF-16 (big-endian)"),
            (b"{\0\0\0\"\0\0\0".to_vec(), "UTF-32 (little-endian)"),
            (b"\0\0\0{\0\0\0\"".to_vec(), "UTF-32 (big-endian)"),
        ] {
            let error = frame(&body, 100).err().unwrap();
            assert_eq!(error.kind(), ErrorKind::Encoding);
            assert!(error.message().contains(name), "{error}");
        }
    }

    #[test]
    #[cfg(target_pointer_width = "64")]
    fn no_limit_is_beyond_four_gib() {
        let four_gib = 1 << 32;
        for max_bytes in [four_gib - 1, four_gib, usize::MAX] {
            assert!(check_size(four_gib - 1, max_bytes).is_ok());
            for bytes in [four_gib, four_gib + 1, usize::MAX] {
                let error = check_size(bytes, max_bytes).err().unwrap();
                assert_eq!(error.kind(), ErrorKind::TooLarge);
                let message = "the message has more than 4294967295 bytes";
                assert_eq!(error.message(), message);
            }
        }
        assert!(check_size(10, 9).is_err());
    }

    #[test]
    fn byte_order_mark_is_skipped_and_size_is_bounded() {
        let framed = frame(b"\xef\xbb\xbf{}", 5).ok().unwrap();
        assert_eq!((framed.text, framed.skipped), (&b"{}"[..], 3));
        assert_eq!(
            frame(b"123456", 5).err().unwrap().kind(),
            ErrorKind::TooLarge
        );
    }
}
