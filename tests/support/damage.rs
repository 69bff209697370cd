//! Strategies for mutations: by node, which keep the text valid JSON, and by byte, which need not.
//!
//! `hydrant_reference::mutate` applies the mutations by node.

use hydrant_reference::mutate::{Damage, Node, apply, nodes};
use hydrant_reference::normalize;
use hydrant_reference::odd;
use proptest::prelude::*;
use proptest::sample::Index;

/// The accepted messages of the corpus that are small enough to be mutated many times.
pub(crate) fn originals() -> Vec<String> {
    let files = super::files("valid")
        .into_iter()
        .chain(super::files("regress"));
    let messages = files.flat_map(|file| {
        file.messages()
            .into_iter()
            .map(<[u8]>::to_vec)
            .collect::<Vec<_>>()
    });
    let texts = messages.filter_map(|message| String::from_utf8(message).ok());
    let small = texts.filter(|text| text.len() < 12_000 && !text.starts_with('\u{feff}'));
    small
        .filter(|text| normalize(text.as_bytes()).is_ok())
        .collect()
}

/// All bodies of the corpus, accepted or not, that are small enough to be mutated many times.
pub(crate) fn bodies() -> Vec<Vec<u8>> {
    let files = ["valid", "invalid", "regress"]
        .into_iter()
        .flat_map(super::files);
    let bodies = files.flat_map(|file| {
        file.messages()
            .into_iter()
            .map(<[u8]>::to_vec)
            .collect::<Vec<_>>()
    });
    bodies.filter(|body| body.len() < 5_000).collect()
}

/// A mutation by node. Its indices select a node when it is applied.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Whole(Index, Damage),
    Transplant(Index, Index),
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let value = || proptest::sample::select(odd::values());
    let damage = prop_oneof![
        Just(Damage::Drop),
        Just(Damage::Double),
        Just(Damage::Advance),
        value().prop_map(Damage::Replace),
        value().prop_map(Damage::Overrule),
        proptest::sample::select(odd::keys()).prop_map(Damage::Rename),
    ];
    prop_oneof![
        4 => (any::<Index>(), damage).prop_map(|(node, damage)| Step::Whole(node, damage)),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(from, to)| Step::Transplant(from, to)),
    ]
}

/// Applies mutations by node.
pub(crate) fn damaged(text: &str, steps: &[Step]) -> String {
    let mut text = text.to_owned();
    for step in steps {
        let nodes = nodes(&text);
        if nodes.is_empty() {
            break;
        }
        text = match step {
            Step::Whole(node, damage) => apply(&text, node.get(&nodes), damage),
            Step::Transplant(from, to) => {
                let from: &Node = from.get(&nodes);
                let graft = Damage::Replace(text[from.value.clone()].to_owned());
                apply(&text, to.get(&nodes), &graft)
            }
        };
    }
    text
}

/// A mutation by byte.
#[derive(Debug, Clone)]
pub(crate) enum Byte {
    Flip(Index, u8),
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Cut(Index),
    Repeat(Index, usize),
}

pub(crate) fn byte() -> impl Strategy<Value = Byte> {
    let special = proptest::sample::select(
        b"\"\\{}[]:,0-+.eE \t\n\r\0\x1f\x7f\x80\xc0\xed\xff/ntfu".to_vec(),
    );
    let piece = proptest::sample::select(vec![
        b"\xef\xbb\xbf".to_vec(),
        b"\xed\xa0\x80".to_vec(),
        b"\xf0\x9f\x93".to_vec(),
        b"\\ud800".to_vec(),
        b"\\u".to_vec(),
        b"null".to_vec(),
        b"//".to_vec(),
        b",,".to_vec(),
        b"{}".to_vec(),
        b"1e999".to_vec(),
        b"\xe2\x80\xa8".to_vec(),
        b"00".to_vec(),
    ]);
    prop_oneof![
        (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Byte::Flip(at, 1 << bit)),
        (any::<Index>(), special).prop_map(|(at, byte)| Byte::Set(at, byte)),
        (any::<Index>(), piece).prop_map(|(at, piece)| Byte::Insert(at, piece)),
        (any::<Index>(), 1..9_usize).prop_map(|(at, length)| Byte::Remove(at, length)),
        any::<Index>().prop_map(Byte::Cut),
        (any::<Index>(), 1..40_usize).prop_map(|(at, length)| Byte::Repeat(at, length)),
    ]
}

/// Applies mutations by byte.
pub(crate) fn changed(mut bytes: Vec<u8>, changes: &[Byte]) -> Vec<u8> {
    for change in changes {
        if bytes.is_empty() {
            break;
        }
        let length = bytes.len();
        match change {
            Byte::Flip(at, mask) => bytes[at.index(length)] ^= mask,
            Byte::Set(at, byte) => bytes[at.index(length)] = *byte,
            Byte::Insert(at, piece) => {
                let at = at.index(length);
                bytes.splice(at..at, piece.iter().copied());
            }
            Byte::Remove(at, count) => {
                let at = at.index(length);
                bytes.drain(at..(at + count).min(length));
            }
            Byte::Cut(at) => bytes.truncate(at.index(length)),
            Byte::Repeat(at, count) => {
                let at = at.index(length);
                let piece = bytes[at..(at + count).min(length)].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}
