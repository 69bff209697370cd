//! Lists and maps of the fast path, which grow in the arena.

use bumpalo::collections::Vec as ArenaVec;

use super::super::keys::{GrowingIndex, SMALL};
use super::decoder::{Bail, FastDecoder};
use crate::schema::{Decode, Decoder, Map};

impl<'a> FastDecoder<'_, 'a> {
    pub(super) fn read_list<T: Decode<'a>>(&mut self) -> Result<Option<&'a [T]>, Bail> {
        self.cursor.white_space();
        if !self.cursor.accept_byte(b'[') {
            return if self.cursor.accept("null") {
                Ok(None)
            } else {
                Err(Bail)
            };
        }
        self.cursor.white_space();
        if self.cursor.accept_byte(b']') {
            return Ok(Some(&[]));
        }
        let mut elements = self.new_vec()?;
        let mut nulls = 0usize;
        loop {
            self.reserve_one(&mut elements)?;
            if !T::decode_element(self, |element| push(&mut elements, element))? {
                nulls += 1;
            }
            if self.cursor.accept_byte(b',') {
                continue;
            }
            self.cursor.white_space();
            if self.cursor.accept_byte(b']') {
                // The complete path allocates memory for them, too.
                self.charge(nulls.saturating_mul(size_of::<T>()))?;
                self.tally.null_elements += nulls;
                return Ok(Some(elements.into_bump_slice()));
            }
            if !self.cursor.accept_byte(b',') {
                return Err(Bail);
            }
        }
    }

    /// Reads an object; `next` reads each of its entries.
    #[inline(always)]
    pub(super) fn read_entries<V: Decode<'a>>(
        &mut self,
        mut next: impl FnMut(&mut Self) -> Result<Option<(&'a str, V)>, Bail>,
    ) -> Result<Option<Map<'a, V>>, Bail> {
        if self.object()?.is_none() {
            return Ok(None);
        }
        if self.cursor.accept_byte(b'}') {
            return Ok(Some(Map::new(&[])));
        }
        let mut entries: ArenaVec<'a, (&'a str, V)> = self.new_vec()?;
        let mut index = GrowingIndex::new(self.arena, self.hasher);
        let mut duplicates = 0usize;
        while let Some((key, value)) = next(self)? {
            let before = if index.is_new(key, entries.len()) {
                None
            } else {
                index.find_or_insert(key, &entries)
            };
            match before.and_then(|at| entries.get_mut(at)) {
                None => {
                    self.reserve_one(&mut entries)?;
                    entries.push((key, value));
                }
                Some(entry) => {
                    duplicates += 1;
                    entry.1 = value;
                }
            }
            self.end_value(&mut ())?;
        }
        let count = entries.len() + duplicates;
        if duplicates > 0 || count > SMALL {
            let room = duplicates.saturating_mul(size_of::<(&str, V)>());
            self.charge(room.saturating_add(index.bytes(count)))?;
        }
        Ok(Some(Map::new(entries.into_bump_slice())))
    }

    /// An empty list with its first capacity.
    #[inline(always)]
    fn new_vec<T>(&mut self) -> Result<ArenaVec<'a, T>, Bail> {
        let count = first_capacity::<T>();
        self.charge(count * size_of::<T>())?;
        Ok(ArenaVec::with_capacity_in(count, self.arena))
    }

    /// Makes room for one more element.
    #[inline(always)]
    fn reserve_one<T>(&mut self, elements: &mut ArenaVec<'a, T>) -> Result<(), Bail> {
        if elements.len() < elements.capacity() {
            return Ok(());
        }
        self.grow(elements)
    }

    #[inline(never)]
    fn grow<T>(&mut self, elements: &mut ArenaVec<'a, T>) -> Result<(), Bail> {
        let more = elements.len();
        // The old memory is not reused.
        self.charge((elements.len() + more).saturating_mul(size_of::<T>()))?;
        elements.reserve_exact(more);
        Ok(())
    }
}

/// Appends an element and returns a reference to it.
#[inline(always)]
fn push<'v, T>(elements: &'v mut ArenaVec<'_, T>, element: T) -> Option<&'v mut T> {
    elements.push(element);
    elements.last_mut()
}

/// The first capacity of a list: for a few large elements, or for more small ones.
const fn first_capacity<T>() -> usize {
    match size_of::<T>() {
        0..=16 => 16,
        17..=32 => 8,
        _ => 4,
    }
}
