//! Lists and maps of the fast path, which grow in the arena.

use bumpalo::collections::Vec as ArenaVec;

use super::super::keys::GrowingIndex;
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
        let mut nulls = 0;
        loop {
            self.reserve_one(&mut elements)?;
            if !T::decode_in_place(self, |element| push(&mut elements, element))? {
                nulls += 1;
            }
            if self.cursor.accept_byte(b',') {
                continue;
            }
            self.cursor.white_space();
            if self.cursor.accept_byte(b']') {
                self.charge(elements.len() + nulls, size_of::<T>())?;
                self.tally.null_elements += nulls;
                return Ok(Some(elements.into_bump_slice()));
            }
            if !self.cursor.accept_byte(b',') {
                return Err(Bail);
            }
        }
    }

    /// Reads an object whose entries `next` reads one by one.
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
        let mut duplicates = 0;
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
        self.charge(entries.len() + duplicates, size_of::<(&str, V)>() + 8)?;
        Ok(Some(Map::new(entries.into_bump_slice())))
    }

    /// Charges the memory of a list against the limit of the message.
    #[inline]
    fn charge(&mut self, count: usize, size: usize) -> Result<(), Bail> {
        let bytes = count.saturating_mul(size);
        self.memory_left = self.memory_left.checked_sub(bytes).ok_or(Bail)?;
        Ok(())
    }

    /// An empty list with its first capacity, if the memory limit allows that.
    #[inline(always)]
    fn new_vec<T>(&self) -> Result<ArenaVec<'a, T>, Bail> {
        let count = first_capacity::<T>();
        if count * size_of::<T>() > self.memory_left {
            return Err(Bail);
        }
        Ok(ArenaVec::with_capacity_in(count, self.arena))
    }

    /// Makes room for one more element, under the same condition.
    #[inline(always)]
    fn reserve_one<T>(&self, elements: &mut ArenaVec<'a, T>) -> Result<(), Bail> {
        if elements.len() < elements.capacity() {
            return Ok(());
        }
        self.grow(elements)
    }

    #[inline(never)]
    fn grow<T>(&self, elements: &mut ArenaVec<'a, T>) -> Result<(), Bail> {
        let more = elements.len();
        if (elements.len() + more).saturating_mul(size_of::<T>()) > self.memory_left {
            return Err(Bail);
        }
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

/// The first capacity of a list: for few large elements, or more small ones.
const fn first_capacity<T>() -> usize {
    match size_of::<T>() {
        0..=16 => 16,
        17..=32 => 8,
        _ => 4,
    }
}
