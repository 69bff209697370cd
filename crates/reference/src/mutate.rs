//! Structure-aware mutation: one node of a message is removed, duplicated or replaced.
//!
//! It works on the text, not on the tree, so that everything around the node stays unchanged and
//! the replacement may be text that a tree cannot represent, such as a lone surrogate.

use super::json::View;
use super::surrogates;
use serde_json::value::RawValue;
use std::ops::Range;

/// A value inside a text.
#[derive(Debug, Clone)]
pub struct Node {
    /// The position of the value.
    pub value: Range<usize>,
    /// The beginning of the key before it, if it has one.
    pub key: Option<usize>,
}

impl Node {
    /// The whole member or element, key included.
    fn item(&self) -> Range<usize> {
        self.key.unwrap_or(self.value.start)..self.value.end
    }
}

/// The mutation of a node.
#[derive(Debug, Clone)]
pub enum Damage {
    /// Remove it.
    Drop,
    /// Write it twice in a row.
    Double,
    /// Write it again at the beginning of its container.
    Advance,
    /// Replace it by this text.
    Replace(String),
    /// Replace its key, if it has one, by this text.
    Rename(String),
    /// Write it twice, the second time with this value.
    Overrule(String),
}

/// All values of a well-formed text except the outermost one; none if the text is malformed.
pub fn nodes(text: &str) -> Vec<Node> {
    let repaired = surrogates::repair(text).0; // of the same length, so that the places are the same
    let mut found = Vec::new();
    if let Ok(root) = serde_json::from_str::<&RawValue>(&repaired) {
        collect(&repaired, root, &mut found);
    }
    found
}

fn collect(text: &str, raw: &RawValue, found: &mut Vec<Node>) {
    let start = |raw: &RawValue| raw.get().as_ptr() as usize - text.as_ptr() as usize;
    let range = |raw: &RawValue| start(raw)..start(raw) + raw.get().len();
    match View::of(raw) {
        View::Array(elements) => {
            for element in elements {
                found.push(Node {
                    value: range(element),
                    key: None,
                });
                collect(text, element, found);
            }
        }
        View::Object(members) => {
            for member in members {
                let key = Some(start(member.raw_key));
                found.push(Node {
                    value: range(member.value),
                    key,
                });
                collect(text, member.value, found);
            }
        }
        _ => {}
    }
}

/// The text with one node mutated. Well-formed if the replacement is.
pub fn apply(text: &str, node: &Node, damage: &Damage) -> String {
    let item = node.item();
    let (before, after) = (&text[..item.start], &text[item.end..]);
    let written = &text[item.clone()];
    let key = &text[item.start..node.value.start];
    match damage {
        Damage::Drop => match (
            before.trim_end().strip_suffix(','),
            after.trim_start().strip_prefix(','),
        ) {
            (_, Some(after)) => format!("{before}{after}"),
            (Some(before), None) => format!("{before}{after}"),
            (None, None) => format!("{before}{after}"),
        },
        Damage::Double => format!("{before}{written},{written}{after}"),
        Damage::Advance => {
            let open = container_start(text, node);
            format!("{}{written},{}", &text[..open], &text[open..])
        }
        Damage::Replace(odd) => format!("{before}{key}{odd}{after}"),
        Damage::Rename(name) if node.key.is_some() => {
            format!("{before}{name}:{}{after}", &text[node.value.clone()])
        }
        Damage::Rename(_) => text.to_owned(),
        Damage::Overrule(odd) => format!("{before}{written},{key}{odd}{after}"),
    }
}

/// The position after the opening bracket of the innermost container of a node.
fn container_start(text: &str, node: &Node) -> usize {
    let around = nodes(text)
        .into_iter()
        .filter(|outer| outer.value.start < node.item().start && outer.value.end > node.value.end);
    let innermost = around.max_by_key(|outer| outer.value.start);
    innermost.map_or_else(
        || text.find('{').map_or(0, |at| at + 1),
        |outer| outer.value.start + 1,
    )
}

/// A message reduced to one node.
#[derive(Debug)]
pub struct Spine {
    /// The remaining text.
    pub text: String,
    /// Which of its [`nodes`] it was reduced to.
    pub node: usize,
}

/// Keeps a node, the containers around it, and their `type`, `encoding` and `value`, without which
/// these objects would be refused. Everything else is removed.
pub fn prune(text: &str, node: &Node) -> Spine {
    let text = surrogates::repair(text).0;
    let root: &RawValue = serde_json::from_str(&text).expect("a well-formed message");
    let mut out = String::new();
    let start = keep(&text, root, &node.value, &mut out).expect("a node of this text");
    let node = nodes(&out)
        .iter()
        .position(|node| node.value.start == start);
    Spine {
        node: node.expect("it was just written"),
        text: out,
    }
}

/// Writes the parts of a value that are kept, and returns the position of the node if it is inside.
fn keep(text: &str, raw: &RawValue, node: &Range<usize>, out: &mut String) -> Option<usize> {
    let start = |raw: &RawValue| raw.get().as_ptr() as usize - text.as_ptr() as usize;
    let holds =
        |raw: &RawValue| start(raw) <= node.start && node.end <= start(raw) + raw.get().len();
    if start(raw) == node.start {
        out.push_str(raw.get());
        return Some(out.len() - raw.get().len());
    }
    match View::of(raw) {
        View::Array(elements) => {
            out.push('[');
            let element = elements.into_iter().find(|element| holds(element))?;
            let place = keep(text, element, node, out);
            out.push(']');
            place
        }
        View::Object(members) => {
            let mut place = None;
            let mut separator = '{';
            for member in members {
                let needed = matches!(member.key.as_str(), "type" | "encoding" | "value");
                if !holds(member.value) && !needed {
                    continue;
                }
                out.push(separator);
                separator = ',';
                out.push_str(member.raw_key.get());
                out.push(':');
                if holds(member.value) {
                    place = keep(text, member.value, node, out);
                } else {
                    out.push_str(member.value.get());
                }
            }
            out.push('}');
            place
        }
        _ => None,
    }
}
