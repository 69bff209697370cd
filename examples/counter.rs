//! The smallest module: it counts the custom events of each batch by name and emits one record per
//! name.
//!
//! ```sh
//! cargo run --example counter
//! ```

use std::collections::BTreeMap;

use hydrant::host::system_invocation;
use hydrant::message::{CustomEvent, EventType};
use hydrant::{Call, Engine, Failure, Processor, Registration, ResultExt};

struct Counter;

impl Processor for Counter {
    /// The state of a batch: how often each event occurs.
    type Batch = BTreeMap<String, u64>;

    fn registration(&self) -> Registration {
        Registration::new("Counter", env!("CARGO_PKG_VERSION")).events([EventType::CustomEvent])
    }

    fn custom_event(
        &self,
        _: &mut Call<'_>,
        counts: &mut Self::Batch,
        event: &CustomEvent<'_>,
    ) -> Result<(), Failure> {
        let name = event.name.or_discard("no name")?;
        *counts.entry(name.to_owned()).or_default() += 1;
        Ok(())
    }

    fn end_batch(&self, call: &mut Call<'_>, counts: Self::Batch) -> Result<(), Failure> {
        for (name, count) in &counts {
            call.emit_json(|json| {
                json.text_field("name", name);
                json.uint_field("count", *count);
            });
        }
        Ok(())
    }
}

pub(crate) fn main() -> Result<(), Box<dyn std::error::Error>> {
    let body = br#"{"type":"event_processing_request","events":[
        {"type":"custom_event","name":"signed up"},
        {"type":"custom_event","name":"opened"},
        {"type":"custom_event"},
        {"type":"screen_view","screen_name":"home"},
        {"type":"custom_event","name":"opened"}]}"#;
    let engine = Engine::new(Counter);
    let pending = engine.process(body, &system_invocation())?;
    let records = pending.output().records().iter();
    let records: Vec<_> = records
        .map(|it| String::from_utf8_lossy(it.payload))
        .collect();
    println!("{}", records.join("\n"));
    assert_eq!(
        records,
        [
            r#"{"name":"opened","count":2}"#,
            r#"{"name":"signed up","count":1}"#
        ]
    );
    // The sender gets this after the records are delivered.
    println!("{}", String::from_utf8_lossy(pending.finish().response()));
    Ok(())
}
