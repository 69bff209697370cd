//! Tests of the recognition of citations in text.

use super::citations::{Cited, citations};
use super::prose::{Block, Origin};
use super::specification::{PROTOCOL, Specification};

fn specification() -> Specification {
    let mut specification = Specification::default();
    specification.add_document(
        PROTOCOL,
        "## 2. A\n\n### 2.1 B\n\n1. one\n2. two\n\n### 2.6 C\n\n## 12. D\n\n\
         | # | Rule |\n|---|---|\n| 1 | x |\n| 6 | x |\n\n## 16. E\n\n| D5 | x | y |\n",
    );
    specification.add_document("outgoing-json.md", "## 1. A\n\n1. one\n\n## 4. B\n");
    specification.add_rows("| <a id=\"p2\"></a>P2 | x |");
    specification
}

/// Every citation in a text. A `!` marks those that do not resolve.
fn found(path: &str, origin: Origin, text: &str) -> String {
    let specification = specification();
    let shown = |(cited, line): (Cited, usize)| {
        let mark = if cited.resolves(&specification) {
            ""
        } else {
            "!"
        };
        assert_eq!(line, 3);
        match cited {
            Cited::Section { document, number } => {
                format!("{mark}{}{number}", document.trim_end_matches(PROTOCOL))
            }
            Cited::Rule { section, rule, .. } => format!("{mark}{section}#{rule}"),
            Cited::Decision(id) | Cited::Row(id) => format!("{mark}{id}"),
        }
    };
    let block = Block::new(origin, 3, text);
    let all: Vec<String> = citations(path, &block, &specification)
        .into_iter()
        .map(shown)
        .collect();
    all.join(" ")
}

#[track_caller]
fn comment(text: &str, expected: &str) {
    assert_eq!(found("src/a.rs", Origin::Comment, text), expected, "{text}");
}

#[test]
fn sections_are_found_in_every_form() {
    comment("As the reference does (section 2.6).", "2.6");
    comment("Sections 2, 2.1 and 2.6 of the protocol.", "2 2.1 2.6");
    comment("(sections 2.1 to 2.6, 12). More", "2.1 2.6 12");
    comment(
        "(protocol, 2.1 and section 12; specification 2.6)",
        "2.1 12 2.6",
    );
    comment("(2.6) and table 2.1", "2.6 2.1");
    comment("2.6: a number at the beginning", "2.6");
    comment(
        "firehose-protocol.md, 2.6 and `docs/protocol/outgoing-json.md` section 4",
        "2.6 outgoing-json.md4",
    );
    comment(
        "section 4 of outgoing-json.md; section 12",
        "outgoing-json.md4 12",
    );
}

#[test]
fn rules_steps_decisions_and_rows_are_found() {
    comment(
        "(section 2.1, rule 2; section 12, rules 1 and 6)",
        "2.1 2.1#2 12 12#1 12#6",
    );
    comment(
        "Rules 1 and 6 of section 12, step 1 of section 2.1",
        "12 12#1 12#6 2.1 2.1#1",
    );
    comment("Rule 6, and step 6 of something else", "12#6");
    comment("(D5, row P2)", "D5 P2");
}

#[test]
fn citations_that_do_not_resolve_are_found() {
    comment("section 99.9, sections 2 and 3", "!99.9 2 !3");
    comment("section 4", "!4");
    comment(
        "outgoing-json.md, section 2.6; other.md section 1",
        "!outgoing-json.md2.6 !other.md1",
    );
    comment("section 12, rule 7; rule 2", "12 !12#7 !12#2");
    comment("D6 and O1 and rows P2, P3", "!D6 !O1 P2 !P3");
    comment("RFC 9562 text, see section 5.4", "!5.4");
    comment("currency codes as in ISO 4217 (section 4.12)", "!4.12");
}

#[test]
fn sections_of_outside_works_are_not_resolved() {
    comment("(RFC 9562, section 5.4)", "");
    comment(
        "RFC 8878 section 3.1, section 5.1.1 of FIPS 180-4, FIPS 180-4, section 6.1.2",
        "",
    );
    comment("(RFC 1321, 3.1 and 3.2; FIPS 180-4, 5.1.1)", "");
    comment("Hacker's Delight, section 6-1", "");
    comment("Parsing Gigabytes of JSON per\nSecond, section 3.1.1", "");
}

#[test]
fn other_words_and_numbers_are_not_citations() {
    comment(
        "version 3.2.0 of the protocol, 10 sections, one section more",
        "",
    );
    comment("0xD5, \\xC3, D500, x_D9, D05, 1.5 times, the rule that", "");
    let code = |text| found("src/a.rs", Origin::Code, text);
    assert_eq!(code("view.section(2.9); f(2.9);"), "");
    assert_eq!(code("\"times are milliseconds (section 2.9)\""), "!2.9");
}

#[test]
fn documents_cite_themselves() {
    let own = |text| found("docs/protocol/outgoing-json.md", Origin::Markdown, text);
    assert_eq!(
        own("see 4; as in 1.1, section 2"),
        "outgoing-json.md4 1#1 !outgoing-json.md2"
    );
    let rows = |text| found("docs/semantics.md", Origin::Markdown, text);
    assert_eq!(rows("the default of P2 or S9"), "P2 !S9");
}
