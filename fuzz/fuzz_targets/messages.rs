//! Messages made from the declarations, with what senders get wrong: all that must hold of any bytes.
#![no_main]

use hydrant_fuzz::checks;
use hydrant_fuzz::grammar::Text;

libfuzzer_sys::fuzz_target!(|message: Text| {
    let input = message.0.as_bytes();
    checks::paths(input);
    checks::reference(input);
    checks::round_trip(input);
    checks::validator(input);
});
