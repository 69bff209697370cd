//! Messages generated from the declarations, with typical errors of senders: all properties must
//! hold.
#![no_main]

use hydrant_fuzz::checks;
use hydrant_fuzz::grammar::Text;

libfuzzer_sys::fuzz_target!(|message: Text| {
    let input = message.0.as_bytes();
    checks::paths(input);
    checks::reference(input);
    checks::round_trip(input);
    checks::validator(input);
    checks::records(input);
});
