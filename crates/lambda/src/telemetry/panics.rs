//! The panic hook. A formatted text may contain data of the message, so that only the place and
//! texts that are constants in the program are printed.

use std::panic;

/// Replaces the hook that prints everything.
pub(crate) fn install() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let text = info.payload().downcast_ref::<&'static str>();
        let text = text
            .copied()
            .unwrap_or("the text may contain data of the message and is not shown");
        tracing::error!(place, text, "a panic");
    }));
}
