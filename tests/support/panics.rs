//! Deliberate panics that print nothing to the output of the tests.

use std::panic;
use std::sync::Once;

const ON_PURPOSE: &str = "on purpose";

/// Panics without printing a message.
pub(crate) fn panic_on_purpose() -> ! {
    static SILENCE: Once = Once::new();
    SILENCE.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if info.payload().downcast_ref::<&str>() != Some(&ON_PURPOSE) {
                loud(info);
            }
        }));
    });
    panic::panic_any(ON_PURPOSE)
}
