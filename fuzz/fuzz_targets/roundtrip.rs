//! Normal form is a fixed point: what `normalize` writes, it reads and writes again without a change. The one exception is
//! a submitted time from the year 5138 on, which is written as seconds and read back as milliseconds (D5).
#![no_main]

use hydrant::message::Message;
use hydrant::{ParseOptions, Scratch};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut once = Vec::new();
    let mut scratch = Scratch::new();
    let Ok(parsed) = hydrant::parse(input, &mut scratch, &ParseOptions::default()) else { return };
    if let Message::DsrProcessingRequest(request) = parsed.message
        && request.submitted_time.is_some_and(|time| time.seconds.unsigned_abs() >= 100_000_000_000)
    {
        return;
    }
    hydrant::write::message(&parsed.message, &mut once);
    assert!(!once.contains(&b'\n'));
    let mut twice = Vec::new();
    hydrant::normalize(&once, &mut twice).expect("normal form is accepted");
    assert!(once == twice, "{}\n{}", String::from_utf8_lossy(&once), String::from_utf8_lossy(&twice));
});
