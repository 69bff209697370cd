//! Differences between expected and actual lines.

use std::fmt::Write as _;

/// The largest product of the numbers of lines that are compared. Beyond it all of them differ.
const LARGEST: usize = 4_000_000;

/// Both texts line by line: `-` before lines that only the expected one has, `+` before those that
/// only the actual one has, and two spaces before those of both.
pub(crate) fn difference(expected: &str, actual: &str) -> String {
    let (expected, actual): (Vec<&str>, Vec<&str>) =
        (expected.lines().collect(), actual.lines().collect());
    let mut out = String::new();
    let mut line = |sign: char, text: &str| {
        let _ = writeln!(out, "{sign} {text}");
    };
    let common = common_lines(&expected, &actual);
    let (mut left, mut right) = (expected.iter(), actual.iter());
    for text in common.iter().map(Some).chain([None]) {
        for removed in left.by_ref().take_while(|line| Some(line) != text.as_ref()) {
            line('-', removed);
        }
        for added in right
            .by_ref()
            .take_while(|line| Some(line) != text.as_ref())
        {
            line('+', added);
        }
        if let Some(text) = text {
            line(' ', text);
        }
    }
    out
}

/// The longest common subsequence.
fn common_lines<'t>(left: &[&'t str], right: &[&str]) -> Vec<&'t str> {
    let width = right.len() + 1;
    if left.len().saturating_mul(right.len()) > LARGEST {
        return Vec::new();
    }
    // The length for each pair of suffixes.
    let mut lengths = vec![0usize; (left.len() + 1) * width];
    let at = |lengths: &[usize], row: usize, column: usize| {
        lengths
            .get(row * width + column)
            .copied()
            .unwrap_or_default()
    };
    for (row, text) in left.iter().enumerate().rev() {
        for (column, other) in right.iter().enumerate().rev() {
            let length = if text == other {
                at(&lengths, row + 1, column + 1) + 1
            } else {
                at(&lengths, row + 1, column).max(at(&lengths, row, column + 1))
            };
            if let Some(cell) = lengths.get_mut(row * width + column) {
                *cell = length;
            }
        }
    }
    let (mut row, mut column, mut common) = (0, 0, Vec::new());
    while let (Some(text), Some(other)) = (left.get(row), right.get(column)) {
        if text == other {
            common.push(*text);
            (row, column) = (row + 1, column + 1);
        } else if at(&lengths, row + 1, column) >= at(&lengths, row, column + 1) {
            row += 1;
        } else {
            column += 1;
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_matched() {
        let shown = difference("a\nb\nc\nd", "a\nc\nx\nd\ne");
        assert_eq!(shown, "  a\n- b\n  c\n+ x\n  d\n+ e\n");
        assert_eq!(difference("", "a"), "+ a\n");
        assert_eq!(difference("a\na", "a"), "  a\n- a\n");
    }
}
