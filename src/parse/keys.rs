//! The keys of a map that were read so far. The last of equal keys counts, and duplicates must be
//! found in linear time for maps of any size, also for keys that were chosen to collide.

use std::hash::{BuildHasher, Hasher as _, RandomState};

use bumpalo::Bump;

/// Up to this many entries, comparing with each is cheaper than hashing.
pub(super) const SMALL: usize = 16;

/// The number of slots of a table for this many entries.
fn slots(len: usize) -> usize {
    if len <= SMALL {
        0
    } else {
        len.saturating_mul(2)
            .checked_next_power_of_two()
            .unwrap_or(0)
    }
}

/// The memory of a map of this many entries and its index.
pub(super) fn map_bytes<V>(len: usize) -> usize {
    let entries = len.saturating_mul(size_of::<(&str, V)>());
    entries.saturating_add(slots(len).saturating_mul(size_of::<u32>()))
}

/// As above, but for maps in which most new keys are recognized without comparing.
const FILTERED: usize = 32;

/// The longest probe with the fast hash function. At a load factor of one half, longer ones hardly
/// ever occur by chance.
const LONGEST_PROBE: usize = 64;

/// The keyed hash functions of a scratch: a fast one, and SipHash for maps whose keys collide in
/// the fast one, which does not resist chosen keys.
#[derive(Clone, Default)]
pub(super) struct KeyHasher<F = foldhash::fast::RandomState> {
    fast: F,
    strong: RandomState,
}

/// Finds entries by key. Small maps are searched; larger ones have an open-addressing hash table of
/// positions with a load factor of at most one half. After a probe that is too long, the table is
/// rebuilt with the stronger hash function, so that a map takes linear time for any keys.
pub(super) struct KeyIndex<'a, F = foldhash::fast::RandomState> {
    /// Positions plus one; zero is a free slot. Empty for small maps.
    table: &'a mut [u32],
    hasher: &'a KeyHasher<F>,
    strong: bool,
}

impl<'a, F: BuildHasher> KeyIndex<'a, F> {
    /// An index for at most `len` entries.
    pub(super) fn new(len: usize, arena: &'a Bump, hasher: &'a KeyHasher<F>) -> Self {
        Self {
            table: arena.alloc_slice_fill_copy(slots(len), 0),
            hasher,
            strong: false,
        }
    }

    /// The position of `key`. If there is none, adds it as that of the next entry, `len`.
    pub(super) fn find_or_insert<'k>(
        &mut self,
        key: &str,
        len: usize,
        key_at: impl Fn(usize) -> Option<&'k str>,
    ) -> Option<usize> {
        if self.table.is_empty() {
            return (0..len).find(|&at| key_at(at) == Some(key));
        }
        if self.strong {
            let hash = self.hasher.strong.hash_one(key);
            return self.probe(hash, usize::MAX, key, len, key_at).ok()?;
        }
        // As a whole, without the byte that `str` appends to distinguish adjacent texts.
        let mut state = self.hasher.fast.build_hasher();
        state.write(key.as_bytes());
        match self.probe(state.finish(), LONGEST_PROBE, key, len, &key_at) {
            Ok(found) => found,
            Err(TooLong) => self.find_or_insert_strongly(key, len, key_at),
        }
    }

    /// Rebuilds the table with the stronger hash function.
    #[cold]
    fn find_or_insert_strongly<'k>(
        &mut self,
        key: &str,
        len: usize,
        key_at: impl Fn(usize) -> Option<&'k str>,
    ) -> Option<usize> {
        self.strong = true;
        self.table.fill(0);
        for at in 0..len {
            if let Some(key) = key_at(at) {
                let hash = self.hasher.strong.hash_one(key);
                let _ = self.probe(hash, usize::MAX, key, at, &key_at);
            }
        }
        let hash = self.hasher.strong.hash_one(key);
        self.probe(hash, usize::MAX, key, len, key_at).ok()?
    }

    /// As `find_or_insert`, by linear probing over at most `longest` slots.
    #[inline]
    fn probe<'k>(
        &mut self,
        hash: u64,
        longest: usize,
        key: &str,
        len: usize,
        key_at: impl Fn(usize) -> Option<&'k str>,
    ) -> Result<Option<usize>, TooLong> {
        let mask = self.table.len() - 1;
        let mut slot = hash as usize & mask;
        for _ in 0..longest {
            let Some(entry) = self.table.get_mut(slot) else {
                break;
            };
            match entry.checked_sub(1) {
                None => {
                    *entry = u32::try_from(len + 1).unwrap_or(u32::MAX);
                    return Ok(None);
                }
                Some(at) if key_at(at as usize) == Some(key) => return Ok(Some(at as usize)),
                Some(_) => slot = (slot + 1) & mask,
            }
        }
        Err(TooLong)
    }
}

/// A probe exceeded the limit.
struct TooLong;

/// A [`KeyIndex`] for maps whose size is not known in advance: the table is built when the map
/// becomes too large to be searched, and again when it outgrows the table. Before that, a Bloom
/// filter of 256 bits recognizes most new keys.
pub(super) struct GrowingIndex<'a> {
    index: KeyIndex<'a>,
    arena: &'a Bump,
    /// The number of entries for which the index has room.
    capacity: usize,
    /// The memory that its tables have taken.
    bytes: usize,
    filter: [u64; 4],
}

impl<'a> GrowingIndex<'a> {
    pub(super) fn new(arena: &'a Bump, hasher: &'a KeyHasher) -> Self {
        let index = KeyIndex {
            table: &mut [],
            hasher,
            strong: false,
        };
        Self {
            index,
            arena,
            capacity: FILTERED,
            bytes: 0,
            filter: [0; 4],
        }
    }

    /// The least memory that the complete path takes for the index of a map of this many entries,
    /// and the memory that this index has taken in addition.
    #[cold]
    pub(super) fn bytes(&self, len: usize) -> usize {
        self.bytes + slots(len).saturating_mul(size_of::<u32>())
    }

    /// Whether `key`, which would be the entry at `len`, is certainly new. If not, `find_or_insert`
    /// must decide.
    #[inline(always)]
    pub(super) fn is_new(&mut self, key: &str, len: usize) -> bool {
        let signature = signature(key.as_bytes());
        let Some(word) = self.filter.get_mut(signature / 64 % 4) else {
            return false;
        };
        let bit = 1 << (signature % 64);
        let seen = *word & bit;
        *word |= bit;
        seen == 0 && len < FILTERED
    }

    /// The position of `key`. If there is none, adds it as the key of the next entry.
    #[inline(never)]
    pub(super) fn find_or_insert<V>(&mut self, key: &str, entries: &[(&str, V)]) -> Option<usize> {
        let len = entries.len();
        let key_at = |at: usize| entries.get(at).map(|entry| entry.0);
        if len >= self.capacity {
            self.capacity = len * 4;
            let strong = self.index.strong;
            self.index = KeyIndex::new(self.capacity, self.arena, self.index.hasher);
            self.bytes += size_of_val(self.index.table);
            self.index.strong = strong;
            for at in 0..len {
                if let Some(key) = key_at(at) {
                    self.index.find_or_insert(key, at, key_at);
                }
            }
        }
        self.index.find_or_insert(key, len, key_at)
    }
}

/// A number below 256 that few keys of a map share: a multiplicative hash (Knuth, volume 3,
/// "Hashing") of their first and last four bytes, or for shorter keys a sum of the first byte, the
/// last byte and the length.
#[inline(always)]
fn signature(key: &[u8]) -> usize {
    match (key.first_chunk::<4>(), key.last_chunk::<4>()) {
        (Some(first), Some(last)) => {
            let first = u64::from(u32::from_le_bytes(*first)) << 32;
            let both = first + u64::from(u32::from_le_bytes(*last));
            (both.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize
        }
        _ => {
            let byte = |byte: Option<&u8>| byte.copied().map_or(0, usize::from);
            (byte(key.first()) + key.len() * 8 + byte(key.last()) * 4) % 256
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::hash::BuildHasherDefault;

    use super::*;

    #[test]
    fn small_and_large_maps_find_the_same() {
        let arena = Bump::new();
        let hasher: KeyHasher = KeyHasher::default();
        for len in [0, 1, 16, 17, if cfg!(miri) { 40 } else { 1000 }] {
            let mut index = KeyIndex::new(len * 2, &arena, &hasher);
            find_all(&mut index, len, &Cell::new(0));
            assert!(!index.strong);
        }
    }

    /// Every key collides with every other one.
    #[derive(Default)]
    struct Constant;

    impl std::hash::Hasher for Constant {
        fn write(&mut self, _: &[u8]) {}

        fn finish(&self) -> u64 {
            7
        }
    }

    #[test]
    fn colliding_keys_take_linear_time() {
        let (arena, compared) = (Bump::new(), Cell::new(0));
        let hasher = KeyHasher::<BuildHasherDefault<Constant>>::default();
        let lengths: &[usize] = if cfg!(miri) {
            &[100, 300]
        } else {
            &[100, 1_000, 10_000]
        };
        for &len in lengths {
            let mut index = KeyIndex::new(len, &arena, &hasher);
            compared.set(0);
            find_all(&mut index, len, &compared);
            assert!(index.strong);
            let compared = compared.get();
            assert!(compared < 8 * len + 64 * 64, "{compared} for {len}");
        }
    }

    /// Adds this many keys and finds them all again. Counts how often keys are compared.
    fn find_all<F: BuildHasher>(index: &mut KeyIndex<'_, F>, len: usize, compared: &Cell<usize>) {
        let keys: Vec<String> = (0..len).map(|i| format!("k{i}")).collect();
        let key_at = |at: usize| {
            compared.set(compared.get() + 1);
            keys.get(at).map(String::as_str)
        };
        for (at, key) in keys.iter().enumerate() {
            assert_eq!(index.find_or_insert(key, at, key_at), None);
        }
        for (at, key) in keys.iter().enumerate() {
            assert_eq!(index.find_or_insert(key, len, key_at), Some(at));
        }
    }

    #[test]
    fn growing_maps_find_every_key() {
        let (arena, hasher) = (Bump::new(), KeyHasher::default());
        // Keys of one signature, and keys of many.
        for name in ["same{}name", "{}"] {
            let mut index = GrowingIndex::new(&arena, &hasher);
            let keys: Vec<String> = (0..500)
                .map(|number| name.replace("{}", &number.to_string()))
                .collect();
            let mut entries: Vec<(&str, usize)> = Vec::new();
            for (at, key) in keys.iter().enumerate() {
                if !index.is_new(key, at) {
                    assert_eq!(index.find_or_insert(key, &entries), None, "{key}");
                }
                entries.push((key, at));
                let again = entries.get(at / 2).unwrap().0;
                assert!(!index.is_new(again, entries.len()), "{again}");
                let found = index.find_or_insert(again, &entries);
                assert_eq!(found, Some(at / 2), "{again}");
            }
        }
    }
}
