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
            let poll = match future.as_mut().as_pin_mut() {
                Some(future) => future.poll(context),
                None => Poll::Pending,
            };
            // Dropping it runs user code, too.
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

/// The state of a batch, whose `Drop` is user code: a panic in it is ignored, so that it does not hide why a batch ended.
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

/// Dropping the payload of a panic runs user code, which may panic, too.
fn panicked(payload: Box<dyn Any + Send>) -> Failure {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(payload);
    }
    Failure::panicked()
}
