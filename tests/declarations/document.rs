//! The tables of the specification of the protocol.

use std::path::Path;

/// A table of the document.
#[derive(Debug)]
pub(crate) struct Table {
    /// The number of the section that it is in.
    pub(crate) section: String,
    /// The last line of text before it.
    pub(crate) caption: String,
    header: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

/// A row of a table.
#[derive(Debug)]
pub(crate) struct Row {
    /// The number of its line in the document, from 0.
    pub(crate) line: usize,
    cells: Vec<String>,
}

impl Table {
    /// The titles of the columns.
    pub(crate) fn columns(&self) -> &[String] {
        &self.header
    }

    /// The cell of a row in the column with this title, without backticks; empty if there is none.
    pub(crate) fn cell<'t>(&self, row: &'t Row, column: &str) -> &'t str {
        let at = self.header.iter().position(|title| title == column);
        at.and_then(|at| row.cells.get(at)).map_or("", |cell| cell)
    }
}

/// The specification.
pub(crate) fn read() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/protocol/firehose-protocol.md");
    std::fs::read_to_string(path).unwrap()
}

/// All tables, in order.
pub(crate) fn tables(text: &str) -> Vec<Table> {
    let (mut tables, mut section, mut caption) =
        (Vec::<Table>::new(), String::new(), String::new());
    let mut inside = false;
    for (number, line) in text.lines().enumerate() {
        if let Some(cells) = line.strip_prefix('|') {
            let cells: Vec<String> = cells
                .trim_end_matches('|')
                .split('|')
                .map(|cell| cell.trim().replace('`', ""))
                .collect();
            let is_rule = cells.iter().all(|cell| cell.starts_with("---"));
            match tables.last_mut() {
                _ if is_rule => {}
                Some(table) if inside => table.rows.push(Row {
                    line: number,
                    cells,
                }),
                _ => tables.push(Table {
                    section: section.clone(),
                    caption: std::mem::take(&mut caption),
                    header: cells,
                    rows: Vec::new(),
                }),
            }
            inside = true;
            continue;
        }
        inside = false;
        if line.starts_with('#') {
            let title = line.trim_start_matches('#').trim();
            let number = title.split(' ').next().unwrap();
            section = number.trim_end_matches('.').to_owned();
            caption.clear();
        } else if !line.is_empty() {
            line.clone_into(&mut caption);
        }
    }
    tables
}

/// The text of a section below its heading.
pub(crate) fn section<'t>(text: &'t str, number: &str) -> &'t str {
    let heading = format!("\n### {number} ");
    let start = text
        .find(&heading)
        .map_or(text.len(), |at| at + heading.len());
    let rest = &text[start..];
    &rest[..rest.find("\n#").unwrap_or(rest.len())]
}

/// The names in backticks.
pub(crate) fn names(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}
