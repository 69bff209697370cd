//! The text that is hashed: trimmed and in lower case (specification 5.2, D24).
//!
//! The result always equals that of the standard library, except that a value of nothing but
//! invisible characters becomes empty; in addition, this file leaves values that are already normal
//! unchanged, and reuses one buffer for the others.

use crate::message::is_blank;

/// What is done to a value before it is hashed.
///
/// ```
/// use hydrant::hash::Normalization;
///
/// assert_eq!(Normalization::default(), Normalization::STANDARD);
/// let spaces_count = Normalization::STANDARD.trim(false);
/// assert!(spaces_count.lower_case && !spaces_count.trim);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Normalization {
    /// Remove white space from both ends: every character up to U+0020 (which Java's `String.trim`
    /// removes) and every character with the Unicode property White_Space (which [`str::trim`]
    /// removes), such as U+0085 and the no-break space. Zero-width and other invisible characters
    /// stay, unless there is nothing else: such a value is blank, and becomes the empty text.
    pub trim: bool,
    /// Lower case by the rules of Unicode, for every locale, as [`str::to_lowercase`] does it: `İ`
    /// becomes `i` with a dot above, and `Σ` at the end of a word `ς`.
    pub lower_case: bool,
}

impl Normalization {
    /// The normalization of the protocol: trimmed and in lower case.
    pub const STANDARD: Self = Self {
        trim: true,
        lower_case: true,
    };

    /// The bytes unchanged.
    pub const VERBATIM: Self = Self {
        trim: false,
        lower_case: false,
    };

    /// Sets whether white space is removed from both ends.
    #[must_use]
    pub const fn trim(mut self, trim: bool) -> Self {
        self.trim = trim;
        self
    }

    /// Sets whether letters become lower case.
    #[must_use]
    pub const fn lower_case(mut self, lower_case: bool) -> Self {
        self.lower_case = lower_case;
        self
    }

    /// `value` without white space at both ends, if that is requested.
    #[inline]
    pub(super) fn trimmed(self, value: &str) -> &str {
        // Most values need no trimming, and an ASCII character at both ends shows that.
        if !self.trim || ends_are_visible(value) {
            value
        } else {
            trim(value)
        }
    }
}

/// Whether both ends are ASCII characters that are seen.
#[inline]
fn ends_are_visible(value: &str) -> bool {
    let visible = |byte: Option<&u8>| matches!(byte, Some(b'!'..=b'~'));
    let bytes = value.as_bytes();
    visible(bytes.first()) && visible(bytes.last())
}

#[cold]
fn trim(value: &str) -> &str {
    // White space is nearly always ASCII, which is recognized without decoding.
    let value = value.trim_matches(|c| matches!(c, '\0'..=' '));
    if ends_are_visible(value) {
        return value;
    }
    let value = value.trim_matches(is_white);
    if is_blank(value) {
        value.get(..0).unwrap_or_default()
    } else {
        value
    }
}

/// Whether `trim` removes this character.
pub(super) fn is_white(c: char) -> bool {
    c <= ' ' || c.is_whitespace()
}

impl Default for Normalization {
    fn default() -> Self {
        Self::STANDARD
    }
}

/// The normal form of `value`: a part of `value` itself if that is already normal, and otherwise
/// the content of `buffer`, whose previous content is removed.
///
/// ```
/// use hydrant::hash::{Normalization, normalize};
///
/// let mut buffer = String::new();
/// assert_eq!(normalize(" ada@example.com", Normalization::STANDARD, &mut buffer), "ada@example.com");
/// assert!(buffer.is_empty());
/// assert_eq!(normalize("\tADA@Example.com\n", Normalization::STANDARD, &mut buffer), "ada@example.com");
/// assert_eq!(normalize(" ADA ", Normalization::VERBATIM, &mut buffer), " ADA ");
/// ```
#[must_use]
pub fn normalize<'b>(
    value: &'b str,
    normalization: Normalization,
    buffer: &'b mut String,
) -> &'b str {
    let value = normalization.trimmed(value);
    if normalization.lower_case && lower_case_into(value, buffer) {
        buffer
    } else {
        value
    }
}

/// Replaces the content of `buffer` with `value` in lower case, unless `value` is in lower case.
pub(super) fn lower_case_into(value: &str, buffer: &mut String) -> bool {
    if value.is_ascii() {
        ascii_lower_case(value, buffer)
    } else {
        lower_case(value, buffer)
    }
}

fn ascii_lower_case(value: &str, buffer: &mut String) -> bool {
    // Every byte is checked, without stopping at the first capital letter, to avoid branches.
    if !value
        .bytes()
        .fold(false, |any, byte| any | byte.is_ascii_uppercase())
    {
        return false;
    }
    buffer.clear();
    buffer.push_str(value);
    buffer.make_ascii_lowercase();
    true
}

fn lower_case(value: &str, buffer: &mut String) -> bool {
    let Some((normal, rest)) = value
        .char_indices()
        .find(|&(_, c)| changes(c))
        .and_then(|(at, _)| value.split_at_checked(at))
    else {
        return false;
    };
    buffer.clear();
    // The only rule that depends on neighbouring characters (SpecialCasing.txt, Final_Sigma). Its
    // tables are private to the standard library, so the standard library converts this rare text
    // completely.
    if rest.contains('Σ') {
        buffer.push_str(&value.to_lowercase());
        return true;
    }
    buffer.push_str(normal);
    for c in rest.chars() {
        buffer.extend(c.to_lowercase());
    }
    true
}

/// Whether lower-casing makes another character, or several, of `c`.
fn changes(c: char) -> bool {
    let mut lower = c.to_lowercase();
    lower.next() != Some(c) || lower.next().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOWER_CASE: Normalization = Normalization {
        trim: false,
        lower_case: true,
    };
    const TRIM: Normalization = Normalization {
        trim: true,
        lower_case: false,
    };

    fn every_char() -> impl Iterator<Item = char> {
        ('\0'..=char::MAX).step_by(if cfg!(miri) { 40_009 } else { 1 })
    }

    #[test]
    fn every_character_is_lowered_as_by_the_standard_library() {
        let mut buffer = String::new();
        for c in every_char() {
            for text in [
                format!("{c}"),
                format!("é{c}Z"),
                format!("AΣ{c}A"),
                format!("A{c}Σ"),
            ] {
                let expected = text.to_lowercase();
                assert_eq!(
                    normalize(&text, LOWER_CASE, &mut buffer),
                    expected,
                    "{text:?}"
                );
            }
        }
    }

    #[test]
    fn every_character_is_trimmed_from_both_ends_or_from_neither() {
        for c in every_char() {
            let text = format!("{c}{c}a{c}b{c}");
            let white = c <= ' ' || c.is_whitespace();
            let expected = if white {
                format!("a{c}b")
            } else {
                text.clone()
            };
            assert_eq!(TRIM.trimmed(&text), expected, "{c:?}");
            assert_eq!(LOWER_CASE.trimmed(&text), text, "{c:?}");

            let alone = c.to_string();
            let blank = white || is_blank(&alone);
            assert_eq!(
                TRIM.trimmed(&alone),
                if blank { "" } else { &alone },
                "{c:?}"
            );
            assert_eq!(LOWER_CASE.trimmed(&alone), alone, "{c:?}");
        }
        assert_eq!(TRIM.trimmed(""), "");
    }

    #[test]
    fn what_is_normal_is_borrowed() {
        for text in [
            "",
            "a",
            "ada@example.com",
            "straße",
            "σοφός",
            "日本",
            "i\u{307}",
        ] {
            let padded = format!("\u{a0} {text}\r\n");
            let mut buffer = String::from("untouched");
            let found = normalize(&padded, Normalization::STANDARD, &mut buffer);
            assert_eq!(found, text);
            assert!(padded.as_bytes().as_ptr_range().contains(&found.as_ptr()));
            assert_eq!(buffer, "untouched");
        }
    }

    #[test]
    fn normal_form_of_unusual_text() {
        let cases = [
            // Empty after trimming, or empty before.
            ("", ""),
            (" ", ""),
            ("\u{0}\t\r\n\u{1f} \u{85}\u{a0}\u{2003}\u{3000}\u{2028}", ""),
            // Java's white space and that of Unicode, on both ends, in any mixture.
            ("\u{1c}\u{a0}\u{0}Ada\u{0}\u{a0}\u{1c}", "ada"),
            ("\u{85}ada@example.com\u{85}", "ada@example.com"),
            ("\u{a0}ADA@example.com\u{202f}", "ada@example.com"),
            // White space inside a value stays.
            (" a \u{a0}\u{0} B ", "a \u{a0}\u{0} b"),
            // Not white space: delete, zero-width space, joiner, byte order mark.
            ("\u{7f}A\u{7f}", "\u{7f}a\u{7f}"),
            ("\u{200b}A\u{200d}", "\u{200b}a\u{200d}"),
            ("\u{feff}A", "\u{feff}a"),
            (" \u{200b}A\u{ad}\u{a0}", "\u{200b}a\u{ad}"),
            // Nothing else: blank.
            ("\u{200b}", ""),
            ("\u{7f}", ""),
            (" \u{feff}\u{200d} \u{2060}\u{a0}", ""),
            ("\u{ad}\u{180e}\u{2800}\u{200c}", ""),
            // One character to two, and from three bytes to one.
            ("İSTANBUL", "i\u{307}stanbul"),
            ("\u{212a}elvin", "kelvin"),
            // ß has no other lower case; its capital has.
            ("STRAßE", "straße"),
            ("STRAẞE", "straße"),
            // Final sigma: at the end of a word, which a full stop does not end; never alone.
            ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
            ("ΟΔΥΣΣΕΥΣ@ΣΣ.GR", "οδυσσευς@σσ.gr"),
            ("ΑΣ. ", "ας."),
            ("ΑΣ.Α", "ασ.α"),
            ("Σ", "σ"),
            ("ας", "ας"),
            // Combining marks are kept, not composed.
            ("E\u{301}LO\u{308}", "e\u{301}lo\u{308}"),
            ("ÉLÖ", "élö"),
            // Title case, other planes, no case at all.
            ("ǅ", "ǆ"),
            ("𐐀𞤀", "𐐨𞤢"),
            ("日本語 ١٢٣", "日本語 ١٢٣"),
        ];
        let mut buffer = String::new();
        for (value, expected) in cases {
            let found = normalize(value, Normalization::STANDARD, &mut buffer);
            assert_eq!(found, expected, "{value:?}");
            assert_eq!(
                normalize(value, Normalization::VERBATIM, &mut buffer),
                value
            );
        }
    }
}
