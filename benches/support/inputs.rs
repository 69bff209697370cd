//! The inputs by name, all generated with fixed seeds, and the comparison of results.

use hydrant_testing::generate::{Generator, Kind, Options, batch};
use serde_json::Value;

/// Bodies that every contender processes one after the other.
pub struct Input {
    pub name: String,
    pub bodies: Vec<Vec<u8>>,
    pub events: usize,
}

impl Input {
    pub fn new(name: &str, bodies: Vec<Vec<u8>>) -> Self {
        let events = bodies.iter().map(|body| events_of(&value(body))).sum();
        Self {
            name: name.to_owned(),
            bodies,
            events,
        }
    }

    /// `generate::batch(events, 1)`: one body.
    pub fn batch(events: usize) -> Self {
        Self::new(&format!("batch of {events} events"), vec![batch(events, 1)])
    }

    /// Event batches of 0 to 50 events, all distinct: the realistic case, because the branch
    /// predictor learns a repeated batch.
    pub fn stream(messages: usize) -> Self {
        Self::generated("stream of distinct batches", messages, options())
    }

    /// The same with the fields of every object in random order.
    pub fn shuffled(messages: usize) -> Self {
        let options = options().shuffle(true);
        Self::generated("stream with shuffled fields", messages, options)
    }

    /// The same with a space after every colon and comma, as Python's `json.dumps` writes.
    pub fn spaced(messages: usize) -> Self {
        let mut input = Self::stream(messages);
        input.name = "stream with spaces".to_owned();
        for body in &mut input.bodies {
            *body = spaced(body);
        }
        input
    }

    /// Written over many lines and of the size of the published samples.
    pub fn pretty(messages: usize) -> Self {
        let options = options().events(4..=4).pretty(true);
        Self::generated("pretty messages of four events", messages, options)
    }

    /// One line each, of the same kind.
    pub fn compact(messages: usize) -> Self {
        let options = options().events(4..=4);
        Self::generated("messages of four events", messages, options)
    }

    fn generated(name: &str, messages: usize, options: Options) -> Self {
        let mut generator = Generator::new(options);
        let bodies = (0..messages).map(|_| {
            let mut body = Vec::new();
            generator.write_message(&mut body);
            body
        });
        Self::new(name, bodies.collect())
    }

    /// The size of all bodies together.
    pub fn bytes(&self) -> usize {
        self.bodies.iter().map(Vec::len).sum()
    }

    /// A description of the input, for the head of a table.
    pub fn describe(&self) -> String {
        let (messages, bytes) = (self.bodies.len(), self.bytes());
        let each = bytes / messages.max(1);
        let events = self.events;
        format!("{messages} x {each} bytes, {events} events")
    }
}

/// A text with a space after every colon and comma outside strings.
fn spaced(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() * 5 / 4);
    let (mut inside, mut escaped) = (false, false);
    for &byte in body {
        out.push(byte);
        if !inside && matches!(byte, b':' | b',') {
            out.push(b' ');
        }
        inside ^= byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
    }
    out
}

fn options() -> Options {
    Options::default()
        .kind(Kind::Events)
        .events(0..=50)
        .escapes(false)
}

/// Compares the result of `decode` for every body, as JSON, with the body itself, in all fields;
/// and then the number of events.
pub fn checked(input: &Input, who: &str, mut decode: impl FnMut(&[u8]) -> Value) {
    let mut events = 0;
    for (index, body) in input.bodies.iter().enumerate() {
        let (expected, found) = (value(body), decode(body));
        if let Some(path) = difference(&expected, &found) {
            panic!(
                "{who} is wrong at {path} of message {index} of {}",
                input.name
            );
        }
        events += events_of(&found);
    }
    assert_eq!(events, input.events, "{who}, {}", input.name);
}

/// The JSON value of a text.
pub fn value(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}

fn events_of(message: &Value) -> usize {
    message["events"].as_array().map_or(0, Vec::len)
}

/// The path of the first difference. Numbers are compared by value, because `12` and `12.0` are
/// equal decimals.
pub fn difference(left: &Value, right: &Value) -> Option<String> {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            let missing = right.keys().find(|key| !left.contains_key(*key));
            if let Some(key) = missing {
                return Some(format!("/{key}"));
            }
            left.iter().find_map(|(key, value)| {
                let path = match right.get(key) {
                    Some(other) => difference(value, other)?,
                    None => String::new(),
                };
                Some(format!("/{key}{path}"))
            })
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => left
            .iter()
            .zip(right)
            .enumerate()
            .find_map(|(index, (left, right))| {
                Some(format!("/{index}{}", difference(left, right)?))
            }),
        (Value::Number(left), Value::Number(right)) => {
            let same = match (left.as_i64(), right.as_i64()) {
                (Some(left), Some(right)) => left == right,
                _ => left.as_f64() == right.as_f64(),
            };
            (!same).then(String::new)
        }
        _ => (left != right).then(String::new),
    }
}
