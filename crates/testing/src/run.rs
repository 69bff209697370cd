//! [`Run`]: the result of one message, with assertions.

use std::fmt::Write as _;

use hydrant::engine::Record;
use hydrant::{Error, ErrorKind, Outcome, Output, Verdict};
use serde_json::Value;

use crate::compare::difference;

/// The result of one message.
///
/// A failed assertion shows what differs line by line, `-` before what was expected and `+` before
/// what there is. Assertions return the run, so that they can be chained.
///
/// An expected outcome is its full text, `rejected: no name`, or only its kind: `done`, `skipped`,
/// `discarded`, `rejected`, `retry` or `unsettled`.
#[derive(Debug)]
pub struct Run {
    result: Result<Output, Error>,
}

impl From<Result<Output, Error>> for Run {
    fn from(result: Result<Output, Error>) -> Self {
        Self { result }
    }
}

/// A record that a test expects: the text or the JSON of the payload, with or without a key.
///
/// A payload that is JSON is compared as JSON: white space and the order of fields do not count.
///
/// ```
/// use hydrant_testing::ExpectedRecord;
/// use hydrant_testing::json;
///
/// let expected: [ExpectedRecord; 3] =
///     ["text".into(), json!({"plan": "gold"}).into(), ("key", r#"{"plan":"gold"}"#).into()];
/// ```
#[derive(Clone, Debug)]
pub struct ExpectedRecord {
    /// `None` if any key is accepted.
    key: Option<String>,
    payload: String,
}

impl From<&str> for ExpectedRecord {
    fn from(payload: &str) -> Self {
        payload.to_owned().into()
    }
}

impl From<String> for ExpectedRecord {
    fn from(payload: String) -> Self {
        Self { key: None, payload }
    }
}

impl From<Value> for ExpectedRecord {
    fn from(payload: Value) -> Self {
        payload.to_string().into()
    }
}

impl<P: Into<ExpectedRecord>> From<(&str, P)> for ExpectedRecord {
    fn from((key, payload): (&str, P)) -> Self {
        Self {
            key: Some(key.to_owned()),
            ..payload.into()
        }
    }
}

impl ExpectedRecord {
    fn accepts(&self, record: &Record<'_>) -> bool {
        let key = self
            .key
            .as_ref()
            .is_none_or(|key| record.key == Some(key.as_bytes()));
        key && (self.payload.as_bytes() == record.payload || {
            let json = |text: &[u8]| serde_json::from_slice::<Value>(text).ok();
            let expected = json(self.payload.as_bytes());
            expected.is_some() && expected == json(record.payload)
        })
    }
}

impl Run {
    /// The output of the engine, or the error if the message was refused.
    pub fn result(&self) -> Result<&Output, &Error> {
        self.result.as_ref()
    }

    /// The output of the engine.
    ///
    /// # Panics
    ///
    /// If the message was refused.
    #[track_caller]
    #[allow(clippy::panic, reason = "a test fails by a panic")]
    pub fn output(&self) -> &Output {
        match &self.result {
            Ok(output) => output,
            Err(error) => panic!("the message was refused: {error}"),
        }
    }

    /// The response.
    ///
    /// # Panics
    ///
    /// If the message was not answered.
    #[track_caller]
    #[allow(clippy::panic, reason = "a test fails by a panic")]
    pub fn response(&self) -> Value {
        match serde_json::from_slice(self.output().response()) {
            Ok(response) => response,
            Err(_) => panic!("the message was not answered\n{}", self.snapshot()),
        }
    }

    /// Whether a handler panicked.
    #[must_use]
    pub fn has_panic(&self) -> bool {
        let Ok(output) = &self.result else {
            return false;
        };
        let mut failures = output.failures();
        failures.any(|(_, failure)| failure.reason() == "the handler panicked")
    }

    /// The message was answered, perhaps after dead letters were stored.
    #[track_caller]
    pub fn assert_answered(&self) -> &Self {
        let verdict = self.output().verdict();
        self.check(
            matches!(verdict, Verdict::Answer | Verdict::DeadLetter),
            "the message was not answered",
        )
    }

    /// The message was not answered: the sender repeats it.
    #[track_caller]
    pub fn assert_not_answered(&self) -> &Self {
        let verdict = self.output().verdict();
        self.check(
            matches!(verdict, Verdict::Retry { .. } | Verdict::Fail),
            "the message was answered",
        )
    }

    /// The verdict is this one.
    #[track_caller]
    pub fn assert_verdict(&self, expected: Verdict) -> &Self {
        let (expected, actual) = (verdict(expected), verdict(self.output().verdict()));
        self.compare("the verdict differs", &expected, &actual)
    }

    /// The message was refused with an error of this kind. No handler was called.
    #[track_caller]
    pub fn assert_refused(&self, expected: ErrorKind) -> &Self {
        let actual = match &self.result {
            Ok(_) => "not refused",
            Err(error) => error.kind().as_str(),
        };
        self.compare("the error differs", expected.as_str(), actual)
    }

    /// The outcome of the message as a whole.
    #[track_caller]
    pub fn assert_outcome(&self, expected: &str) -> &Self {
        self.compare_outcomes(
            "the outcome of the message differs",
            &[expected],
            &[self.output().message().clone()],
        )
    }

    /// The outcomes of the events, in order.
    #[track_caller]
    pub fn assert_outcomes<E: AsRef<str>>(&self, expected: impl IntoIterator<Item = E>) -> &Self {
        let expected: Vec<E> = expected.into_iter().collect();
        let expected: Vec<&str> = expected.iter().map(AsRef::as_ref).collect();
        self.compare_outcomes(
            "the outcomes of the events differ",
            &expected,
            self.output().events(),
        )
    }

    /// The outcomes of the notifications, in order.
    #[track_caller]
    pub fn assert_notifications<E: AsRef<str>>(
        &self,
        expected: impl IntoIterator<Item = E>,
    ) -> &Self {
        let expected: Vec<E> = expected.into_iter().collect();
        let expected: Vec<&str> = expected.iter().map(AsRef::as_ref).collect();
        let actual = self.output().notifications();
        self.compare_outcomes(
            "the outcomes of the notifications differ",
            &expected,
            actual,
        )
    }

    /// The records, in order.
    #[track_caller]
    pub fn assert_records<E: Into<ExpectedRecord>>(
        &self,
        expected: impl IntoIterator<Item = E>,
    ) -> &Self {
        let expected: Vec<ExpectedRecord> = expected.into_iter().map(Into::into).collect();
        let records: Vec<Record<'_>> = self.output().records().iter().collect();
        let (mut left, mut right) = (String::new(), String::new());
        let with_keys = expected.iter().any(|record| record.key.is_some());
        for record in &records {
            let key = record
                .key
                .filter(|_| with_keys)
                .map(String::from_utf8_lossy);
            show(
                &mut right,
                key.as_deref(),
                &String::from_utf8_lossy(record.payload),
            );
        }
        for (position, record) in expected.iter().enumerate() {
            // A record that is accepted is shown as it is, so that it does not differ.
            match records
                .get(position)
                .filter(|actual| record.accepts(actual))
            {
                Some(actual) => {
                    let key = actual
                        .key
                        .filter(|_| with_keys)
                        .map(String::from_utf8_lossy);
                    show(
                        &mut left,
                        key.as_deref(),
                        &String::from_utf8_lossy(actual.payload),
                    );
                }
                None => show(&mut left, record.key.as_deref(), &record.payload),
            }
        }
        let all = expected
            .iter()
            .zip(&records)
            .all(|(expected, record)| expected.accepts(record));
        if all && expected.len() == records.len() {
            return self;
        }
        // Also if they are shown alike.
        self.fail("the records differ", &left, &right)
    }

    /// The response has these fields with these values. Other fields do not count.
    #[track_caller]
    pub fn assert_response(&self, expected: Value) -> &Self {
        let mut actual = self.response();
        if let (Value::Object(fields), Value::Object(wanted)) = (&mut actual, &expected) {
            fields.retain(|name, _| wanted.contains_key(name));
        }
        let (expected, actual) = (format!("{expected:#}"), format!("{actual:#}"));
        self.compare("the response differs", &expected, &actual)
    }

    /// A text of everything: verdict, outcomes, records, response. It is made for snapshots, for
    /// example `insta::assert_snapshot!(run.snapshot())`, and so it shows payloads and the response
    /// as they are: use made-up data.
    ///
    /// ```
    /// # use hydrant::{Processor, Registration};
    /// # use hydrant_testing::{Harness, build::{Batch, session_start}};
    /// # struct Acme;
    /// # impl Processor for Acme {
    /// #     type Batch = ();
    /// #     fn registration(&self) -> Registration { Registration::new("Acme", "1.0") }
    /// # }
    /// let run = Harness::new(Acme).process(Batch::new().event(session_start()));
    /// let expected = r#"verdict: answer
    /// message: done
    /// event 0: done
    /// response: {
    ///   "firehose_version": "3.2.0",
    ///   "id": "00000000-0000-4000-8000-000001000000",
    ///   "timestamp_ms": 1714592744066,
    ///   "type": "event_processing_response"
    /// }
    /// "#;
    /// assert_eq!(run.snapshot(), expected);
    /// ```
    #[must_use]
    pub fn snapshot(&self) -> String {
        let output = match &self.result {
            Ok(output) => output,
            Err(error) => return format!("refused: {}: {error}\n", error.kind().as_str()),
        };
        let mut out = format!(
            "verdict: {}\nmessage: {}\n",
            verdict(output.verdict()),
            output.message()
        );
        let parts = [
            ("notification", output.notifications()),
            ("event", output.events()),
        ];
        for (part, outcomes) in parts {
            for (position, outcome) in outcomes.iter().enumerate() {
                let _ = writeln!(out, "{part} {position}: {outcome}");
            }
        }
        for record in output.records() {
            match record.event {
                Some(event) => {
                    let _ = write!(out, "record of event {event}: ");
                }
                None => out.push_str("record: "),
            }
            let key = record.key.map(String::from_utf8_lossy);
            show(
                &mut out,
                key.as_deref(),
                &String::from_utf8_lossy(record.payload),
            );
        }
        if output.is_suspended() {
            out.push_str("suspended\n");
        }
        if !output.response().is_empty() {
            out.push_str("response: ");
            show(&mut out, None, &String::from_utf8_lossy(output.response()));
        }
        out
    }

    #[track_caller]
    fn compare_outcomes(&self, what: &str, expected: &[&str], actual: &[Outcome]) -> &Self {
        let (mut left, mut right) = (String::new(), String::new());
        for outcome in actual {
            let _ = writeln!(right, "{outcome}");
        }
        for (position, text) in expected.iter().enumerate() {
            let kind = actual
                .get(position)
                .filter(|outcome| outcome.as_str() == *text);
            match kind {
                Some(outcome) => {
                    let _ = writeln!(left, "{outcome}");
                }
                None => {
                    let _ = writeln!(left, "{text}");
                }
            }
        }
        self.compare(what, &left, &right)
    }

    #[track_caller]
    fn compare(&self, what: &str, expected: &str, actual: &str) -> &Self {
        if expected != actual {
            self.fail(what, expected, actual);
        }
        self
    }

    #[track_caller]
    #[allow(clippy::panic, reason = "a test fails by a panic")]
    fn fail(&self, what: &str, expected: &str, actual: &str) -> ! {
        let difference = difference(expected, actual);
        panic!(
            "{what} (- expected, + actual)\n{difference}\n{}",
            self.snapshot()
        );
    }

    #[track_caller]
    #[allow(clippy::panic, reason = "a test fails by a panic")]
    fn check(&self, holds: bool, otherwise: &str) -> &Self {
        if !holds {
            panic!("{otherwise}\n{}", self.snapshot());
        }
        self
    }
}

/// The text of a verdict.
fn verdict(verdict: Verdict) -> String {
    match verdict {
        Verdict::Answer => "answer".to_owned(),
        Verdict::DeadLetter => "answer after storing dead letters".to_owned(),
        Verdict::Retry { after: None } => "retry".to_owned(),
        Verdict::Retry { after: Some(after) } => format!("retry after {after:?}"),
        Verdict::Fail => "fail".to_owned(),
        _ => format!("{verdict:?}"),
    }
}

/// Writes a payload, JSON with a field per line.
fn show(out: &mut String, key: Option<&str>, payload: &str) {
    if let Some(key) = key {
        let _ = write!(out, "[{key}] ");
    }
    let _ = match serde_json::from_str::<Value>(payload) {
        Ok(json @ (Value::Object(_) | Value::Array(_))) => writeln!(out, "{json:#}"),
        _ => writeln!(out, "{payload}"),
    };
}
