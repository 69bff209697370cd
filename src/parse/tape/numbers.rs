//! The numbers of the complete path: from a number of the tape or a string that holds one. With `cursor` and `scratch`
//! the only file that names simd_json.

use simd_json::{Node, StaticNode};

use super::super::Fault;
use super::super::coerce::{self, Numeric};
use super::source::Cursor;
use crate::message::{Read, trim};

impl<'a> Cursor<'_, 'a> {
    /// A number or a string holding one. `None` if it is absent; otherwise what stands there, not yet consumed.
    pub(in crate::parse) fn numeric(
        &mut self,
        what: &'static str,
    ) -> Read<Option<Numeric<'a>>, Fault> {
        Ok(match self.peek() {
            Some(Node::Static(StaticNode::Null)) => None,
            Some(Node::Static(StaticNode::Bool(_))) | None => return self.expected(what),
            Some(Node::Static(_)) => Some(Numeric::Number(self.source_text()?)),
            Some(Node::String(text)) => coerce::meaningful(text).map(Numeric::Text),
            Some(Node::Object { .. } | Node::Array { .. }) => return self.expected(what),
        })
    }

    /// The text `null` stands for nothing only where the reference reads a machine number or a bool.
    pub(in crate::parse) fn refuse_null_text(&self, what: &'static str) -> Read<(), Fault> {
        match self.peek() {
            Some(Node::String(text)) if trim(text) == "null" => self.invalid(what),
            _ => Ok(()),
        }
    }

    pub(in crate::parse) fn integer(&mut self, what: &'static str) -> Read<Option<i64>, Fault> {
        if !self.blanked_numbers {
            match self.peek() {
                Some(Node::Static(StaticNode::I64(value))) => return self.take(Some(value)),
                Some(Node::Static(StaticNode::U64(value))) => {
                    return match i64::try_from(value) {
                        Ok(value) => self.take(Some(value)),
                        Err(_) => self.invalid(what),
                    };
                }
                _ => {}
            }
        }
        let value = match self.numeric(what)? {
            None => return self.take(None),
            Some(Numeric::Number(text)) => coerce::integer_of_number(text),
            Some(Numeric::Text(text)) => coerce::integer_of_text(text),
        };
        match value {
            Some(value) => self.take(Some(value)),
            None => self.invalid(what),
        }
    }
}
