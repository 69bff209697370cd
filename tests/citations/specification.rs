//! The cited documents: their sections, numbered rules, decisions and rows.

use std::collections::{BTreeMap, BTreeSet};

/// The document to which a section without a file name belongs.
pub(crate) const PROTOCOL: &str = "firehose-protocol.md";

/// Everything that can be cited.
#[derive(Debug, Default)]
pub(crate) struct Specification {
    /// By file name and section number: the numbered rules and steps in the section.
    documents: BTreeMap<String, BTreeMap<String, BTreeSet<u32>>>,
    decisions: BTreeSet<String>,
    rows: BTreeSet<String>,
}

impl Specification {
    /// Reads a document of `docs/protocol`.
    pub(crate) fn add_document(&mut self, name: &str, text: &str) {
        let sections = self.documents.entry(name.to_owned()).or_default();
        let mut current = String::new();
        for line in text.lines() {
            if let Some(heading) = line.strip_prefix("## ").or(line.strip_prefix("### ")) {
                let number = heading.split(' ').next().unwrap_or_default();
                current = number.trim_end_matches('.').to_owned();
                sections.entry(current.clone()).or_default();
                continue;
            }
            let label = match line.strip_prefix("| ") {
                Some(row) => row.split(" |").next().unwrap_or_default(),
                None => line.split_once(". ").map_or("", |(label, _)| label),
            };
            if let (Ok(number), Some(rules)) = (label.parse(), sections.get_mut(&current)) {
                rules.insert(number);
            } else if line.starts_with("| ") && is_decision(label) {
                assert!(self.decisions.insert(label.to_owned()), "{label} twice");
            }
        }
    }

    /// Reads `docs/semantics.md`: a row is defined by its anchor.
    pub(crate) fn add_rows(&mut self, text: &str) {
        for piece in text.split("<a id=\"").skip(1) {
            let id = piece.split('"').next().unwrap_or_default();
            assert!(self.rows.insert(id.to_ascii_uppercase()), "row {id} twice");
        }
    }

    pub(crate) fn is_document(&self, name: &str) -> bool {
        self.documents.contains_key(name)
    }

    pub(crate) fn has_section(&self, document: &str, number: &str) -> bool {
        self.documents
            .get(document)
            .is_some_and(|sections| sections.contains_key(number))
    }

    pub(crate) fn has_rule(&self, document: &str, section: &str, rule: u32) -> bool {
        self.documents
            .get(document)
            .and_then(|sections| sections.get(section))
            .is_some_and(|rules| rules.contains(&rule))
    }

    pub(crate) fn has_decision(&self, id: &str) -> bool {
        self.decisions.contains(id)
    }

    pub(crate) fn has_row(&self, id: &str) -> bool {
        self.rows.contains(id)
    }

    /// The numbers of sections, decisions and rows.
    pub(crate) fn sizes(&self) -> (usize, usize, usize) {
        let sections = self.documents.values().map(BTreeMap::len).sum();
        (sections, self.decisions.len(), self.rows.len())
    }
}

/// `D5`, `O3`, `C7`, `L2`, `N10`.
pub(crate) fn is_decision(word: &str) -> bool {
    is_numbered(word, "DOCLN")
}

/// `P2`, `T22`.
pub(crate) fn is_row(word: &str) -> bool {
    is_numbered(word, "FKUTPWES")
}

/// Whether a word is one of the letters and a number of one or two digits without a leading zero.
fn is_numbered(word: &str, letters: &str) -> bool {
    let mut chars = word.chars();
    let letter = chars.next().is_some_and(|c| letters.contains(c));
    let digits = chars.as_str();
    letter
        && (1..=2).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !digits.starts_with('0')
}
