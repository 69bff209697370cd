//! Passes an object or list by its brackets alone, 64 bytes at a time: quotes and backslashes give
//! a bitmap of the bytes inside strings (Langdale and Lemire, Parsing Gigabytes of JSON per Second,
//! sections 3.1.1 and 3.1.2), and the brackets outside of strings are counted.
#![allow(unsafe_code)]

use super::super::scan::{BLOCK, brackets};
use super::Cursor;

impl Cursor<'_> {
    /// Passes the object or list that comes next without validating it: for looking ahead, if the
    /// same text is parsed completely later. Returns whether it is closed; if it is not, the cursor
    /// does not move.
    pub(in super::super) fn pass_brackets(&mut self) -> bool {
        let (mut inside, mut escaped, mut depth) = (0u64, 0u64, 0u32);
        let mut at = self.at;
        while at < self.end {
            // SAFETY: `at` lies before `end`, so from there on a block can be read.
            let block = unsafe { &*at.cast::<[u8; BLOCK]>() };
            let [mut quotes, backslashes, opens, closes] = brackets(block);
            if backslashes | escaped != 0 {
                let escapes;
                (escapes, escaped) = escaped_bytes(backslashes, escaped);
                quotes &= !escapes;
            }
            let strings = prefix_xor(quotes) ^ inside;
            // All ones if the block ends inside a string.
            inside = ((strings as i64) >> 63) as u64;
            let (opens, closes) = (opens & !strings, closes & !strings);
            let mut left = closes;
            while left != 0 && closes.count_ones() >= depth {
                let close = left.trailing_zeros();
                let before = (1u64 << close) - 1;
                let opened = (opens & before).count_ones();
                let closed = (closes & before).count_ones() + 1;
                if depth + opened == closed {
                    // SAFETY: there is a bracket, which is not NUL, so that the byte after it is
                    // not after `end`, and a character boundary.
                    self.at = unsafe { at.add(close as usize + 1) };
                    return true;
                }
                left &= left - 1;
            }
            // Never below zero, which the loop above has checked.
            depth = (depth + opens.count_ones()).saturating_sub(closes.count_ones());
            // SAFETY: the padding after `end` has a block, and `at` was before `end`.
            at = unsafe { at.add(BLOCK) };
        }
        false
    }
}

/// The bytes that are escaped by a backslash before them, and whether the first byte after these 64
/// is escaped (1 or 0); `first` says that for the first of these. In a run of backslashes every
/// second one is escaped, and the byte after the run if its length is odd.
fn escaped_bytes(backslashes: u64, first: u64) -> (u64, u64) {
    const ODD: u64 = 0xaaaa_aaaa_aaaa_aaaa;
    let starts = backslashes & !first;
    let even_or_after = ((starts << 1 | ODD).wrapping_sub(starts)) ^ ODD;
    let escaped = even_or_after ^ (starts | first);
    (escaped, (even_or_after & starts) >> 63)
}

/// Sets each bit to the parity of itself and all lower bits.
fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;
    use super::*;

    #[test]
    fn brackets_in_strings_do_not_count() {
        let inner = "\"]}\\\"\\\\\",[{\"a\":[\"\\\\\\\"]\"]}]";
        for padding in (0..130).step_by(if cfg!(miri) { 13 } else { 1 }) {
            let value = format!("[\"{}\",{inner},{{}}]", "x".repeat(padding));
            let text = format!("{value}]}}");
            assert_eq!(
                read(&text, |cursor| cursor.pass_brackets()),
                (true, value.len()),
                "{value}"
            );
            let cut = value.get(..value.len() - 1).unwrap();
            assert_eq!(
                read(cut, |cursor| cursor.pass_brackets()),
                (false, 0),
                "{cut}"
            );
        }
    }

    #[test]
    fn every_second_backslash_is_escaped() {
        // A run of backslashes of each length, from each bit.
        for run in (1..70u32).step_by(if cfg!(miri) { 9 } else { 1 }) {
            for start in (0..64u32).step_by(if cfg!(miri) { 3 } else { 1 }) {
                if start + run >= 128 {
                    continue;
                }
                let backslashes: u128 = ((1 << run) - 1) << start;
                let (first, carried) = escaped_bytes(backslashes as u64, 0);
                let (second, _) = escaped_bytes((backslashes >> 64) as u64, carried);
                let found = u128::from(first) | u128::from(second) << 64;
                let every_second = (1..=run).step_by(2);
                let expected: u128 = every_second.map(|at| 1 << (start + at)).sum();
                assert_eq!(found, expected, "{run} {start}");
            }
        }
    }
}
