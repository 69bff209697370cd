//! Numbers and uuids of the complete path. A number may be one on the tape, or a string that holds
//! one.

use simd_json::{Node, StaticNode};

use super::super::coerce;
use super::super::failed::Problem;
use super::decoder::{Fault, TapeDecoder};
use crate::schema::{Coercion, Decimal, Decoder, Numeric, Uuid, trim};

impl<'a> TapeDecoder<'_, 'a> {
    pub(super) fn read_int32(&mut self) -> Result<Option<i32>, Fault> {
        const EXPECTED: &str = "a 32-bit integer";
        let node = self.node();
        let value = match self.integer(EXPECTED)? {
            Some(value) => i32::try_from(value).map(Some),
            None => Ok(None),
        };
        value.or(Err(Fault {
            node,
            problem: Problem::Invalid(EXPECTED),
        }))
    }

    pub(super) fn read_int64(&mut self) -> Result<Option<i64>, Fault> {
        self.integer("a 64-bit integer")
    }

    pub(super) fn read_double(&mut self) -> Result<Option<f64>, Fault> {
        const EXPECTED: &str = "a finite number";
        if let (Some(Node::Static(StaticNode::F64(value))), false) =
            (self.peek(), self.blanked_numbers)
        {
            return self.take(Some(value));
        }
        match self.numeric(EXPECTED)? {
            None => self.take(None),
            Some(Numeric::Number(text) | Numeric::Text(text)) => {
                let value = coerce::double(text).or_else(|| {
                    let value = coerce::non_finite(text);
                    value.filter(|_| self.non_finite)
                });
                self.take_valid(value, EXPECTED)
            }
        }
    }

    pub(super) fn read_bool(&mut self) -> Result<Option<bool>, Fault> {
        const EXPECTED: &str = "a bool";
        if let Some(Node::Static(StaticNode::Bool(value))) = self.peek() {
            return self.take(Some(value));
        }
        let value = match self.numeric(EXPECTED)? {
            None => return self.take(None),
            Some(Numeric::Number(text)) => coerce::bool_of_number(text),
            Some(Numeric::Text(text)) => coerce::bool_of_text(text),
        };
        self.take_valid(value, EXPECTED)
    }

    pub(super) fn read_decimal(&mut self) -> Result<Option<Decimal<'a>>, Fault> {
        const EXPECTED: &str = "a decimal number";
        match self.numeric(EXPECTED)? {
            None => self.take(None),
            Some(Numeric::Number(text) | Numeric::Text(text)) => {
                self.take_valid(Decimal::try_from(text).ok(), EXPECTED)
            }
        }
    }

    pub(super) fn read_uuid(&mut self) -> Result<Option<Uuid>, Fault> {
        const WHAT: &str = "a uuid of 36 characters";
        let place = self.node();
        match self.string_only()?.map(trim) {
            None | Some("") => Ok(None),
            Some("null") if !self.options.strict => {
                self.coerced(Coercion::NullText, place)?;
                Ok(None)
            }
            Some(text) => match text.parse() {
                Ok(uuid) => Ok(Some(uuid)),
                Err(_) => Err(Fault {
                    node: place,
                    problem: Problem::Invalid(WHAT),
                }),
            },
        }
    }

    pub(super) fn read_number_or_text<T>(
        &mut self,
        expected: &'static str,
        read: impl FnOnce(Numeric<'a>) -> Option<T>,
    ) -> Result<Option<T>, Fault> {
        // The reference reads the text `null` as absent only for numbers and bools.
        if self.options.strict
            && matches!(self.peek(), Some(Node::String(text)) if trim(text) == "null")
        {
            return self.invalid(expected);
        }
        match self.numeric(expected)? {
            None => self.take(None),
            Some(value) => self.take_valid(read(value), expected),
        }
    }

    fn integer(&mut self, expected: &'static str) -> Result<Option<i64>, Fault> {
        if !self.blanked_numbers {
            match self.peek() {
                Some(Node::Static(StaticNode::I64(value))) => return self.take(Some(value)),
                Some(Node::Static(StaticNode::U64(value))) => {
                    return self.take_valid(i64::try_from(value).ok(), expected);
                }
                _ => {}
            }
        }
        let value = match self.numeric(expected)? {
            None => return self.take(None),
            Some(Numeric::Number(text)) => coerce::integer_of_number(text),
            Some(Numeric::Text(text)) => coerce::integer_of_text(text).map(|value| (value, true)),
        };
        if let Some((_, false)) = value {
            self.coerced(Coercion::Truncated, self.node())?;
        }
        self.take_valid(value.map(|(value, _)| value), expected)
    }

    /// The number at the current node, or the string that holds one, not consumed yet. `None` if it
    /// is absent.
    fn numeric(&mut self, expected: &'static str) -> Result<Option<Numeric<'a>>, Fault> {
        Ok(match self.peek() {
            Some(Node::Static(StaticNode::Null)) => None,
            Some(Node::Static(StaticNode::Bool(_))) | None => return self.expected(expected),
            Some(Node::Static(_)) => Some(Numeric::Number(self.source_text())),
            Some(Node::String(text)) => match trim(text) {
                "" => None,
                "null" => {
                    self.coerced(Coercion::NullText, self.node())?;
                    None
                }
                text => Some(Numeric::Text(text)),
            },
            Some(Node::Object { .. } | Node::Array { .. }) => return self.expected(expected),
        })
    }

    /// Consumes the scalar at the current node if it has a value.
    fn take_valid<T>(
        &mut self,
        value: Option<T>,
        expected: &'static str,
    ) -> Result<Option<T>, Fault> {
        match value {
            Some(value) => self.take(Some(value)),
            None => self.invalid(expected),
        }
    }
}
