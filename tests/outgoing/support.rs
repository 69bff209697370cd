//! Maps a request and shows the result as JSON values.

use hydrant::message::Message;
use hydrant::outgoing::{BatchRecord, ConnectionSettings, Mapper};
use hydrant::{ParseOptions, Scratch, parse};
use serde_json::Value;

/// A record, owned.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Record {
    pub(crate) key: Option<String>,
    pub(crate) timestamp_ms: Option<i64>,
    pub(crate) message_id: String,
    pub(crate) text: String,
    pub(crate) json: Value,
    pub(crate) events: Vec<u32>,
    pub(crate) is_oversize: bool,
}

/// What a request became.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) records: Vec<Record>,
    /// Kind and path of each warning.
    pub(crate) warnings: Vec<(&'static str, String)>,
}

pub(crate) fn settings(pairs: &[(&str, &str)]) -> ConnectionSettings {
    let mut settings = ConnectionSettings::default();
    for (name, value) in pairs {
        settings.set(name, value).unwrap();
    }
    settings
}

pub(crate) fn map_with(body: &str, settings: ConnectionSettings, limit: usize) -> Outcome {
    let mut scratch = Scratch::new();
    let parsed = parse(body.as_bytes(), &mut scratch, &ParseOptions::new()).unwrap();
    let Message::EventProcessingRequest(request) = parsed.message else {
        panic!("not a request: {body}");
    };
    let mut mapper = Mapper::new(settings).unwrap();
    let mapped = mapper.map(request, body.as_bytes());
    let mut records = Vec::new();
    let mut buffer = b"former content".to_vec();
    mapped.each_record(limit, &mut buffer, |record: BatchRecord<'_>| {
        let text = std::str::from_utf8(record.payload).unwrap();
        records.push(Record {
            key: record.key.map(str::to_owned),
            timestamp_ms: record.timestamp_ms,
            message_id: record.message_id.to_string(),
            text: text.to_owned(),
            json: serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}")),
            events: record.events.to_vec(),
            is_oversize: record.is_oversize,
        });
    });
    let warnings = mapped.warnings().iter();
    let warnings = warnings.map(|warning| (warning.kind().as_str(), warning.to_string()));
    Outcome {
        records,
        warnings: warnings.collect(),
    }
}

/// The outcome with these settings and without a limit.
pub(crate) fn map(body: &str, pairs: &[(&str, &str)]) -> Outcome {
    map_with(body, settings(pairs), usize::MAX)
}

/// The only batch, which is produced without a warning.
pub(crate) fn batch(body: &str, pairs: &[(&str, &str)]) -> Value {
    let outcome = map(body, pairs);
    assert_eq!(outcome.warnings, [], "{body}");
    assert_eq!(outcome.records.len(), 1, "{body}");
    outcome.records[0].json.clone()
}

/// A request with these fields besides those that make no difference.
pub(crate) fn request(fields: &str) -> String {
    let separator = if fields.is_empty() { "" } else { "," };
    format!(
        r#"{{"type":"event_processing_request","id":"00000000-0000-4000-8000-00000000002a","timestamp_ms":1000{separator}{fields}}}"#
    )
}

/// A request with these events.
pub(crate) fn events(events: &str) -> String {
    request(&format!(r#""events":[{events}]"#))
}
