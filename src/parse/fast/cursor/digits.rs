//! Steps over decimal digits, eight at a time (SWAR).
#![allow(unsafe_code)]

use super::Cursor;

impl Cursor<'_> {
    /// Passes decimal digits. Returns `before` with them appended, modulo 2^64, and their number.
    #[inline(always)]
    pub(in super::super) fn digits(&mut self, before: u64) -> (u64, usize) {
        let (mut value, mut count) = (before, 0);
        loop {
            let (digits, found) = self.next_digits();
            if found < 8 {
                let (value, found) = self.few_digits(value);
                return (value, count + found);
            }
            value = value
                .wrapping_mul(100_000_000)
                .wrapping_add(eight_digits(digits));
            // SAFETY: these are eight digits.
            unsafe { self.advance(8) };
            count += 8;
        }
    }

    /// As [`Self::digits`], but at most eight.
    #[inline(always)]
    pub(in super::super) fn few_digits(&mut self, before: u64) -> (u64, usize) {
        const POWERS: [u64; 9] = [
            1,
            10,
            100,
            1_000,
            10_000,
            100_000,
            1_000_000,
            10_000_000,
            100_000_000,
        ];
        let (digits, found) = self.next_digits();
        if found == 0 {
            return (before, 0);
        }
        // SAFETY: that many digits come next.
        unsafe { self.advance(found) };
        let aligned = digits << (64 - 8 * found);
        let power = POWERS.get(found).copied().unwrap_or_default();
        let value = before
            .wrapping_mul(power)
            .wrapping_add(eight_digits(aligned));
        (value, found)
    }

    /// Passes decimal digits and returns their number.
    #[inline(always)]
    pub(in super::super) fn count_digits(&mut self) -> usize {
        let mut count = 0;
        loop {
            let (_, found) = self.next_digits();
            // SAFETY: that many digits come next.
            unsafe { self.advance(found) };
            count += found;
            if found < 8 {
                return count;
            }
        }
    }

    /// The values of the next eight digits, the first in the lowest byte, and how many of the next
    /// eight bytes are digits; the bytes after those are arbitrary.
    #[inline(always)]
    fn next_digits(&self) -> (u64, usize) {
        let digits = u64::from_le_bytes(*self.ahead()) ^ 0x3030_3030_3030_3030;
        // The high bit of each byte above 9. A carry only affects bytes after the first such byte,
        // and only that byte matters.
        let others = (digits.wrapping_add(0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080;
        (digits, (others.trailing_zeros() / 8) as usize)
    }
}

/// The number with these eight digits, the first in the lowest byte, computed with three
/// multiplications (Johnny Lee's method).
#[inline(always)]
fn eight_digits(digits: u64) -> u64 {
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let low = (pairs & 0x0000_00ff_0000_00ff).wrapping_mul(0x000f_4240_0000_0064);
    let high = (pairs >> 16 & 0x0000_00ff_0000_00ff).wrapping_mul(0x0000_2710_0000_0001);
    low.wrapping_add(high) >> 32
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;

    #[test]
    fn digits_of_every_count() {
        for count in (0..20).step_by(if cfg!(miri) { 3 } else { 1 }) {
            for end in ["", "x", "é", "/", ":", "."] {
                let digits: String = "92233720368547758071".chars().take(count).collect();
                let ((value, found), passed) =
                    read(&format!("{digits}{end}"), |cursor| cursor.digits(0));
                assert_eq!((found, passed), (count, count));
                assert_eq!(value, digits.parse().unwrap_or(0), "{digits}");
            }
        }
        assert_eq!(read("34", |cursor| cursor.digits(12)).0, (1234, 2));
    }
}
