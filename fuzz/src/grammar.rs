//! Messages generated from the declarations of the models: every known field with values of its
//! type, mixed with typical errors of senders. So a fuzzer reaches code that requires field names,
//! which it would not find from bytes.

use arbitrary::{Arbitrary, Result, Unstructured};
use hydrant::message::Message;
use hydrant::schema::{FamilyInfo, FieldInfo, Kind};
use hydrant_reference::odd;

/// Longer texts are ended early.
const MAX_LENGTH: usize = 32 * 1024;

/// Deeper values are left empty.
const MAX_DEPTH: usize = 24;

/// What is not JSON, and ends a message.
const BROKEN: &[&str] = &["NaN", "01", "\""];

/// A message, as text.
#[derive(Debug)]
pub struct Text(pub String);

impl<'a> Arbitrary<'a> for Text {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let space = *u.choose(&["", "", " ", "\n  ", "\t\r\n "])?;
        let mut writer = Writer {
            u,
            out: String::new(),
            space,
            depth: 0,
        };
        writer.family(&Message::INFO)?;
        Ok(Self(writer.out))
    }
}

struct Writer<'u, 'a> {
    u: &'u mut Unstructured<'a>,
    out: String,
    /// After a colon or a comma.
    space: &'static str,
    depth: usize,
}

impl Writer<'_, '_> {
    /// True once in this many times, and never after the input is used up.
    fn once_in(&mut self, times: u32) -> Result<bool> {
        Ok(self.u.int_in_range(0..=times - 1)? == times - 1)
    }

    /// Whether a list or a sequence of optional fields continues; false after the input is used up.
    fn more(&mut self) -> Result<bool> {
        let room = self.out.len() < MAX_LENGTH && self.depth < MAX_DEPTH;
        Ok(room && !self.u.is_empty() && !self.once_in(4)?)
    }

    fn key(&mut self, name: &str, first: &mut bool) {
        if !std::mem::take(first) {
            self.out.push(',');
            self.out.push_str(self.space);
        }
        self.out.push('"');
        self.out.push_str(name);
        self.out.push_str("\":");
        self.out.push_str(self.space);
    }

    /// A member of a family, with its `type` before, among or after its fields, or without one.
    fn family(&mut self, family: &FamilyInfo) -> Result<()> {
        let member = self.u.choose(family.members)?;
        let fields: Vec<&FieldInfo> = member.fields().collect();
        let tag = format!("\"{}\"", member.tag);
        let place = if self.once_in(8)? {
            self.u.int_in_range(0..=fields.len())?
        } else {
            0
        };
        self.object(&fields, Some((place, &tag)))
    }

    fn object(&mut self, fields: &[&FieldInfo], tag: Option<(usize, &str)>) -> Result<()> {
        self.out.push('{');
        self.depth += 1;
        let mut first = true;
        for (index, field) in fields.iter().enumerate() {
            if let Some((place, tag)) = tag
                && place == index
            {
                self.tag(tag, &mut first)?;
            }
            if self.more()? {
                self.field(field, &mut first)?;
            }
        }
        if let Some((place, tag)) = tag
            && place == fields.len()
        {
            self.tag(tag, &mut first)?;
        }
        // Known fields in any order and repeatedly, and unknown ones.
        while self.once_in(6)? && !self.u.is_empty() {
            if self.once_in(3)? {
                let key = *self.u.choose(odd::KEYS)?;
                self.key(key, &mut first);
                self.odd()?;
            } else if !fields.is_empty() {
                let field = self.u.choose(fields)?;
                self.field(field, &mut first)?;
            }
        }
        self.depth -= 1;
        self.out.push('}');
        Ok(())
    }

    fn tag(&mut self, tag: &str, first: &mut bool) -> Result<()> {
        if self.once_in(40)? {
            return Ok(());
        }
        self.key("type", first);
        if self.once_in(40)? {
            self.odd()?
        } else {
            self.out.push_str(tag)
        }
        Ok(())
    }

    fn field(&mut self, field: &FieldInfo, first: &mut bool) -> Result<()> {
        self.key(field.name, first);
        if self.once_in(24)? {
            self.odd()
        } else {
            self.value(&field.kind)
        }
    }

    fn odd(&mut self) -> Result<()> {
        // Text that is not JSON ends the message, so it is rare.
        let texts = if self.once_in(160)? {
            BROKEN
        } else {
            odd::VALUES
        };
        let text = *self.u.choose(texts)?;
        self.out.push_str(text);
        Ok(())
    }

    fn value(&mut self, kind: &Kind) -> Result<()> {
        match kind {
            Kind::Text => self.text()?,
            Kind::Int32 => {
                let number: i32 = self.u.arbitrary()?;
                self.number(number)?;
            }
            Kind::Int64 => {
                let number: i64 = self.u.arbitrary()?;
                self.number(number)?;
            }
            Kind::Double => {
                let number: f64 = self.u.arbitrary()?;
                let number = if number.is_finite() { number } else { 0.5 };
                self.number(number)?;
            }
            Kind::Decimal => {
                let (whole, scale): (i64, u8) = self.u.arbitrary()?;
                let fraction = "0123456789".repeat(5);
                let scale = usize::from(scale % 50);
                self.number(format_args!("{whole}.{}5", &fraction[..scale]))?;
            }
            Kind::Bool => {
                let is_true: bool = self.u.arbitrary()?;
                self.number(is_true)?;
            }
            Kind::Uuid => {
                let bytes: [u8; 16] = self.u.arbitrary()?;
                let mut text = format!("{:032x}", u128::from_be_bytes(bytes));
                for at in [20, 16, 12, 8] {
                    text.insert(at, '-');
                }
                self.quoted(&text);
            }
            Kind::Timestamp => {
                if self.once_in(4)? {
                    self.quoted("2024-05-20T10:13:20.123456789+02:00");
                } else {
                    let (seconds, nanoseconds): (u32, u32) = self.u.arbitrary()?;
                    self.number(format_args!("{seconds}.{:09}", nanoseconds % 1_000_000_000))?;
                }
            }
            Kind::Json => self.odd()?,
            Kind::Enum(values) => {
                if self.once_in(12)? {
                    self.text()?;
                } else {
                    let text = *self.u.choose(values.values)?;
                    self.quoted(text);
                }
            }
            Kind::Model(model) => {
                let fields: Vec<&FieldInfo> = model.fields().collect();
                self.object(&fields, None)?;
            }
            Kind::Family(family) => self.family(family)?,
            Kind::List(element) => {
                self.out.push('[');
                self.depth += 1;
                let mut first = true;
                while self.more()? {
                    if !std::mem::take(&mut first) {
                        self.out.push(',');
                        self.out.push_str(self.space);
                    }
                    if self.once_in(24)? {
                        self.odd()?
                    } else {
                        self.value(element)?
                    }
                }
                self.depth -= 1;
                self.out.push(']');
            }
            Kind::Nullable(value) => {
                if self.once_in(4)? {
                    self.out.push_str("null");
                } else {
                    self.value(value)?;
                }
            }
            Kind::Map(map) => {
                self.out.push('{');
                self.depth += 1;
                let mut first = true;
                while self.more()? {
                    // Few different keys, so that some are equal.
                    let key = match map.keys {
                        Some(keys) if !self.once_in(12)? => {
                            (*self.u.choose(keys.values)?).to_owned()
                        }
                        _ if self.once_in(12)? => (*self.u.choose(odd::KEYS)?).to_owned(),
                        _ => format!("key{}", self.u.int_in_range(0..=40)?),
                    };
                    self.key(&key, &mut first);
                    if self.once_in(16)? {
                        self.odd()?
                    } else {
                        self.value(&map.values)?
                    }
                }
                self.depth -= 1;
                self.out.push('}');
            }
            _ => self.out.push_str("null"),
        }
        Ok(())
    }

    /// A scalar as it is, or as text.
    fn number(&mut self, value: impl std::fmt::Display) -> Result<()> {
        let text = value.to_string();
        if self.once_in(8)? {
            self.quoted(&text)
        } else {
            self.out.push_str(&text)
        }
        Ok(())
    }

    fn quoted(&mut self, text: &str) {
        self.out.push('"');
        self.out.push_str(text);
        self.out.push('"');
    }

    /// Any characters, escaped if necessary and sometimes if not.
    fn text(&mut self) -> Result<()> {
        if self.once_in(3)? {
            let text = *self.u.choose(&[
                "a",
                "Jane@Example.com",
                "",
                "email",
                "raw",
                "sha256",
                "42",
                "true",
                "2.50",
            ])?;
            self.quoted(text);
            return Ok(());
        }
        let text: &str = self.u.arbitrary()?;
        let escape_more: bool = self.u.arbitrary()?;
        self.out.push('"');
        for character in text.chars().take(300) {
            match character {
                '"' | '\\' => self.out.extend(['\\', character]),
                '\n' => self.out.push_str("\\n"),
                character if character < ' ' => self
                    .out
                    .push_str(&format!("\\u{:04x}", u32::from(character))),
                character if escape_more && !character.is_ascii_alphanumeric() => {
                    for unit in character.encode_utf16(&mut [0; 2]) {
                        self.out.push_str(&format!("\\u{unit:04X}"));
                    }
                }
                character => self.out.push(character),
            }
        }
        self.out.push('"');
        Ok(())
    }
}
