//! What the parts of the mapping of one request share: the arena, the settings and the warnings.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use super::warnings::{Path, Warning, WarningKind};
use crate::message::Uuid;
use crate::outgoing::settings::ConnectionSettings;

/// The mapping of one request.
pub(super) struct Job<'m> {
    pub(super) arena: &'m Bump,
    pub(super) settings: &'m ConnectionSettings,
    pub(super) warnings: &'m mut Vec<Warning>,
}

impl<'m> Job<'m> {
    pub(super) fn warn(&mut self, kind: WarningKind, path: Path) {
        self.warnings.push(Warning::new(kind, path));
    }

    /// An empty list with room for this many elements.
    pub(super) fn list<T>(&self, capacity: usize) -> ArenaVec<'m, T> {
        ArenaVec::with_capacity_in(capacity, self.arena)
    }

    /// The elements of a list, converted.
    pub(super) fn convert<T: Copy, U>(&self, list: &[T], to: impl Fn(&T) -> U) -> &'m [U] {
        self.arena.alloc_slice_fill_iter(list.iter().map(to))
    }

    /// The text of a uuid.
    pub(super) fn uuid_text(&self, uuid: Uuid) -> &'m str {
        let text = self.arena.alloc(uuid.encode());
        std::str::from_utf8(text).unwrap_or_default()
    }
}

/// A text that is not empty: in a scalar field, an empty one is left out.
pub(super) fn filled(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

/// A number that is not zero, where zero means that it is not known.
pub(super) fn nonzero<T: PartialEq + Default>(number: T) -> Option<T> {
    Some(number).filter(|number| *number != T::default())
}

/// For each element of `of`, the position of the element of `among` with the same name. Names are
/// distinct in each list.
pub(super) fn join<'m, V, W>(
    arena: &'m Bump,
    among: &[(&'m str, V)],
    of: &[(&'m str, W)],
) -> &'m [Option<u32>] {
    /// Up to this many comparisons, sorting takes longer.
    const FEW: usize = 2048;
    let names = of.iter().map(|(name, _)| *name);
    if among.len().saturating_mul(of.len()) <= FEW {
        return arena.alloc_slice_fill_iter(names.map(|name| {
            let found = among.iter().position(|(known, _)| *known == name);
            found.and_then(|at| u32::try_from(at).ok())
        }));
    }
    let mut sorted = ArenaVec::with_capacity_in(among.len(), arena);
    sorted.extend(among.iter().map(|(name, _)| *name).zip(0_u32..));
    sorted.sort_unstable();
    arena.alloc_slice_fill_iter(names.map(|name| {
        let found = sorted.binary_search_by_key(&name, |(known, _)| *known);
        found.ok().and_then(|at| sorted.get(at)).map(|(_, at)| *at)
    }))
}
