//! User code that panics does not take the process down: a panic becomes a failure of what was being handled. With
//! `panic = "abort"` there is nothing to catch; [`Engine::check`](crate::Engine::check) says so.
//!
//! The text of a panic may hold anybody's data, so it is left to the panic hook, which printed it already, and does not
//! become part of the failure.
//!
//! Unwind safety: what user code may have left half-done are the records of the event, which the caller cuts off, and
//! its own state behind `&self`, which needs its own means of sharing anyway.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use super::failure::Failure;

/// Runs user code.
pub(crate) fn guarded<T>(call: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|payload| Err(panicked(payload)))
}

/// Makes and awaits a future of user code. It is made where it is polled, so that it is never moved, and so that a panic
/// of the function that makes it is one of the future.
#[inline]
pub(crate) async fn guarded_async<T, F: Future<Output = Result<T, Failure>>>(
    make: impl FnOnce() -> F,
) -> Result<T, Failure> {
    let mut make = Some(make);
    let mut future = pin!(None::<F>);
    poll_fn(|context| {
        let poll = AssertUnwindSafe(|| {
            if let Some(make) = make.take() {
                future.set(Some(make()));
            }
            match future.as_mut().as_pin_mut() {
                Some(future) => future.poll(context),
                None => Poll::Pending,
            }
        });
        catch_unwind(poll).unwrap_or_else(|payload| Poll::Ready(Err(panicked(payload))))
    })
    .await
}

/// Runs user code whose result nobody waits for.
pub(crate) fn contained(call: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(call)) {
        let _ = panicked(payload);
    }
}

/// The payload of a panic is a value of the user's, and dropping it may panic, too.
fn panicked(payload: Box<dyn Any + Send>) -> Failure {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(payload);
    }
    Failure::panicked()
}
