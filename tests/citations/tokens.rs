//! The words, numbers and punctuation marks of a block.

use super::prose::Block;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// A word or a file name.
    Word(String),
    /// `12`, `2.6`, `3.1.1`.
    Number(String),
    /// Any other character that is not white space; `.` only at the end of a word.
    Mark(char),
}

/// The tokens of a block with their lines. Backticks, asterisks and the targets of Markdown links
/// are skipped, because they can separate words of one citation.
pub(crate) fn tokens(block: &Block) -> Vec<(Token, usize)> {
    let text = block.text.as_str();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        let line = block.line(at);
        let rest = &text[at..];
        if rest.starts_with("](") {
            at += rest.find(')').map_or(rest.len(), |end| end + 1);
        } else if next.is_whitespace() || matches!(next, '`' | '*' | '[' | ']') {
            at += next.len_utf8();
        } else if let Some(name) = file_name(rest) {
            at += name.len();
            found.push((Token::Word(name.to_owned()), line));
        } else if is_word(next) {
            let word = word(rest);
            at += word.len();
            let number = word.bytes().all(|b| b.is_ascii_digit() || b == b'.');
            let word = word.to_owned();
            let token = if number {
                Token::Number(word)
            } else {
                Token::Word(word)
            };
            found.push((token, line));
        } else {
            at += next.len_utf8();
            found.push((Token::Mark(next), line));
        }
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '\'')
}

/// A name that ends in `.md`, with the folders before it.
fn file_name(text: &str) -> Option<&str> {
    let end = text
        .find(|c: char| !is_word(c) && !matches!(c, '.' | '/' | '-'))
        .unwrap_or(text.len());
    let name = text[..end].trim_end_matches(['.', '-', '/', '\'']);
    (name.len() > 3 && name.ends_with(".md")).then_some(name)
}

/// A word, or digits with points between them.
fn word(text: &str) -> &str {
    let mut end = text.find(|c| !is_word(c)).unwrap_or(text.len());
    while text[..end].bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && text[end..].starts_with('.')
        && text[end + 1..].starts_with(|c: char| c.is_ascii_digit())
    {
        let more = &text[end + 1..];
        end += 1 + more.find(|c| !is_word(c)).unwrap_or(more.len());
    }
    &text[..end]
}

#[test]
fn numbers_words_and_names_are_distinguished() {
    use super::prose::Origin;
    let block = Block::new(
        Origin::Comment,
        1,
        "(see `a/b-c.md`, section 2.6. D5/0xD5 is 180-4)",
    );
    let shown: Vec<String> = tokens(&block)
        .into_iter()
        .map(|(token, _)| match token {
            Token::Word(word) => word,
            Token::Number(number) => format!("#{number}"),
            Token::Mark(mark) => mark.to_string(),
        })
        .collect();
    assert_eq!(
        shown.join(" "),
        "( see a/b-c.md , section #2.6 . D5 / 0xD5 is #180 - #4 )"
    );
}
