//! Entries of exclusion lists (N12).

/// N12: case and spaces do not count.
pub(super) fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| *c != ' ')
        .flat_map(char::to_lowercase)
        .collect()
}

/// The error for an entry that names nothing (N12), with the nearest of the known names.
pub(super) fn unknown(setting: &str, entry: &str, known: &[String]) -> String {
    let distance_to = |name: &&String| distance(&folded(entry), &folded(name));
    let nearest = known
        .iter()
        .min_by_key(distance_to)
        .map_or("", String::as_str);
    format!("unknown entry {entry:?} in {setting}; the nearest name is {nearest:?}")
}

/// The Levenshtein distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, c) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, d) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(c != *d);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
