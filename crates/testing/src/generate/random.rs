//! The pseudo-random numbers of the generator: xoshiro256++, seeded by SplitMix64.
//!
//! A seed must produce the same bytes in every version and on every platform, so this uses only
//! wrapping 64-bit integer arithmetic, and no dependency whose stream could change with a version.
//! It is not cryptographically secure.
//!
//! Both algorithms are by D. Blackman and S. Vigna (public domain), <https://prng.di.unimi.it>.

/// One step of SplitMix64.
///
/// It also derives the seed of a message, a user or a device from the seed of the stream and a
/// number.
pub(super) const fn mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A stream of pseudo-random numbers.
#[derive(Debug, Clone)]
pub(crate) struct Random {
    a: u64,
    b: u64,
    c: u64,
    d: u64,
}

impl Random {
    /// The stream for this seed.
    pub(crate) const fn new(seed: u64) -> Self {
        const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
        Self {
            a: mix(seed),
            b: mix(seed.wrapping_add(GOLDEN)),
            c: mix(seed.wrapping_add(GOLDEN.wrapping_mul(2))),
            d: mix(seed.wrapping_add(GOLDEN.wrapping_mul(3))),
        }
    }

    /// The next 64 bits.
    #[inline]
    pub(crate) const fn bits(&mut self) -> u64 {
        let result = self
            .a
            .wrapping_add(self.d)
            .rotate_left(23)
            .wrapping_add(self.a);
        let t = self.b << 17;
        self.c ^= self.a;
        self.d ^= self.b;
        self.b ^= self.c;
        self.a ^= self.d;
        self.c ^= t;
        self.d = self.d.rotate_left(45);
        result
    }

    /// A number below `n`, or 0 if `n` is 0. The bias of the multiplication (below n / 2^32) is
    /// negligible here.
    #[inline]
    pub(crate) const fn below(&mut self, n: u32) -> u32 {
        (((self.bits() >> 32) * n as u64) >> 32) as u32
    }

    /// A number from `low` to `high`, inclusive; `low` if the range is empty.
    #[inline]
    pub(super) const fn between(&mut self, low: u64, high: u64) -> u64 {
        if high <= low {
            return low;
        }
        let wide = self.bits() as u128 * ((high - low) as u128 + 1);
        low + (wide >> 64) as u64
    }

    /// True with a probability of `percent` per cent.
    #[inline]
    pub(crate) const fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// One element of `table`; the default of the type if the table is empty.
    #[inline]
    pub(super) fn pick<T: Copy + Default>(&mut self, table: &[T]) -> T {
        let at = self.below(table.len() as u32) as usize;
        table.get(at).copied().unwrap_or_default()
    }

    /// Up to `count` distinct elements of `table` in pseudo-random order, for the keys of maps.
    ///
    /// The length of the table must be a power of two: then steps of any odd size visit every
    /// element once before they repeat.
    pub(super) fn distinct<T: Copy + Default>(
        &mut self,
        table: &'static [T],
        count: usize,
    ) -> Distinct<T> {
        debug_assert!(table.len().is_power_of_two());
        let bits = self.bits();
        Distinct {
            table,
            at: (bits >> 32) as usize,
            stride: (bits as u32 | 1) as usize,
            left: count.min(table.len()),
        }
    }
}

/// The iterator that [`Random::distinct`] returns.
#[derive(Clone)]
pub(super) struct Distinct<T: 'static> {
    table: &'static [T],
    at: usize,
    stride: usize,
    left: usize,
}

impl<T: Copy + Default> Iterator for Distinct<T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        self.left = self.left.checked_sub(1)?;
        let mask = self.table.len().wrapping_sub(1);
        let item = self.table.get(self.at & mask).copied();
        self.at = (self.at & mask) + (self.stride & mask);
        Some(item.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first outputs of the published reference implementation of SplitMix64 for the seed
    /// 1234567.
    #[test]
    fn splitmix_agrees_with_its_reference() {
        let golden = 0x9E37_79B9_7F4A_7C15_u64;
        let outputs =
            [0, 1, 2].map(|i: u64| mix(1_234_567_u64.wrapping_add(golden.wrapping_mul(i))));
        assert_eq!(
            outputs,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    /// The first outputs of the published reference implementation of xoshiro256++ for the state 1,
    /// 2, 3, 4.
    #[test]
    fn xoshiro_agrees_with_its_reference() {
        let mut random = Random {
            a: 1,
            b: 2,
            c: 3,
            d: 4,
        };
        let outputs = [(); 4].map(|()| random.bits());
        assert_eq!(
            outputs,
            [
                41_943_041,
                58_720_359,
                3_588_806_011_781_223,
                3_591_011_842_654_386
            ]
        );
    }

    #[test]
    fn numbers_are_in_range() {
        let mut random = Random::new(7);
        let mut seen = [false; 5];
        for _ in 0..1000 {
            assert!(random.below(3) < 3);
            seen[random.between(10, 14) as usize - 10] = true;
        }
        assert_eq!(seen, [true; 5]);
        assert_eq!(
            (random.below(0), random.between(9, 3), random.between(4, 4)),
            (0, 9, 4)
        );
        assert!(random.between(0, u64::MAX - 1) < u64::MAX);
    }

    #[test]
    fn distinct_elements_are_distinct() {
        const TABLE: &[u32] = &[1, 2, 3, 4, 5, 6, 7, 8];
        let mut random = Random::new(3);
        for _ in 0..100 {
            let mut all: Vec<u32> = random.distinct(TABLE, 100).collect();
            all.sort_unstable();
            assert_eq!(all, TABLE);
        }
    }
}
