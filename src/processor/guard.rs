//! A panic in user code becomes a failure of what was being handled. With `panic = "abort"` it ends the process, about
//! which [`Engine::check`](crate::Engine::check) warns.
//!
//! The text of a panic may hold personal data, so it is not part of the failure; the panic hook has printed it already.
//!
//! Unwind safety: user code may leave behind incomplete records, which the caller removes, the state of the batch, and
//! what it shares through `&self`; keeping the last two consistent is its own task.

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

/// Makes and awaits a future of user code. It is made where it is polled, so that it is never moved and that a panic
/// while it is made is caught, too.
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

/// Runs user code that returns nothing, and ignores a panic.
pub(crate) fn contained(call: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(call)) {
        let _ = panicked(payload);
    }
}

/// Dropping the payload of a panic runs user code, which may panic, too.
fn panicked(payload: Box<dyn Any + Send>) -> Failure {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(payload);
    }
    Failure::panicked()
}
