//! Maps in the order of the message, as slices of pairs.

/// A map in the order of the message: a slice of pairs. Every key occurs once.
///
/// ```
/// use hydrant::message::Map;
/// let map = Map::new(&[("plan", "gold"), ("$Age", "42")]);
/// assert_eq!(map.get("plan"), Some(&"gold"));
/// assert_eq!(map.iter().count(), 2);
/// ```
#[derive(Clone, Copy, PartialEq)]
pub struct Map<'a, V>(&'a [(&'a str, V)]);

impl<'a, V> Map<'a, V> {
    /// The map without entries.
    pub const EMPTY: Self = Self(&[]);

    /// A map of these pairs, whose keys must be distinct: a lookup finds the first.
    pub const fn new(pairs: &'a [(&'a str, V)]) -> Self {
        Self(pairs)
    }

    /// The value of `key`. Searches linearly: n comparisons of lengths for n pairs.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'a V> {
        self.0
            .iter()
            .find(|(name, _)| *name == key)
            .map(|(_, value)| value)
    }

    /// The number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The pairs, in order.
    pub fn iter(&self) -> std::slice::Iter<'a, (&'a str, V)> {
        self.0.iter()
    }

    /// The pairs, in order.
    #[must_use]
    pub fn as_slice(&self) -> &'a [(&'a str, V)] {
        self.0
    }

    /// Whether there is an entry for `key`.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }
}

impl<V> Default for Map<'_, V> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<'a, V> IntoIterator for &Map<'a, V> {
    type Item = &'a (&'a str, V);
    type IntoIter = std::slice::Iter<'a, (&'a str, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, V> IntoIterator for Map<'a, V> {
    type Item = &'a (&'a str, V);
    type IntoIter = std::slice::Iter<'a, (&'a str, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<V: std::fmt::Debug> std::fmt::Debug for Map<'_, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map()
            .entries(self.iter().map(|(key, value)| (key, value)))
            .finish()
    }
}
