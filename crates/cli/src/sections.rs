//! Reports for a terminal: sections of named values with remarks, in columns that are aligned.

use comfy_table::{CellAlignment, ColumnConstraint, Table, Width, presets};

/// A part of a report.
pub(crate) struct Section {
    pub(crate) title: String,
    pub(crate) rows: Vec<Row>,
}

/// A value with its name and what is to be said about it.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    pub(crate) remark: String,
}

pub(crate) fn row(name: &'static str, value: impl Into<String>, remark: impl Into<String>) -> Row {
    Row {
        name,
        value: value.into(),
        remark: remark.into(),
    }
}

pub(crate) fn section(title: impl Into<String>, rows: impl Into<Vec<Row>>) -> Section {
    Section {
        title: title.into(),
        rows: rows.into(),
    }
}

impl Section {
    /// Appends the section to a report.
    pub(crate) fn append_to(self, text: &mut String) {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        for row in self.rows {
            table.add_row([format!(" {}", row.name), row.value, row.remark]);
        }
        // The columns of all sections are aligned.
        let widths = [29_u16, 14];
        for (column, width) in widths.into_iter().enumerate() {
            if let Some(column) = table.column_mut(column) {
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width)));
            }
        }
        align_right(&mut table, 1..2);
        append(text, &self.title, &table.trim_fmt());
    }
}

pub(crate) fn align_right(table: &mut Table, columns: std::ops::Range<usize>) {
    for column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// Appends lines below a title, and a blank line.
pub(crate) fn append(text: &mut String, title: &str, body: &str) {
    text.push_str(title);
    text.push('\n');
    for line in body.lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push('\n');
}
