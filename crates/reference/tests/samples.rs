//! The messages published with the Java SDK, which the reference implementation must write
//! unchanged.
//!
//! They are not part of this repository: the tests look for them in `firehose/examples` below
//! `HYDRANT_SHARED`, or below `shared` next to the checkout. Without them they print that they are
//! skipped.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::io::Write;
use std::path::Path;
use std::{env, fs, io};

use hydrant_reference::{Json, identical, normalize};

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

/// Name and bytes of each sample.
fn samples() -> Vec<(String, Vec<u8>)> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = env::var_os("HYDRANT_SHARED").map_or_else(beside, Into::into);
    let folder = shared.join("firehose/examples");
    let Ok(entries) = fs::read_dir(&folder) else {
        let folder = folder.display();
        // Not `eprintln!`, whose output cargo does not show if the test passes.
        #[allow(clippy::explicit_write)]
        writeln!(
            io::stderr(),
            "SKIPPED: no samples in {folder}; set HYDRANT_SHARED"
        )
        .unwrap();
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let samples: Vec<_> = paths
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
        .collect();
    assert!(!samples.is_empty(), "{} holds no samples", folder.display());
    samples
}
