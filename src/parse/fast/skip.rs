//! Skipping JSON values on the fast path, strictly: a skipped value is well-formed; otherwise the
//! result is `None` and the cursor may be anywhere. There is no recursion: the kinds of the open
//! objects and lists are the bits of one word.

use super::cursor::Cursor;

/// The limit on nesting; deeper values are left to the complete path. The model itself nests eight
/// levels.
pub(super) const MAX_DEPTH: u32 = 64;

/// Skips a value.
pub(super) fn value(cursor: &mut Cursor<'_>) -> Option<()> {
    values(cursor, 0)
}

/// Skips the rest of an object after the value of one of its fields.
pub(super) fn rest_of_object(cursor: &mut Cursor<'_>) -> Option<()> {
    values(cursor, 1)
}

/// Skips a value that is parsed later, so that it need not be validated.
pub(super) fn look_past(cursor: &mut Cursor<'_>) -> Option<()> {
    if matches!(cursor.peek(), b'{' | b'[') {
        return cursor.pass_brackets().then_some(());
    }
    value(cursor)
}

/// Skips values until `depth` open objects have been closed, or one value if there are none.
fn values(outer: &mut Cursor<'_>, mut depth: u32) -> Option<()> {
    // A local copy, which the compiler keeps in registers.
    let mut cursor = *outer;
    // Bit 0 says whether the innermost container is an object.
    let mut kinds = u64::from(depth > 0);
    let mut after_value = depth > 0;
    loop {
        if !after_value {
            match cursor.peek() {
                b'"' => cursor.pass_string()?,
                open @ (b'{' | b'[') => {
                    let object = open == b'{';
                    cursor.accept_byte(open);
                    cursor.white_space();
                    if !cursor.accept_byte(if object { b'}' } else { b']' }) {
                        if depth >= MAX_DEPTH {
                            return None;
                        }
                        depth += 1;
                        kinds = kinds << 1 | u64::from(object);
                        if object {
                            after_value = entry(&mut cursor)?;
                        }
                        continue;
                    }
                }
                b't' => cursor.accept("true").then_some(())?,
                b'f' => cursor.accept("false").then_some(())?,
                b'n' => cursor.accept("null").then_some(())?,
                b'-' | b'0'..=b'9' => cursor.number().map(|_| ())?,
                _ => return None,
            }
        }
        after_value = false;
        loop {
            if depth == 0 {
                *outer = cursor;
                return Some(());
            }
            let object = kinds & 1 == 1;
            if object && cursor.ahead() == b",\"" {
                cursor.accept_byte(b',');
                if entry(&mut cursor)? {
                    continue;
                }
                break;
            }
            cursor.white_space();
            if cursor.accept_byte(b',') {
                cursor.white_space();
                if object && entry(&mut cursor)? {
                    continue;
                }
                break;
            }
            if !cursor.accept_byte(if object { b'}' } else { b']' }) {
                return None;
            }
            depth -= 1;
            kinds >>= 1;
        }
    }
}

/// Skips a key and its colon, and also the value if it is an unescaped string, as most are. Returns
/// whether it was.
#[inline(always)]
fn entry(cursor: &mut Cursor<'_>) -> Option<bool> {
    if cursor.text_entry().is_some() {
        return Some(true);
    }
    cursor.pass_string()?;
    cursor.white_space();
    if !cursor.accept_byte(b':') {
        return None;
    }
    cursor.white_space();
    Some(false)
}

#[cfg(test)]
mod tests {
    use super::super::padded::PaddedBuffer;
    use super::*;

    fn is_value(text: &str) -> bool {
        let mut buffer = PaddedBuffer::default();
        let mut cursor = Cursor::new(&buffer.fill(text.as_bytes()).unwrap());
        value(&mut cursor).is_some() && cursor.is_at_end()
    }

    #[test]
    fn values_are_validated() {
        for text in [
            "{}",
            "[]",
            "[1,{\"a\" : [ ] , \"b\":\"\\u00e9\\\"\"}, true,null ,-1.5e+3]",
            "\"x\"",
            "0",
        ] {
            assert!(is_value(text), "{text}");
        }
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "[1 2]",
            "{\"a\":1,}",
            "[}",
            "{]",
            "\"\\x\"",
            "\"a\nb\"",
            "tru",
            "01",
            "1.",
            "\"\\ud800\"",
            "[,1]",
            "{,}",
            "\"abc",
        ] {
            assert!(!is_value(text), "{text}");
        }
        let deep = "[".repeat(66) + &"]".repeat(66);
        assert!(!is_value(&deep));
    }
}
