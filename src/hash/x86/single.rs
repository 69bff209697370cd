//! SHA-256 one message after another, for CPUs without SHA extensions.
//!
//! A step waits for the one before, which leaves no room for lanes; but the words of the schedule do
//! not wait for the steps, so they are made four at a time in vector registers while the steps keep
//! the general registers busy (Guilford, Yap and Gopal, "Fast SHA-256 Implementations on Intel
//! Architecture Processors", 2012). There is no `unsafe` here: the safe wrapper is in `sse41.rs`.

use std::arch::x86_64::*;

use super::{load_quad, store_quad};
use crate::hash::block::{Block, Digest, Messages};
use crate::hash::constants::{SHA256_CONSTANTS, SHA256_START};

/// Digests all messages, the first into the first of `digests`.
#[target_feature(enable = "sse4.1")]
pub(super) fn sha256(messages: Messages<'_>, digests: &mut [Digest]) {
    for (blocks, digest) in messages.iter().zip(digests) {
        let mut state = SHA256_START;
        for block in blocks {
            compress(&mut state, block);
        }
        for (place, word) in digest.as_chunks_mut().0.iter_mut().zip(state) {
            *place = word.to_be_bytes();
        }
    }
}

/// Sixteen steps with the sums of words and constants; meanwhile those of the next sixteen are made,
/// if there are constants for them.
macro_rules! sixteen_steps {
    ($sums:ident, $b_xor_c:ident, $a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident
        $h:ident $(, $words:ident, $constants:ident)?) => {
        four_steps!(0, $sums, $b_xor_c, $a $b $c $d $e $f $g $h $(, $words, $constants)?);
        four_steps!(1, $sums, $b_xor_c, $e $f $g $h $a $b $c $d $(, $words, $constants)?);
        four_steps!(2, $sums, $b_xor_c, $a $b $c $d $e $f $g $h $(, $words, $constants)?);
        four_steps!(3, $sums, $b_xor_c, $e $f $g $h $a $b $c $d $(, $words, $constants)?);
    };
}

macro_rules! four_steps {
    ($four:literal, $sums:ident, $b_xor_c:ident, $a:ident $b:ident $c:ident $d:ident $e:ident
        $f:ident $g:ident $h:ident $(, $words:ident, $constants:ident)?) => {
        let [first, second, third, fourth] = $sums[$four];
        $(
            $words[$four] = next_words([
                $words[$four],
                $words[($four + 1) % 4],
                $words[($four + 2) % 4],
                $words[($four + 3) % 4],
            ]);
            $sums[$four] = add_constants($words[$four], $constants[$four]);
        )?
        step!(first, $b_xor_c, $a $b $c $d $e $f $g $h);
        step!(second, $b_xor_c, $h $a $b $c $d $e $f $g);
        step!(third, $b_xor_c, $g $h $a $b $c $d $e $f);
        step!(fourth, $b_xor_c, $f $g $h $a $b $c $d $e);
    };
}

/// FIPS 180-4, 6.2.2. The names of the variables turn, and not their values.
macro_rules! step {
    ($sum:ident, $b_xor_c:ident, $a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident
        $h:ident) => {
        $h = $h
            .wrapping_add($sum)
            .wrapping_add($g ^ ($e & ($f ^ $g)))
            .wrapping_add($e.rotate_right(6) ^ $e.rotate_right(11) ^ $e.rotate_right(25));
        $d = $d.wrapping_add($h);
        // The majority, of which the step before has one of the two differences.
        let a_xor_b = $a ^ $b;
        $h = $h
            .wrapping_add($b ^ (a_xor_b & $b_xor_c))
            .wrapping_add($a.rotate_right(2) ^ $a.rotate_right(13) ^ $a.rotate_right(22));
        $b_xor_c = a_xor_b;
    };
}

#[target_feature(enable = "sse4.1")]
fn compress(state: &mut [u32; 8], block: &Block) {
    let swap = _mm_set_epi64x(0x0c0d_0e0f_0809_0a0b, 0x0405_0607_0001_0203);
    let mut words = [swap; 4];
    for (words, quad) in words.iter_mut().zip(block.as_chunks().0) {
        *words = _mm_shuffle_epi8(load_quad(quad), swap);
    }
    let ([first, others @ ..], _) = SHA256_CONSTANTS.as_chunks().0.as_chunks::<4>() else {
        return;
    };
    let mut sums = [
        add_constants(words[0], first[0]),
        add_constants(words[1], first[1]),
        add_constants(words[2], first[2]),
        add_constants(words[3], first[3]),
    ];
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    let mut b_xor_c = b ^ c;
    for constants in others {
        sixteen_steps!(sums, b_xor_c, a b c d e f g h, words, constants);
    }
    sixteen_steps!(sums, b_xor_c, a b c d e f g h);
    // What the last step leaves for a next one.
    let _ = b_xor_c;
    for (word, end) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *word = word.wrapping_add(end);
    }
}

/// Four words and their constants, added up for the general registers.
#[inline]
#[target_feature(enable = "sse4.1")]
fn add_constants(words: __m128i, constants: [u32; 4]) -> [u32; 4] {
    let [a, b, c, d] = constants.map(u32::cast_signed);
    let mut sums = [0; 16];
    store_quad(_mm_add_epi32(words, _mm_set_epi32(d, c, b, a)), &mut sums);
    let mut words = [0; 4];
    for (word, bytes) in words.iter_mut().zip(sums.as_chunks().0) {
        *word = u32::from_le_bytes(*bytes);
    }
    words
}

/// The four words that follow sixteen.
#[inline]
#[target_feature(enable = "sse4.1")]
fn next_words([a, b, c, d]: [__m128i; 4]) -> __m128i {
    let early = _mm_alignr_epi8::<4>(b, a);
    let turned = _mm_xor_si128(
        _mm_xor_si128(_mm_srli_epi32::<7>(early), _mm_slli_epi32::<25>(early)),
        _mm_xor_si128(_mm_srli_epi32::<18>(early), _mm_slli_epi32::<14>(early)),
    );
    let mixed = _mm_xor_si128(turned, _mm_srli_epi32::<3>(early));
    let sum = _mm_add_epi32(_mm_add_epi32(a, _mm_alignr_epi8::<4>(d, c)), mixed);
    // The last two of the four words need the first two.
    let low = _mm_set_epi64x(-1, 0x0b0a_0908_0302_0100);
    let late = mixed_late(_mm_shuffle_epi32::<0b11_11_10_10>(d));
    let sum = _mm_add_epi32(sum, _mm_shuffle_epi8(late, low));
    let high = _mm_set_epi64x(0x0b0a_0908_0302_0100, -1);
    let late = mixed_late(_mm_shuffle_epi32::<0b01_01_00_00>(sum));
    _mm_add_epi32(sum, _mm_shuffle_epi8(late, high))
}

/// Of two words, each of which is there twice, so that a shift of both copies rotates the word.
#[inline]
#[target_feature(enable = "sse4.1")]
fn mixed_late(twice: __m128i) -> __m128i {
    let turned = _mm_xor_si128(_mm_srli_epi64::<17>(twice), _mm_srli_epi64::<19>(twice));
    _mm_xor_si128(turned, _mm_srli_epi32::<10>(twice))
}
