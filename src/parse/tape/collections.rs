//! Lists and maps of the complete path. The entries of a map stay in the order of the object, the
//! last of equal keys counts, and `null` removes an entry.

use bumpalo::collections::Vec as ArenaVec;

use super::super::keys::{KeyIndex, map_bytes};
use super::decoder::{Fault, Object, TapeDecoder};
use crate::schema::{Coercion, Decode, Decoder, Map};

impl<'a> TapeDecoder<'_, 'a> {
    /// The elements of a list.
    pub(super) fn read_elements<T: Decode<'a>>(
        &mut self,
        len: usize,
    ) -> Result<Option<&'a [T]>, Fault> {
        let mut elements = ArenaVec::with_capacity_in(len, self.arena);
        for _ in 0..len {
            let place = self.node();
            let is_null = self.is_null();
            elements.extend(T::decode(self)?);
            if is_null {
                self.coerced(Coercion::NullElement, place)?;
            }
        }
        Ok(Some(elements.into_bump_slice()))
    }

    pub(super) fn read_map<V: Decode<'a>>(
        &mut self,
        key_of: fn(&'a str) -> (&'a str, bool),
        value_of: fn(&mut Self) -> Result<Option<V>, Fault>,
    ) -> Result<Option<Map<'a, V>>, Fault> {
        let Some(mut object) = self.object()? else {
            return Ok(None);
        };
        self.charge(map_bytes::<V>(object.left))?;
        let arena = self.arena;
        let mut entries: ArenaVec<'a, (&'a str, V)> =
            ArenaVec::with_capacity_in(object.left, arena);
        let mut index = KeyIndex::new(object.left, arena, self.hasher);
        while let Some(key) = self.next_key(&mut object)? {
            let key = self.known_as(key_of(key))?;
            let Some(value) = value_of(self)? else {
                // From the first `null` on, entries may be removed and added again.
                return self.map_with_nulls(object, key_of, value_of, entries, index, key);
            };
            match index.find_or_insert(key, entries.len(), |at| entries.get(at).map(|e| e.0)) {
                None => entries.push((key, value)),
                Some(at) => {
                    if let Some(entry) = entries.get_mut(at) {
                        entry.1 = value;
                    }
                }
            }
        }
        Ok(Some(Map::new(entries.into_bump_slice())))
    }

    /// The key just read. Counts it if it is not known.
    fn known_as(&mut self, (key, known): (&'a str, bool)) -> Result<&'a str, Fault> {
        if !known {
            self.unknown_value()?;
        }
        Ok(key)
    }

    /// Continues with a map in which the value of `key`, just read, is `null`. This is rare, so the
    /// entries may be copied.
    #[cold]
    fn map_with_nulls<V: Decode<'a>>(
        &mut self,
        mut object: Object,
        key_of: fn(&'a str) -> (&'a str, bool),
        value_of: fn(&mut Self) -> Result<Option<V>, Fault>,
        before: ArenaVec<'a, (&'a str, V)>,
        mut index: KeyIndex<'_>,
        key: &'a str,
    ) -> Result<Option<Map<'a, V>>, Fault> {
        let arena = self.arena;
        let capacity = before.len() + object.left + 1;
        // For these entries, and for those that are kept.
        self.charge(capacity.saturating_mul(size_of::<(&str, Option<V>)>()))?;
        self.charge(capacity.saturating_mul(size_of::<(&str, V)>()))?;
        let mut entries: ArenaVec<'a, (&'a str, Option<V>)> =
            ArenaVec::with_capacity_in(capacity, arena);
        entries.extend(before.iter().map(|(key, value)| (*key, Some(*value))));
        let mut next = (key, None);
        loop {
            match index.find_or_insert(next.0, entries.len(), |at| entries.get(at).map(|e| e.0)) {
                None => entries.push(next),
                Some(at) => {
                    if let Some(entry) = entries.get_mut(at) {
                        entry.1 = next.1;
                    }
                }
            }
            match self.next_key(&mut object)? {
                None => break,
                Some(key) => next = (self.known_as(key_of(key))?, value_of(self)?),
            }
        }
        let mut kept = ArenaVec::with_capacity_in(entries.len(), arena);
        kept.extend(
            entries
                .iter()
                .filter_map(|(key, value)| Some((*key, (*value)?))),
        );
        Ok(Some(Map::new(kept.into_bump_slice())))
    }
}
