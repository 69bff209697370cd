//! Catches panics in user code and converts them into failures. With `panic = "abort"` a panic ends
//! the process; [`Engine::check`](crate::Engine::check) warns about that.
//!
//! The text of a panic may hold personal data, so it is not part of the failure. The panic hook has
//! already printed it.
//!
//! Unwind safety: after a panic the caller removes incomplete records. The state of the batch and
//! what user code shares through `&self` must be kept consistent by the user code.

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

/// Creates and awaits a future of user code. It is created inside the first poll, so that it is not
/// moved and a panic in its creation is caught as well.
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
            let poll = match future.as_mut().as_pin_mut() {
                Some(future) => future.poll(context),
                None => Poll::Pending,
            };
            // Dropping the future runs user code as well.
            if poll.is_ready() {
                future.set(None);
            }
            poll
        });
        catch_unwind(poll).unwrap_or_else(|payload| {
            contained(|| future.set(None));
            Poll::Ready(Err(panicked(payload)))
        })
    })
    .await
}

/// The state of a batch, whose `Drop` is user code. A panic in it is ignored, so that it does not
/// replace the result of the batch.
pub(crate) struct Contained<T>(Option<T>);

impl<T> Default for Contained<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Default> Contained<T> {
    pub(crate) fn get(&mut self) -> &mut T {
        self.0.get_or_insert_default()
    }

    pub(crate) fn take(&mut self) -> T {
        self.0.take().unwrap_or_default()
    }
}

impl<T> Drop for Contained<T> {
    fn drop(&mut self) {
        let state = self.0.take();
        contained(|| drop(state));
    }
}

/// Runs user code that returns nothing, and ignores a panic.
pub(crate) fn contained(call: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(call)) {
        let _ = panicked(payload);
    }
}

/// Drops the payload of a panic and returns the failure. `Drop` of the payload is user code, which
/// may panic as well.
fn panicked(payload: Box<dyn Any + Send>) -> Failure {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(payload);
    }
    Failure::panicked()
}
