//! The three digests over many messages at once, written once for every instruction set.
//!
//! A vector register holds the same 32-bit word of several messages, one message per lane. The
//! digests consist only of additions, rotations and three-way logic on such words, so a message
//! takes its share of the time of a register (Gueron and Krasnov, "Simultaneous hashing of multiple
//! messages", 2012).
//!
//! This is a macro and not a generic function because of the rules for safe code: a function with a
//! `target_feature` may call the instructions of that feature safely, the methods of a trait may
//! not. So there is no `unsafe` here, and the compiler checks that only instructions of the
//! declared features are used. (Arrays of integers with automatic vectorization would be safe as
//! well, but take two to three times as long.)
//!
//! The file of an instruction set provides, under these names:
//!
//! - `Register`, and its number `LANES` of 32-bit lanes;
//! - `splat`, `add`, `xor`, `rotate_left`, `shift_right`, and `swap_bytes` of each lane;
//! - the logic functions of the digests, bit by bit: `choose(a, b, c)` is `b` where `a` is set and
//!   otherwise `c`; `majority`; `parity`, which is the exclusive or of three; `md5_i(b, c, d)`,
//!   which is `c ^ (b | !d)`;
//! - `majority_by(a, b, c, a ^ b, b ^ c)`, which is the majority computed with the given
//!   differences: each difference is used in two steps;
//! - `Quad`, a register of four lanes, with `load_quad` and `store_quad`, and `join` and `split`
//!   between a register and its quads;
//! - `transpose`, which transposes the four rows of four columns that each quad of four registers
//!   contains.

/// Defines `fn digest(Algorithm, Messages, &mut [Digest])` with the given target features: it
/// digests all messages, one or two registers at a time. Lanes without a message are computed and
/// dropped.
macro_rules! lane_digests {
    ($features:literal) => {
        use $crate::hash::Algorithm;
        use $crate::hash::block::{Block, Digest, Messages};
        use $crate::hash::constants::{MD5_START, SHA1_START, SHA256_CONSTANTS, SHA256_START};
        use $crate::hash::lanes::{md5_steps, sha1_steps, sha256_steps, sha256_word};

        #[target_feature(enable = $features)]
        fn digest(algorithm: Algorithm, mut messages: Messages<'_>, mut digests: &mut [Digest]) {
            while !messages.is_empty() {
                // A step of MD5 depends on the one before, which leaves most of the CPU idle: two
                // registers in parallel take little longer than one. SHA-1 and SHA-256 fill the CPU
                // with one.
                let pair = algorithm == Algorithm::Md5 && messages.len() > LANES;
                let (now, later) = messages.split_at(if pair { 2 * LANES } else { LANES });
                match algorithm {
                    Algorithm::Md5 if pair => md5::<2>(now, digests),
                    Algorithm::Md5 => md5::<1>(now, digests),
                    Algorithm::Sha1 => sha1::<1>(now, digests),
                    Algorithm::Sha256 => sha256::<1>(now, digests),
                }
                digests = digests.get_mut(now.len()..).unwrap_or_default();
                messages = later;
            }
        }

        /// The same word of `N * LANES` messages.
        #[derive(Clone, Copy)]
        struct Words<const N: usize>([Register; N]);

        impl<const N: usize> Words<N> {
            #[inline]
            #[target_feature(enable = $features)]
            fn splat(word: u32) -> Self {
                Self([splat(word); N])
            }

            #[inline]
            #[target_feature(enable = $features)]
            fn each(mut self, change: impl Fn(Register) -> Register) -> Self {
                for a in &mut self.0 {
                    *a = change(*a);
                }
                self
            }

            #[inline]
            #[target_feature(enable = $features)]
            fn each2(mut self, b: Self, change: impl Fn(Register, Register) -> Register) -> Self {
                for (a, b) in self.0.iter_mut().zip(&b.0) {
                    *a = change(*a, *b);
                }
                self
            }

            #[inline]
            #[target_feature(enable = $features)]
            fn each3(
                mut self,
                b: Self,
                c: Self,
                change: impl Fn(Register, Register, Register) -> Register,
            ) -> Self {
                for ((a, b), c) in self.0.iter_mut().zip(&b.0).zip(&c.0) {
                    *a = change(*a, *b, *c);
                }
                self
            }

            #[inline]
            #[target_feature(enable = $features)]
            fn add(self, other: Self) -> Self {
                self.each2(other, |a, b| add(a, b))
            }

            #[inline]
            #[target_feature(enable = $features)]
            fn xor(self, other: Self) -> Self {
                self.each2(other, |a, b| xor(a, b))
            }

            #[inline]
            #[target_feature(enable = $features)]
            fn rotate_left<const BITS: i32>(self) -> Self {
                self.each(|a| rotate_left::<BITS>(a))
            }

            #[inline]
            #[target_feature(enable = $features)]
            fn shift_right<const BITS: u32>(self) -> Self {
                self.each(|a| shift_right::<BITS>(a))
            }

            #[inline]
            #[target_feature(enable = $features)]
            fn choose(a: Self, b: Self, c: Self) -> Self {
                a.each3(b, c, |a, b, c| choose(a, b, c))
            }

            #[inline]
            #[target_feature(enable = $features)]
            fn majority(a: Self, b: Self, c: Self) -> Self {
                a.each3(b, c, |a, b, c| majority(a, b, c))
            }

            #[inline]
            #[target_feature(enable = $features)]
            fn majority_by(
                mut a: Self,
                b: Self,
                c: Self,
                a_xor_b: Self,
                b_xor_c: Self,
            ) -> Self {
                let differences = a_xor_b.0.iter().zip(&b_xor_c.0);
                let words = a.0.iter_mut().zip(&b.0).zip(&c.0);
                for (((a, b), c), (a_xor_b, b_xor_c)) in words.zip(differences) {
                    *a = majority_by(*a, *b, *c, *a_xor_b, *b_xor_c);
                }
                a
            }

            #[inline]
            #[target_feature(enable = $features)]
            fn parity(a: Self, b: Self, c: Self) -> Self {
                a.each3(b, c, |a, b, c| parity(a, b, c))
            }

            #[inline]
            #[target_feature(enable = $features)]
            fn md5_i(b: Self, c: Self, d: Self) -> Self {
                b.each3(c, d, |b, c, d| md5_i(b, c, d))
            }

            /// The sixteen words of block number `block` of every message.
            #[inline]
            #[target_feature(enable = $features)]
            fn load(messages: Messages<'_>, block: usize, swap: bool) -> [Self; 16] {
                // Not a loop over the registers: the compiler would keep them in memory.
                let firsts = load(messages.rows(0, block), swap);
                let mut words = [Self::splat(0); 16];
                for (word, first) in words.iter_mut().zip(firsts) {
                    *word = Self([first; N]);
                }
                if N == 2 {
                    let seconds = load(messages.rows(LANES, block), swap);
                    for (word, second) in words.iter_mut().zip(seconds) {
                        if let Some(place) = word.0.get_mut(1) {
                            *place = second;
                        }
                    }
                }
                words
            }

            /// Writes the words of every message into its digest, as far as there are digests.
            #[inline]
            #[target_feature(enable = $features)]
            fn store<const WORDS: usize>(
                words: [Self; WORDS],
                digests: &mut [Digest],
                swap: bool,
            ) {
                let mut columns = [splat(0); 8];
                for (column, word) in columns.iter_mut().zip(&words) {
                    *column = *word.0.first().unwrap_or(column);
                }
                store::<WORDS>(columns, digests, swap);
                if N == 2 {
                    for (column, word) in columns.iter_mut().zip(&words) {
                        *column = *word.0.get(1).unwrap_or(column);
                    }
                    let digests = digests.get_mut(LANES..).unwrap_or_default();
                    store::<WORDS>(columns, digests, swap);
                }
            }
        }

        /// Sixteen words of each row, by column, with the bytes of each word swapped if necessary.
        #[inline]
        #[target_feature(enable = $features)]
        fn load(rows: [&Block; LANES], swap: bool) -> [Register; 16] {
            let mut words = [splat(0); 16];
            for (quad, words) in words.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                let mut columns = [splat(0); 4];
                for (first, column) in columns.iter_mut().enumerate() {
                    let mut quads = [load_quad(&[0; 16]); LANES / 4];
                    let rows = rows.iter().skip(first).step_by(4);
                    for (row, place) in rows.zip(&mut quads) {
                        if let Some(bytes) = row.as_chunks().0.get(quad) {
                            *place = load_quad(bytes);
                        }
                    }
                    let joined = join(quads);
                    *column = if swap { swap_bytes(joined) } else { joined };
                }
                *words = transpose(columns);
            }
            words
        }

        /// Writes up to eight words by column into the digests of as many rows as there are.
        #[inline]
        #[target_feature(enable = $features)]
        fn store<const WORDS: usize>(words: [Register; 8], digests: &mut [Digest], swap: bool) {
            if let Some(digests) = digests.first_chunk_mut() {
                store_all::<WORDS>(words, digests, swap);
            } else {
                let mut all = [[0; 32]; LANES];
                store_all::<WORDS>(words, &mut all, swap);
                for (digest, found) in digests.iter_mut().zip(all) {
                    *digest = found;
                }
            }
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn store_all<const WORDS: usize>(
            words: [Register; 8],
            digests: &mut [Digest; LANES],
            swap: bool,
        ) {
            let (quads, _) = words.as_chunks::<4>();
            for (quad, columns) in quads.iter().enumerate().take(WORDS.div_ceil(4)) {
                for (first, row) in transpose(*columns).into_iter().enumerate() {
                    let row = if swap { swap_bytes(row) } else { row };
                    let digests = digests.iter_mut().skip(first).step_by(4);
                    for (digest, row) in digests.zip(split(row)) {
                        if let Some(bytes) = digest.as_chunks_mut().0.get_mut(quad) {
                            store_quad(row, bytes);
                        }
                    }
                }
            }
        }

        /// RFC 1321, 3.4.
        #[target_feature(enable = $features)]
        fn md5<const N: usize>(messages: Messages<'_>, digests: &mut [Digest]) {
            let [a, b, c, d] = MD5_START;
            let mut start = [
                Words::<N>::splat(a),
                Words::splat(b),
                Words::splat(c),
                Words::splat(d),
            ];
            for block in 0..messages.blocks_each() {
                let words = Words::load(messages, block, false);
                let mut state = start;
                md5_steps!(state, words, |b, c, d| Words::choose(b, c, d);
                    0 7 0xd76a_a478, 1 12 0xe8c7_b756, 2 17 0x2420_70db, 3 22 0xc1bd_ceee,
                    4 7 0xf57c_0faf, 5 12 0x4787_c62a, 6 17 0xa830_4613, 7 22 0xfd46_9501,
                    8 7 0x6980_98d8, 9 12 0x8b44_f7af, 10 17 0xffff_5bb1, 11 22 0x895c_d7be,
                    12 7 0x6b90_1122, 13 12 0xfd98_7193, 14 17 0xa679_438e, 15 22 0x49b4_0821);
                md5_steps!(state, words, |b, c, d| Words::choose(d, b, c);
                    1 5 0xf61e_2562, 6 9 0xc040_b340, 11 14 0x265e_5a51, 0 20 0xe9b6_c7aa,
                    5 5 0xd62f_105d, 10 9 0x0244_1453, 15 14 0xd8a1_e681, 4 20 0xe7d3_fbc8,
                    9 5 0x21e1_cde6, 14 9 0xc337_07d6, 3 14 0xf4d5_0d87, 8 20 0x455a_14ed,
                    13 5 0xa9e3_e905, 2 9 0xfcef_a3f8, 7 14 0x676f_02d9, 12 20 0x8d2a_4c8a);
                md5_steps!(state, words, |b, c, d| Words::parity(b, c, d);
                    5 4 0xfffa_3942, 8 11 0x8771_f681, 11 16 0x6d9d_6122, 14 23 0xfde5_380c,
                    1 4 0xa4be_ea44, 4 11 0x4bde_cfa9, 7 16 0xf6bb_4b60, 10 23 0xbebf_bc70,
                    13 4 0x289b_7ec6, 0 11 0xeaa1_27fa, 3 16 0xd4ef_3085, 6 23 0x0488_1d05,
                    9 4 0xd9d4_d039, 12 11 0xe6db_99e5, 15 16 0x1fa2_7cf8, 2 23 0xc4ac_5665);
                md5_steps!(state, words, |b, c, d| Words::md5_i(b, c, d);
                    0 6 0xf429_2244, 7 10 0x432a_ff97, 14 15 0xab94_23a7, 5 21 0xfc93_a039,
                    12 6 0x655b_59c3, 3 10 0x8f0c_cc92, 10 15 0xffef_f47d, 1 21 0x8584_5dd1,
                    8 6 0x6fa8_7e4f, 15 10 0xfe2c_e6e0, 6 15 0xa301_4314, 13 21 0x4e08_11a1,
                    4 6 0xf753_7e82, 11 10 0xbd3a_f235, 2 15 0x2ad7_d2bb, 9 21 0xeb86_d391);
                for (start, word) in start.iter_mut().zip(&state) {
                    *start = start.add(*word);
                }
            }
            Words::store(start, digests, false);
        }

        /// FIPS 180-4, 6.1.2.
        #[target_feature(enable = $features)]
        fn sha1<const N: usize>(messages: Messages<'_>, digests: &mut [Digest]) {
            let [a, b, c, d, e] = SHA1_START;
            let mut start = [
                Words::<N>::splat(a),
                Words::splat(b),
                Words::splat(c),
                Words::splat(d),
                Words::splat(e),
            ];
            for block in 0..messages.blocks_each() {
                let mut words = Words::load(messages, block, true);
                let mut state = start;
                sha1_steps!(state, words, choose, 0x5a82_7999;
                    0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19);
                sha1_steps!(state, words, parity, 0x6ed9_eba1;
                    20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39);
                sha1_steps!(state, words, majority, 0x8f1b_bcdc;
                    40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59);
                sha1_steps!(state, words, parity, 0xca62_c1d6;
                    60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79);
                for (start, word) in start.iter_mut().zip(&state) {
                    *start = start.add(*word);
                }
            }
            Words::store(start, digests, true);
        }

        /// FIPS 180-4, 6.2.2.
        #[target_feature(enable = $features)]
        fn sha256<const N: usize>(messages: Messages<'_>, digests: &mut [Digest]) {
            let [a, b, c, d, e, f, g, h] = SHA256_START;
            let mut start = [
                Words::<N>::splat(a),
                Words::splat(b),
                Words::splat(c),
                Words::splat(d),
                Words::splat(e),
                Words::splat(f),
                Words::splat(g),
                Words::splat(h),
            ];
            for block in 0..messages.blocks_each() {
                let mut words = Words::load(messages, block, true);
                let mut state = start;
                let [_, b, c, ..] = start;
                let mut b_xor_c = b.xor(c);
                // Not all 64 steps in one piece: they would be more code than the cache for decoded
                // instructions of some CPUs can hold.
                let ([first, others @ ..], _) = SHA256_CONSTANTS.as_chunks::<16>() else {
                    return;
                };
                sha256_steps!(state, b_xor_c, words, first, given;
                    0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
                for constants in others {
                    sha256_steps!(state, b_xor_c, words, constants, next;
                        0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15);
                }
                for (start, word) in start.iter_mut().zip(&state) {
                    *start = start.add(*word);
                }
            }
            Words::store(start, digests, true);
        }
    };
}

/// Steps of MD5: for each, the message word, the rotation and the constant.
macro_rules! md5_steps {
    ($state:ident, $words:ident, |$b:ident, $c:ident, $d:ident| $logic:expr;
        $($word:literal $turn:literal $constant:literal),*) => {$({
        let [a, $b, $c, $d] = $state;
        let sum = a.add($words[$word].add(Words::splat($constant))).add($logic);
        $state = [$d, $b.add(sum.rotate_left::<$turn>()), $b, $c];
    })*};
}

/// Steps of SHA-1, by number; the last sixteen words of the schedule rotate in `$words`.
macro_rules! sha1_steps {
    ($state:ident, $words:ident, $logic:ident, $constant:literal; $($step:literal)*) => {$({
        if $step >= 16 {
            let mixed = Words::parity(
                $words[($step + 2) % 16],
                $words[($step + 8) % 16],
                $words[($step + 13) % 16],
            );
            $words[$step % 16] = $words[$step % 16].xor(mixed).rotate_left::<1>();
        }
        let [a, b, c, d, e] = $state;
        let sum = e
            .add($words[$step % 16].add(Words::splat($constant)))
            .add(Words::$logic(b, c, d))
            .add(a.rotate_left::<5>());
        $state = [sum, a, b.rotate_left::<30>(), c, d];
    })*};
}

/// A word of SHA-256's schedule, by its number among sixteen: as given by the message, or the next
/// one, which replaces it.
///
/// The right rotations of FIPS 180-4, 4.1.2 are written as left rotations by the complement.
macro_rules! sha256_word {
    (given $words:ident $step:literal) => {};
    (next $words:ident $step:literal) => {
        let (early, late) = ($words[($step + 1) % 16], $words[($step + 14) % 16]);
        $words[$step] = $words[$step]
            .add(Words::parity(
                early.rotate_left::<25>(),
                early.rotate_left::<14>(),
                early.shift_right::<3>(),
            ))
            .add($words[($step + 9) % 16])
            .add(Words::parity(
                late.rotate_left::<15>(),
                late.rotate_left::<13>(),
                late.shift_right::<10>(),
            ));
    };
}

/// Sixteen steps of SHA-256 with their constants, and with words that are `given` or the `next`.
macro_rules! sha256_steps {
    ($state:ident, $b_xor_c:ident, $words:ident, $constants:ident, $which:ident;
        $($step:literal)*) => {$({
        sha256_word!($which $words $step);
        let [a, b, c, d, e, f, g, h] = $state;
        let first = h
            .add($words[$step].add(Words::splat($constants[$step])))
            .add(Words::choose(e, f, g))
            .add(Words::parity(
                e.rotate_left::<26>(),
                e.rotate_left::<21>(),
                e.rotate_left::<7>(),
            ));
        let a_xor_b = a.xor(b);
        let second = Words::majority_by(a, b, c, a_xor_b, $b_xor_c).add(Words::parity(
            a.rotate_left::<30>(),
            a.rotate_left::<19>(),
            a.rotate_left::<10>(),
        ));
        $b_xor_c = a_xor_b;
        $state = [first.add(second), a, b, c, d.add(first), e, f, g];
    })*};
}

pub(super) use {lane_digests, md5_steps, sha1_steps, sha256_steps, sha256_word};
