//! The comparison of the outgoing mapping of the engine with that of the reference implementation,
//! under settings that are made of a number. The fuzz target `outgoing` uses it, too.
//!
//! The text of every number must be the same, except for doubles; the order of the fields of a batch
//! is that of the worked example, which `tests/outgoing` checks, and is ignored here.

mod cases;

pub(crate) use cases::{Case, case, each_setting};

use hydrant::message::Message;
use hydrant::outgoing::audience::{
    AudienceMapper, AudienceOutput, AudienceSettings, AudienceWarning,
};
use hydrant::outgoing::{self, Connection, Mapped};
use hydrant::{ParseOptions, Scratch};
use hydrant_reference::outgoing as reference;
use hydrant_reference::{Json, decoded, identical};
use std::ops::AddAssign;

/// How much was compared, so that a test can show that it compared something.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Compared {
    pub(crate) records: usize,
    pub(crate) parts: usize,
    pub(crate) oversize: usize,
    pub(crate) warnings: usize,
}

impl AddAssign for Compared {
    fn add_assign(&mut self, other: Self) {
        self.records += other.records;
        self.parts += other.parts;
        self.oversize += other.oversize;
        self.warnings += other.warnings;
    }
}

/// A message, read by both implementations; `None` if it is refused, which `differential` compares.
pub(crate) struct Read<'a> {
    input: &'a [u8],
    request: Json,
}

impl<'a> Read<'a> {
    pub(crate) fn new(input: &'a [u8]) -> Option<Self> {
        let request = decoded(input).ok()?;
        Some(Self { input, request })
    }

    /// Compares the results of both implementations.
    pub(crate) fn agree(&self, case: &Case, scratch: &mut Scratch) -> Result<Compared, String> {
        let parsed = hydrant::parse(self.input, scratch, &ParseOptions::new());
        match parsed.map_err(|error| error.to_string())?.message {
            Message::EventProcessingRequest(request) => {
                let mut mapper = case.engine();
                let mapped = mapper.map(request, self.input);
                let map = |case: &Case| {
                    let settings = case.reference();
                    reference::map_decoded(self.input, &self.request, &settings)
                };
                let whole = Case {
                    limit: usize::MAX,
                    ..case.clone()
                };
                let expected = map(&whole);
                // Where doubles have other texts, parts have other sizes.
                if case.limit == usize::MAX || sizes(&mapped) != sizes_of(&expected) {
                    return same_events(&mapped, &expected, &whole);
                }
                same_events(&mapped, &map(case), case)
            }
            Message::AudienceMembershipChangeRequest(request) => {
                self.same_audience(case, |mapper, output| mapper.map(request, output).unwrap())
            }
            Message::AudienceSubscriptionRequest(request) => self
                .same_audience(case, |mapper, output| {
                    mapper.map_subscription(request, output)
                }),
            _ => {
                let settings = case.reference();
                let mapped = reference::map_decoded(self.input, &self.request, &settings);
                let audience = reference::AudienceSettings::default();
                let audience = reference::audience_decoded(&self.request, &audience);
                assert!(mapped.records.is_empty() && audience.records.is_empty());
                Ok(Compared::default())
            }
        }
    }

    fn same_audience(
        &self,
        case: &Case,
        map: impl FnOnce(&AudienceMapper, &mut AudienceOutput),
    ) -> Result<Compared, String> {
        let (mut settings, mut others) =
            <(AudienceSettings, reference::AudienceSettings)>::default();
        for (name, value) in &case.audience {
            settings.set(name, value).unwrap();
            others.set(name, value).unwrap();
        }
        let mut output = AudienceOutput::new();
        map(&AudienceMapper::new(settings).unwrap(), &mut output);
        let expected = reference::audience_decoded(&self.request, &others);
        let mut compared = Compared::default();
        let mut records = expected.records.iter();
        for (at, record) in output.records().enumerate() {
            let expected = records
                .next()
                .ok_or_else(|| format!("engine has record {at}"))?;
            let value = Json::read(record.payload).map_err(|error| error.to_string())?;
            // Here the order of fields is specified, too.
            identical(expected, &value)
                .map_err(|difference| format!("record {at}: {difference}"))?;
            compared.records += 1;
        }
        if let Some(record) = records.next() {
            return Err(format!("engine does not have {}", record.to_text()));
        }
        // The others are counted by the engine only.
        let engine = output.warnings().get(AudienceWarning::MissingTimestamp) as usize;
        let missing = expected
            .warnings
            .iter()
            .filter(|(path, _)| path == "timestamp_ms")
            .count();
        if engine != missing {
            return Err(format!(
                "engine warns {engine} times of the time, reference {missing}"
            ));
        }
        Ok(compared)
    }
}

fn sizes(mapped: &Mapped<'_>) -> Vec<usize> {
    let mut sizes = Vec::new();
    mapped.each_record(usize::MAX, &mut Vec::new(), |record| {
        sizes.push(record.payload.len());
    });
    sizes
}

fn sizes_of(mapped: &reference::Mapped) -> Vec<usize> {
    let records = mapped.records.iter();
    records.map(|record| record.value.to_text().len()).collect()
}

/// Keys, times and values of all records, those that are too large included.
fn same_events(
    mapped: &Mapped<'_>,
    expected: &reference::Mapped,
    case: &Case,
) -> Result<Compared, String> {
    let mut records = Vec::new();
    let mut too_large = expected.too_large.iter().peekable();
    for (at, record) in expected.records.iter().enumerate() {
        while let Some((_, large)) = too_large.next_if(|(before, _)| *before <= at) {
            records.push((large, true));
        }
        records.push((record, false));
    }
    records.extend(too_large.map(|(_, large)| (large, true)));

    let (mut at, mut buffer, mut result) = (0, Vec::new(), Ok(()));
    let mut compared = Compared::default();
    mapped.each_record(case.limit, &mut buffer, |record| {
        let Some((expected, is_large)) = records.get(at) else {
            result = Err(format!("engine has record {at}: {}", shown(record.payload)));
            return;
        };
        compared.records += 1;
        compared.parts += usize::from(at > 0);
        compared.oversize += usize::from(*is_large);
        let same = || {
            if record.is_oversize != *is_large {
                return Err(format!(
                    "too large: {} is not {is_large}",
                    record.is_oversize
                ));
            }
            same_again(record.payload)?;
            let mut value = Json::read(record.payload).map_err(|error| error.to_string())?;
            let mut expected_value = expected.value.clone();
            let id = match value.get("message_id") {
                Some(Json::String(id)) if *id == record.message_id.to_string() => id.clone(),
                other => return Err(format!("{} is not {other:?}", record.message_id)),
            };
            if *is_large {
                // What is not sent may have any identifier.
                replace_id(&mut value, &id);
                replace_id(&mut expected_value, &id);
            }
            same_value(&expected_value, &value)?;
            if case.connection == Connection::Kafka {
                let (key, time) = (expected.key.as_deref(), expected.timestamp_ms);
                if (record.key, record.timestamp_ms) != (key, time) {
                    return Err(format!("key or time is not {key:?}, {time:?}"));
                }
            }
            Ok(())
        };
        if result.is_ok() {
            result = same().map_err(|difference| {
                format!(
                    "record {at}: {difference}\n  engine: {}",
                    shown(record.payload)
                )
            });
        }
        at += 1;
    });
    result?;
    if let Some((record, _)) = records.get(at) {
        return Err(format!(
            "engine does not have record {at}: {}",
            record.value.to_text()
        ));
    }
    let mut engine: Vec<String> = mapped.warnings().iter().map(ToString::to_string).collect();
    let mut reference: Vec<&str> = expected
        .warnings
        .iter()
        .map(|(path, _)| path.as_str())
        .collect();
    compared.warnings = engine.len();
    engine.sort_unstable();
    reference.sort_unstable();
    if !case.maps_everything() || mapped.is_empty() {
        // What is not sent anyway is not converted, and gives no warning.
        let mut left = reference.iter();
        let is_part = engine.iter().all(|path| left.any(|other| path == other));
        return if is_part {
            Ok(compared)
        } else {
            Err(format!(
                "engine warns of {engine:?}, reference of {reference:?}"
            ))
        };
    }
    if engine != reference {
        return Err(format!(
            "engine warns of {engine:?}, reference of {reference:?}"
        ));
    }
    Ok(compared)
}

/// A batch that was written is read, and written again as it was.
fn same_again(payload: &[u8]) -> Result<(), String> {
    let (mut scratch, mut again) = (Scratch::new(), Vec::new());
    let parsed = outgoing::parse(payload, &mut scratch, &ParseOptions::new());
    let parsed = parsed.map_err(|error| format!("the batch is not read: {error}"))?;
    outgoing::write(&parsed.message, &mut again);
    match again == payload {
        true => Ok(()),
        false => Err(format!("the batch is written again as {}", shown(&again))),
    }
}

fn replace_id(batch: &mut Json, id: &str) {
    if let Json::Object(fields) = batch {
        for (name, value) in fields {
            if name == "message_id" {
                *value = Json::String(id.to_owned());
            }
        }
    }
}

fn same_value(expected: &Json, engine: &Json) -> Result<(), String> {
    identical(&expected.sorted(), &engine.sorted())
        .map_err(|difference| format!("reference, engine: {difference}"))
}

pub(crate) fn shown(input: &[u8]) -> String {
    String::from_utf8_lossy(input).chars().take(4000).collect()
}
