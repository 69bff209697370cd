//! The record limit: C 7, N10, N17.

use super::*;
use hydrant_reference::outgoing::uuid_v5;

fn named(name: &str) -> String {
    event("screen_view", &format!(r#""screen_name":"{name}""#))
}

/// The screen names of each record.
fn names(records: &[Json]) -> Vec<Vec<String>> {
    let of = |record: &Json| {
        let count = types(record).len();
        let names = (0..count).map(|index| at(record, &format!("events.{index}.data.screen_name")));
        names
            .map(|name| name.trim_matches('"').to_owned())
            .collect()
    };
    records.iter().map(of).collect()
}

#[test]
fn parts_are_as_large_as_fits() {
    let message = with_events(&["a", "b", "c", "d", "e"].map(named));
    let whole = one(&message, &[]);
    let two = one(&with_events(&["a", "b"].map(named)), &[])
        .to_text()
        .len();
    let limit = two.to_string();
    let records = values(&message, &[("record_limit", &limit)]);
    assert_eq!(names(&records), [vec!["a", "b"], vec!["c", "d"], vec!["e"]]);
    for (index, record) in records.iter().enumerate() {
        let id = uuid_v5(ID, (index + 1).to_string().as_bytes());
        assert_eq!(at(record, "message_id"), format!("\"{id}\""));
        assert_eq!(at(record, "batch_id"), at(&whole, "batch_id"));
    }
    let limit = (two - 1).to_string();
    let records = values(&message, &[("record_limit", &limit)]);
    assert_eq!(
        names(&records),
        ["a", "b", "c", "d", "e"].map(|name| vec![name])
    );
    let limit = whole.to_text().len().to_string();
    let records = values(&message, &[("record_limit", &limit)]);
    assert_eq!(records, [whole]);
}

#[test]
fn an_event_that_alone_exceeds_the_limit() {
    let long = "x".repeat(500);
    let message = with_events(&["a", &long, "b", "c"].map(named));
    let limit = (one(&with_events(&[named("a")]), &[]).to_text().len() + 300).to_string();
    let mapped = mapped(&message, &[("record_limit", &limit)]);
    let (places, large): (Vec<_>, Vec<_>) = mapped
        .too_large
        .into_iter()
        .map(|(place, record)| (place, record.value))
        .unzip();
    assert_eq!(places, [1]);
    assert_eq!(names(&large), [[long.as_str()]]);
    let records: Vec<Json> = mapped
        .records
        .into_iter()
        .map(|record| record.value)
        .collect();
    assert_eq!(names(&records), [vec!["a"], vec!["b", "c"]]);
    let second = uuid_v5(ID, b"2");
    assert_eq!(at(&records[1], "message_id"), format!("\"{second}\""));
}

#[test]
fn records_that_cannot_be_split() {
    let without_events = request(r#""user_attributes":{"a":"b"}"#);
    for (message, setting) in [
        (without_events, ("send_as_batch", "true")),
        (
            with_events(&[named("a"), named("b")]),
            ("send_as_batch", "false"),
        ),
        (with_events(&[named("a")]), ("send_as_batch", "true")),
    ] {
        let mapped = mapped(&message, &[("record_limit", "100"), setting]);
        assert!(mapped.records.is_empty());
        assert!(!mapped.too_large.is_empty());
        assert!(mapped.too_large.iter().all(|(place, _)| *place == 0));
    }
}
