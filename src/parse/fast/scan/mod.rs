//! The loads of the fast path: what stands among the next sixteen or sixty-four bytes, and the pass over the whole text
//! that marks where runs of plain string bytes end. With `reader` the only `unsafe` of this room. SSE2 is part of x86-64 and
//! NEON of 64-bit ARM; AVX2 and AVX-512 serve the pass where they are found; other processors take the portable form, which
//! is also the twin that the tests compare with.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(all(target_arch = "aarch64", target_endian = "little"))]
mod neon;
#[cfg(any(
    test,
    not(any(
        target_arch = "x86_64",
        all(target_arch = "aarch64", target_endian = "little")
    ))
))]
mod portable;
#[cfg(target_arch = "x86_64")]
mod sse2;

use std::mem::MaybeUninit;

#[cfg(all(target_arch = "aarch64", target_endian = "little"))]
use neon as isa;
#[cfg(not(any(
    target_arch = "x86_64",
    all(target_arch = "aarch64", target_endian = "little")
)))]
use portable as isa;
#[cfg(target_arch = "x86_64")]
use sse2 as isa;

/// How many bytes are looked at together.
pub(super) const BLOCK: usize = 64;

/// So many bytes, on one line of the cache.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Block(#[allow(dead_code, reason = "only its address is used")] [u8; BLOCK]);

/// How many blocks `mark` takes at most.
pub(super) const AT_ONCE: usize = 64;

/// Copies blocks, and writes one bit for each byte: whether it ends a run of plain string bytes, as quotes, backslashes and
/// control characters do. Returns which blocks have bytes that are not ASCII, one bit for each. The three slices must be of
/// the same length, or only as much is done as all of them have.
pub(super) fn mark(
    from: &[[u8; BLOCK]],
    to: &mut [MaybeUninit<Block>],
    ends: &mut [MaybeUninit<[u8; 8]>],
) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx512bw") {
        // SAFETY: AVX-512 BW is there, and AVX-512 F with it.
        return unsafe { avx512::mark(from, to, ends) };
    } else if is_x86_feature_detected!("avx2") {
        // SAFETY: AVX2 is there.
        return unsafe { avx2::mark(from, to, ends) };
    }
    mark_each(from, to, ends, isa::mark_block)
}

/// Does that block by block.
#[inline(always)]
fn mark_each(
    from: &[[u8; BLOCK]],
    to: &mut [MaybeUninit<Block>],
    ends: &mut [MaybeUninit<[u8; 8]>],
    mark_block: impl Fn(&[u8; BLOCK], &mut MaybeUninit<Block>) -> (u64, bool),
) -> u64 {
    let mut foreign = 0;
    for (at, ((from, to), ends)) in from.iter().zip(to).zip(ends).enumerate() {
        let (found, is_foreign) = mark_block(from, to);
        ends.write(found.to_le_bytes());
        foreign |= u64::from(is_foreign) << (at % AT_ONCE);
    }
    foreign
}

/// The bytes of a uuid of 8-4-4-4-12 hexadecimal digits of either case; `None` for anything else.
#[inline(always)]
pub(super) fn uuid(text: &[u8; 36]) -> Option<[u8; 16]> {
    isa::uuid(text)
}

/// Which of sixty-four bytes are quotes, backslashes, opening and closing brackets of both kinds, one bit for each.
///
/// # Safety
///
/// They can be read.
#[inline(always)]
pub(super) unsafe fn brackets(at: *const u8) -> [u64; 4] {
    // SAFETY: the caller's promise.
    unsafe { isa::brackets(at) }
}

/// How many of sixteen bytes are spaces before the first that is none.
///
/// # Safety
///
/// They can be read.
#[inline(always)]
pub(super) unsafe fn leading_spaces(at: *const u8) -> usize {
    // SAFETY: the caller's promise.
    unsafe { isa::leading_spaces(at) }
}

/// Which bytes a backslash before them escapes, and whether the first byte after these is escaped: a run of backslashes
/// escapes every second of them and, if it is odd, what follows (Langdale and Lemire, Parsing Gigabytes of JSON per
/// Second, section 3.1.1).
pub(super) fn escaped_by(escapes: u64, first: u64) -> (u64, u64) {
    const ODD: u64 = 0xaaaa_aaaa_aaaa_aaaa;
    let starts = escapes & !first;
    let even_or_after = ((starts << 1 | ODD).wrapping_sub(starts)) ^ ODD;
    let escaped = even_or_after ^ (starts | first);
    (escaped, (even_or_after & starts) >> 63)
}

/// Each bit becomes the parity of itself and those below.
pub(super) fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;

    type Mark = fn(&[[u8; BLOCK]], &mut [MaybeUninit<Block>], &mut [MaybeUninit<[u8; 8]>]) -> u64;

    /// Every form of the pass that this processor can run.
    fn forms() -> Vec<(&'static str, Mark)> {
        let mut forms: Vec<(&str, Mark)> = vec![
            ("chosen", mark),
            ("always there", |from, to, ends| {
                mark_each(from, to, ends, isa::mark_block)
            }),
        ];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") {
                // SAFETY: it is there.
                forms.push(("AVX2", |from, to, ends| unsafe {
                    avx2::mark(from, to, ends)
                }));
            }
            if is_x86_feature_detected!("avx512bw") {
                // SAFETY: it is there.
                forms.push(("AVX-512", |from, to, ends| unsafe {
                    avx512::mark(from, to, ends)
                }));
            }
        }
        forms
    }

    /// What is copied, marked and found to be foreign.
    fn marked(form: Mark, from: &[[u8; BLOCK]]) -> (Vec<[u8; BLOCK]>, Vec<[u8; 8]>, u64) {
        let mut to = vec![MaybeUninit::uninit(); from.len()];
        let mut ends = vec![MaybeUninit::uninit(); from.len()];
        let foreign = form(from, &mut to, &mut ends);
        // SAFETY: all have been written.
        unsafe {
            let to = to.iter().map(|block| block.assume_init().0).collect();
            let ends = ends.iter().map(|ends| ends.assume_init()).collect();
            (to, ends, foreign)
        }
    }

    /// Every byte at every place, among bytes of each kind.
    #[test]
    fn instructions_find_what_the_portable_form_finds() {
        let portable: Mark = |from, to, ends| mark_each(from, to, ends, portable::mark_block);
        for other in [b'x', b' ', 0x80, 0xff, b'{', b']', b'"', b'\\', 0] {
            for byte in 0..=255 {
                // A block for each place.
                let mut blocks = [[other; BLOCK]; BLOCK];
                for (place, block) in blocks.iter_mut().enumerate() {
                    block[place] = byte;
                }
                let expected = marked(portable, &blocks);
                assert_eq!(expected.0, blocks);
                for (name, form) in forms() {
                    assert_eq!(marked(form, &blocks), expected, "{name} {byte} {other}");
                }
                for block in &blocks {
                    let at = block.as_ptr();
                    // SAFETY: the block has sixty-four bytes.
                    let (found, expected) = unsafe {
                        (
                            (isa::brackets(at), isa::leading_spaces(at)),
                            (portable::brackets(at), portable::leading_spaces(at)),
                        )
                    };
                    assert_eq!(found, expected, "{byte} {other}");
                }
                if other == b'x' {
                    // The twin is right, too.
                    let ends_run = byte < 0x20 || byte == b'"' || byte == b'\\';
                    for (place, ends) in expected.1.iter().enumerate() {
                        assert_eq!(u64::from_le_bytes(*ends), u64::from(ends_run) << place);
                    }
                    assert_eq!(expected.2, if byte < 0x80 { 0 } else { u64::MAX });
                }
            }
        }
    }

    #[test]
    fn uuids_are_those_of_the_portable_form() {
        let text = *b"0123abcd-4567-89EF-fedc-ba9876543210";
        for place in 0..36 {
            for byte in 0..=255 {
                let mut text = text;
                text[place] = byte;
                assert_eq!(uuid(&text), portable::uuid(&text), "{place} {byte}");
            }
        }
        assert!(uuid(&text).is_some());
    }

    #[test]
    fn escapes_escape_every_second_backslash() {
        // As many backslashes as the row says, from the bit that the column says.
        for run in 1..70u32 {
            for start in 0..64u32 {
                if start + run >= 128 {
                    continue;
                }
                let backslashes: u128 = ((1 << run) - 1) << start;
                let (first, carried) = escaped_by(backslashes as u64, 0);
                let (second, _) = escaped_by((backslashes >> 64) as u64, carried);
                let found = u128::from(first) | u128::from(second) << 64;
                let every_second = (1..=run).step_by(2);
                let expected: u128 = every_second.map(|at| 1 << (start + at)).sum();
                assert_eq!(found, expected, "{run} {start}");
            }
        }
    }
}
