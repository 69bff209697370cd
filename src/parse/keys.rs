//! The keys that a map has had. The last of equal keys counts, and finding duplicates must stay
//! linear for maps of any size, also for keys that were chosen to collide.

use std::hash::{BuildHasher, RandomState};

use bumpalo::Bump;

/// Up to this many entries, comparing with each is cheaper than hashing.
pub(super) const SMALL: usize = 16;

/// The slots of a table for so many entries.
fn slots(len: usize) -> usize {
    if len <= SMALL {
        0
    } else {
        len.saturating_mul(2)
            .checked_next_power_of_two()
            .unwrap_or(0)
    }
}

/// What a map of so many entries takes with its index.
pub(super) fn map_bytes<V>(len: usize) -> usize {
    let entries = len.saturating_mul(size_of::<(&str, V)>());
    entries.saturating_add(slots(len).saturating_mul(size_of::<u32>()))
}

/// Finds entries by key. Small maps are searched; larger ones have an open-addressing hash table of
/// positions, with a keyed hash function and a load factor of at most one half.
pub(super) struct KeyIndex<'a> {
    /// Positions plus one; zero is a free slot. Empty for small maps.
    table: &'a mut [u32],
    hasher: &'a RandomState,
}

impl<'a> KeyIndex<'a> {
    /// An index for at most `len` entries.
    pub(super) fn new(len: usize, arena: &'a Bump, hasher: &'a RandomState) -> Self {
        Self {
            table: arena.alloc_slice_fill_copy(slots(len), 0),
            hasher,
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
        let mask = self.table.len() - 1;
        let mut slot = self.hasher.hash_one(key) as usize & mask;
        while let Some(entry) = self.table.get_mut(slot) {
            match entry.checked_sub(1) {
                None => {
                    *entry = u32::try_from(len + 1).unwrap_or(u32::MAX);
                    return None;
                }
                Some(at) if key_at(at as usize) == Some(key) => return Some(at as usize),
                Some(_) => slot = (slot + 1) & mask,
            }
        }
        None
    }
}

/// A [`KeyIndex`] for maps whose size is not known in advance: the table is built when the map
/// becomes too large to be searched, and again when it outgrows the table. Before that, a Bloom
/// filter of 256 bits recognizes most new keys: few keys share their length and their first and last
/// byte.
pub(super) struct GrowingIndex<'a> {
    index: KeyIndex<'a>,
    arena: &'a Bump,
    /// The number of entries that the index is good for.
    capacity: usize,
    /// What its tables have taken.
    bytes: usize,
    filter: [u64; 4],
}

impl<'a> GrowingIndex<'a> {
    pub(super) fn new(arena: &'a Bump, hasher: &'a RandomState) -> Self {
        let index = KeyIndex {
            table: &mut [],
            hasher,
        };
        Self {
            index,
            arena,
            capacity: SMALL,
            bytes: 0,
            filter: [0; 4],
        }
    }

    /// What the complete path takes at least for the index of a map of so many entries, and what this one has taken
    /// besides.
    #[cold]
    pub(super) fn bytes(&self, len: usize) -> usize {
        self.bytes + slots(len).saturating_mul(size_of::<u32>())
    }

    /// Whether `key`, which would be the entry at `len`, is certainly new. If not, `find_or_insert`
    /// must decide.
    #[inline(always)]
    pub(super) fn is_new(&mut self, key: &str, len: usize) -> bool {
        let bytes = key.as_bytes();
        let byte = |byte: Option<&u8>| byte.copied().map_or(0, usize::from);
        // Multiplications by 8 and 4 are part of the addressing mode of an addition.
        let signature = byte(bytes.first()) + bytes.len() * 8 + byte(bytes.last()) * 4;
        let Some(word) = self.filter.get_mut(signature / 64 % 4) else {
            return false;
        };
        let bit = 1 << (signature % 64);
        let seen = *word & bit;
        *word |= bit;
        seen == 0 && len < SMALL
    }

    /// The position of `key`. If there is none, adds it as that of the entry after these.
    #[inline(never)]
    pub(super) fn find_or_insert<V>(&mut self, key: &str, entries: &[(&str, V)]) -> Option<usize> {
        let len = entries.len();
        let key_at = |at: usize| entries.get(at).map(|entry| entry.0);
        if len >= self.capacity {
            self.capacity = len * 4;
            self.index = KeyIndex::new(self.capacity, self.arena, self.index.hasher);
            self.bytes += size_of_val(self.index.table);
            for at in 0..len {
                if let Some(key) = key_at(at) {
                    self.index.find_or_insert(key, at, key_at);
                }
            }
        }
        self.index.find_or_insert(key, len, key_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_large_maps_find_the_same() {
        let (arena, hasher) = (Bump::new(), RandomState::new());
        for len in [0, 1, 16, 17, if cfg!(miri) { 40 } else { 1000 }] {
            let mut index = KeyIndex::new(len * 2, &arena, &hasher);
            let keys: Vec<String> = (0..len).map(|i| format!("k{i}")).collect();
            for (at, key) in keys.iter().enumerate() {
                assert_eq!(
                    index.find_or_insert(key, at, |i| keys.get(i).map(String::as_str)),
                    None
                );
            }
            for (at, key) in keys.iter().enumerate() {
                let found = index.find_or_insert(key, len, |i| keys.get(i).map(String::as_str));
                assert_eq!(found, Some(at));
            }
        }
    }
}
