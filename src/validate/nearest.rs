//! The declared name that a misspelt one probably means.

/// The nearest of these names, if at most two changes lead to it, and fewer than its length.
pub(super) fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    // No declared name is longer, and the distance takes quadratic time.
    if name.len() > 60 {
        return None;
    }
    names
        .map(|known| (distance(name.as_bytes(), known.as_bytes()), known))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, known)| *distance <= 2 && *distance < known.len())
        .map(|(_, known)| known)
}

/// The optimal string alignment distance: how many insertions, deletions, replacements and swaps of
/// neighbours lead from one text to the other.
fn distance(from: &[u8], to: &[u8]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (row, byte) in from.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, other) in to.iter().enumerate() {
            let at =
                |line: &[usize], column: usize| line.get(column).copied().unwrap_or(usize::MAX / 2);
            let mut best = (at(&last, column) + usize::from(byte != other))
                .min(at(&last, column + 1) + 1)
                .min(at(&next, column) + 1);
            if row > 0
                && column > 0
                && from.get(row - 1) == Some(other)
                && to.get(column - 1) == Some(byte)
            {
                best = best.min(at(&before_last, column - 1) + 1);
            }
            next.push(best);
        }
        before_last = std::mem::replace(&mut last, next);
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
                distance(from.as_bytes(), to.as_bytes()),
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
        // Two changes make anything of a name of two characters.
        assert_eq!(nearest("xy", names()), None);
        assert_eq!(nearest("something_else", names()), None);
    }
}
