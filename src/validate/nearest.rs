//! The declared name that a misspelt name probably means.

/// The nearest of these names, if at most two edits, and fewer than its length, lead to it.
pub(crate) fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let mut rows = Default::default();
    names
        // Each insertion or deletion changes the length by one.
        .filter(|known| known.len().abs_diff(name.len()) <= MOST)
        .map(|known| {
            (
                distance(name.as_bytes(), known.as_bytes(), &mut rows),
                known,
            )
        })
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, known)| *distance <= MOST && *distance < known.len())
        .map(|(_, known)| known)
}

/// The most edits of a name that is suggested.
const MOST: usize = 2;

/// The optimal string alignment distance: the number of insertions, deletions, replacements and
/// transpositions of adjacent characters that turn one text into the other. The three rows of its
/// table are buffers.
fn distance(from: &[u8], to: &[u8], [before_last, last, next]: &mut [Vec<usize>; 3]) -> usize {
    last.clear();
    last.extend(0..=to.len());
    for (row, byte) in from.iter().enumerate() {
        next.clear();
        next.push(row + 1);
        for (column, other) in to.iter().enumerate() {
            let at =
                |line: &[usize], column: usize| line.get(column).copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(last, column) + usize::from(byte != other))
                .min(at(last, column + 1) + 1)
                .min(at(next, column) + 1);
            if row > 0
                && column > 0
                && from.get(row - 1) == Some(other)
                && to.get(column - 1) == Some(byte)
            {
                best = best.min(at(before_last, column - 1) + 1);
            }
            next.push(best);
        }
        std::mem::swap(before_last, last);
        std::mem::swap(last, next);
    }
    last.last().copied().unwrap_or(from.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (from, to, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("name", "nmae", 1),
            ("value", "valeu", 1),
            ("events", "event", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(
                distance(from.as_bytes(), to.as_bytes(), &mut Default::default()),
                expected,
                "{from} {to}"
            );
        }
    }

    #[test]
    fn nearest_names() {
        let names = || ["id", "name", "timestamp_ms"].into_iter();
        assert_eq!(nearest("nmae", names()), Some("name"));
        assert_eq!(nearest("timestampms", names()), Some("timestamp_ms"));
        // Two edits turn a name of two characters into any other.
        assert_eq!(nearest("xy", names()), None);
        assert_eq!(nearest("something_else", names()), None);
    }
}
