//! The path to a position, with the keys that may be shown.

use super::{Frame, Walker};
use crate::error::{push_path_hidden_key, push_path_index, push_path_key};
use crate::parse::text::{string_end, unescape};
use crate::schema::{KeyOrigin, Kind, Place};

impl Walker<'_> {
    /// The JSON path of the current position, in a value of type `root`, with the keys of this
    /// origin and of the protocol; and the place.
    pub(in crate::parse) fn path(&mut self, root: Kind, shown: KeyOrigin) -> (String, Place) {
        let mut path = String::new();
        let place = self.follow(root, |segment| match segment {
            Segment::Index(index) => push_path_index(&mut path, index),
            Segment::Key(key, KeyOrigin::Protocol) => push_path_key(&mut path, key),
            Segment::Key(key, origin) if origin == shown => push_path_key(&mut path, key),
            Segment::Key(..) => push_path_hidden_key(&mut path),
        });
        (path, place)
    }

    /// Collects the key that was accepted last, if it is to be collected and may be shown.
    pub(super) fn collect_key(&mut self) {
        let (start, _) = self.pending;
        let Some(keys) = self.keys.as_ref().filter(|keys| start > keys.from) else {
            return;
        };
        let mut shown = false;
        self.follow(keys.root, |segment| {
            shown = matches!(segment, Segment::Key(_, KeyOrigin::Protocol));
        });
        if let (true, Some(keys)) = (shown, &mut self.keys) {
            keys.found.push(start - 1);
        }
    }

    /// Calls `visit` with the segments of the path to the current position.
    fn follow(&mut self, root: Kind, mut visit: impl FnMut(Segment<'_>)) -> Place {
        let (text, types) = (self.text, self.types);
        let mut place = Place::root(root);
        for frame in &mut self.trail.stack {
            match frame {
                Frame::List { index } => {
                    visit(Segment::Index(*index));
                    place = place.element();
                }
                Frame::Object {
                    key: Some(bounds),
                    type_name,
                    start,
                } => {
                    let type_name = place.discriminator().map(|name| {
                        *type_name.get_or_insert_with(|| find_type(types, *start, name))
                    });
                    let type_name = type_name.flatten().map(|bounds| key_in(text, bounds));
                    let key = key_in(text, *bounds);
                    let (origin, inner) = place.field(&key, type_name.as_deref());
                    visit(Segment::Key(&key, origin));
                    place = inner;
                }
                Frame::Object { key: None, .. } => {}
            }
        }
        place
    }
}

/// A step of a path.
enum Segment<'k> {
    Index(usize),
    Key(&'k str, KeyOrigin),
}

/// The beginning of the key between these bounds, longer than any text that is shown: the cost of
/// many paths must not depend on the length of a key in them.
fn key_in(text: &[u8], (start, end): (usize, usize)) -> String {
    // The longest escape of one character has twelve bytes.
    const MOST: usize = 12 * 128;
    let text = text.get(start..end).unwrap_or_default();
    unescape(text.get(..MOST).unwrap_or(text))
}

/// The bounds of the string in the first discriminator with this name of the object that begins
/// here.
pub(super) fn find_type(text: &[u8], start: usize, name: &str) -> Option<(usize, usize)> {
    let after_blanks = |mut at: usize| {
        while matches!(text.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            at += 1;
        }
        at
    };
    let (mut at, mut depth, mut before_key) = (start, 0_usize, false);
    loop {
        match *text.get(at)? {
            b'"' => {
                let end = string_end(text, at);
                if depth == 1 && before_key && key_in(text, (at + 1, end - 1)) == name {
                    // After the colon.
                    let value = after_blanks(after_blanks(end) + 1);
                    let is_string = text.get(value) == Some(&b'"');
                    return is_string.then(|| (value + 1, string_end(text, value) - 1));
                }
                before_key = false;
                at = end;
                continue;
            }
            b'{' | b'[' => {
                depth += 1;
                before_key = true;
            }
            b'}' | b']' => depth = depth.checked_sub(1).filter(|depth| *depth > 0)?,
            b',' => before_key = true,
            _ => {}
        }
        at += 1;
    }
}
