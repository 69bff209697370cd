//! The known name that is nearest to a misspelt one.

/// At most two edits away, and less than half of the name.
pub(crate) fn nearest<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    let candidates = known.iter().map(|known| (distance(name, known), *known));
    let (edits, found) = candidates.min()?;
    (edits <= 2 && edits * 2 < found.len()).then_some(found)
}

/// Levenshtein distance, row by row.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (above, a) in left.chars().enumerate() {
        let mut diagonal = above;
        let mut before = above + 1;
        for (cell, b) in row.iter_mut().skip(1).zip(right.chars()) {
            let replaced = diagonal + usize::from(a != b);
            diagonal = *cell;
            before = replaced.min(*cell + 1).min(before + 1);
            *cell = before;
        }
        if let Some(first) = row.first_mut() {
            *first = above + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found() {
        let known = ["name", "default", "secret", "id"];
        assert_eq!(nearest("sekret", &known), Some("secret"));
        assert_eq!(nearest("defualt", &known), Some("default"));
        assert_eq!(nearest("nam", &known), Some("name"));
        assert_eq!(nearest("label", &known), None);
        assert_eq!(nearest("ix", &known), None);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "ab"), 2);
    }
}
