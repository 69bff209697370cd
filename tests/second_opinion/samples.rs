//! The messages published with the reference, where they are at hand.

use crate::twin::{Json, identical, normalize};
use std::io::Write;

/// The published samples are not part of this repository.
fn samples() -> Vec<(String, Vec<u8>)> {
    let root = std::env::var("HYDRANT_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").to_owned());
    let folder = format!("{root}/firehose/examples");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        // Not `eprintln!`: the output of a passing test is captured, and this must be seen.
        let skipped = "SKIPPED: no samples in";
        let advice = "set HYDRANT_SHARED to the folder that holds `firehose/examples`";
        #[allow(clippy::explicit_write)]
        writeln!(std::io::stderr(), "{skipped} {folder}; {advice}").unwrap();
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let paths = paths.filter(|path| {
        path.extension()
            .is_some_and(|extension| extension == "json")
    });
    paths
        .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .collect()
}

#[test]
fn the_samples_are_their_own_canonical_form() {
    for (name, input) in samples() {
        let written = normalize(&input).unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        let own = Json::read(&input).unwrap();
        assert_eq!(identical(&written, &own), Ok(()), "{name}");
        assert_eq!(written, own, "{name}");
    }
}

#[test]
fn the_canonical_form_is_a_fixed_point() {
    for (name, input) in samples() {
        let once = normalize(&input).unwrap().to_text();
        let twice = normalize(once.as_bytes()).unwrap().to_text();
        assert_eq!(once, twice, "{name}");
    }
}
