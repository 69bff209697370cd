//! Inputs that another program wrote and that were not used for tuning: they are in the folder
//! `foreign` of `HYDRANT_SHARED` (default: `../shared` next to the repository). If they are
//! missing, a message is printed and the bench continues.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use lzma_rust2::XzReader;

use super::Input;
use super::inputs::value;

/// The foreign batch, or none.
pub fn batch() -> Option<Input> {
    let body = read("batch1000.json.xz")?;
    let body = body.trim_ascii_end().to_vec();
    Some(Input::new("foreign batch of 1000 events", vec![body]))
}

/// The event batches of the foreign stream, or none. The peers cannot read the other messages, one
/// byte in a hundred.
pub fn stream() -> Option<Input> {
    let text = read("stream.ndjson.xz")?;
    let lines = text.split(|&byte| byte == b'\n');
    let bodies = lines.filter(|line| !line.is_empty()).map(<[u8]>::to_vec);
    let is_batch = |body: &Vec<u8>| value(body)["type"] == "event_processing_request";
    Some(Input::new(
        "foreign stream",
        bodies.filter(is_batch).collect(),
    ))
}

/// Both of them.
pub fn inputs() -> impl Iterator<Item = Input> {
    [batch(), stream()].into_iter().flatten()
}

fn read(name: &str) -> Option<Vec<u8>> {
    let shared = std::env::var_os("HYDRANT_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")),
        PathBuf::from,
    );
    let path = shared.join("foreign").join(name);
    let Ok(file) = File::open(&path) else {
        println!(
            "SKIPPED: no foreign input {}; set HYDRANT_SHARED",
            path.display()
        );
        return None;
    };
    let mut text = Vec::new();
    XzReader::new(file, true).read_to_end(&mut text).unwrap();
    Some(text)
}
