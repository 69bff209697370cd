//! User code that panics does not take the process down: a panic becomes the fatal outcome of what was being handled.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::processor::Failure;

/// Runs user code. The text of a panic may hold anybody's data, so it is left to the panic hook, which printed it
/// already, and does not become part of the outcome.
///
/// Unwind safety: what user code may have left half-done are the records of the event, which the caller cuts off, and
/// its own state behind `&self`, which needs its own means of sharing anyway.
pub(super) fn guarded<T>(call: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(call))
        .unwrap_or_else(|_| Err(Failure::fatal("the handler panicked")))
}
