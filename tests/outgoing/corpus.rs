//! The outgoing batches of the corpus and their golden files, which `HYDRANT_BLESS=1` rewrites.
//! There is no reference implementation for them: where a batch is written as it is, apart from
//! order and white space, serde_json compares the two.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use hydrant::outgoing::{OutgoingEvent, is_outgoing, validate};
use hydrant::{ParseOptions, Scratch};
use serde_json::Value;

use crate::reading::read;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(name)
}

/// The names in a folder of the corpus, and the lines with the batches of each file.
fn files(name: &str) -> Vec<(String, Vec<String>)> {
    let mut files: Vec<_> = fs::read_dir(folder(name))
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            let batches = match path.extension().is_some_and(|name| name == "ndjson") {
                true => text.lines().map(str::to_owned).collect(),
                false => vec![text],
            };
            let is_text = |text: &String| !text.trim().is_empty();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, batches.into_iter().filter(is_text).collect())
        })
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

#[test]
fn batches_give_their_golden_output() {
    let bless = std::env::var_os("HYDRANT_BLESS").is_some();
    let golden = folder("golden/outgoing");
    let inputs = files("outgoing");
    for (name, batches) in &inputs {
        let mut output = String::new();
        for batch in batches {
            assert!(is_outgoing(batch.as_bytes()), "{name}");
            let line = read(batch, |_| {});
            assert_eq!(read(&line, |_| {}), line, "{name}: not a fixed point");
            output += &(line + "\n");
        }
        if bless {
            fs::write(golden.join(name), &output).unwrap();
        }
        let kept = fs::read_to_string(golden.join(name)).unwrap();
        assert_eq!(kept, output, "{name} differs from its golden file");
    }
    let names = |files: Vec<(String, Vec<String>)>| -> Vec<String> {
        files.into_iter().map(|(name, _)| name).collect()
    };
    assert_eq!(names(inputs), names(files("golden/outgoing")));
}

#[test]
fn a_canonical_batch_with_every_event_is_written_as_it_is() {
    let text = fs::read_to_string(folder("outgoing/batch-every-event.json")).unwrap();
    let written = read(&text, |batch| assert_eq!(validate::findings(batch), []));
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(value(&written), value(&text));
    let batch = value(&text);
    let events = batch["events"].as_array().unwrap().iter();
    let types: BTreeSet<_> = events.map(|event| event["event_type"].as_str()).collect();
    assert_eq!(types.len(), OutgoingEvent::INFO.members.len());
    let body = text.as_bytes();
    let (mut scratch, options) = (Scratch::new(), ParseOptions::new());
    let unknown = validate::unknown_fields(body, &mut scratch, &options).unwrap();
    let coerced = validate::coercions(body, &mut scratch, &options).unwrap();
    assert_eq!((unknown, coerced), (vec![], vec![]));
}
