//! [`Continued`]: a message is processed to its end although the sender has disconnected; and other ways
//! to poll a future.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use tokio::runtime::Handle;

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A future that is continued in a task of its own if it is dropped before its end. hyper drops the
/// future of a request when the connection ends; the handlers of the message would then stop between
/// two of their steps.
pub(crate) struct Continued<T: Send + 'static>(Option<Boxed<T>>);

impl<T: Send + 'static> Continued<T> {
    pub(crate) fn new(future: Boxed<T>) -> Self {
        Self(Some(future))
    }
}

impl<T: Send + 'static> Future for Continued<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let Some(future) = &mut self.0 else {
            return Poll::Pending;
        };
        let polled = future.as_mut().poll(context);
        if polled.is_ready() {
            self.0 = None;
        }
        polled
    }
}

impl<T: Send + 'static> Drop for Continued<T> {
    fn drop(&mut self) {
        // A runtime that is shutting down drops the future.
        if let (Some(future), Ok(runtime)) = (self.0.take(), Handle::try_current())
            && !std::thread::panicking()
        {
            runtime.spawn(future);
        }
    }
}

/// The output of a future; `None` if it panics.
pub(crate) async fn caught<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    std::future::poll_fn(|context| {
        let poll = || future.as_mut().poll(context);
        match catch_unwind(AssertUnwindSafe(poll)) {
            Ok(polled) => polled.map(Some),
            Err(_) => Poll::Ready(None),
        }
    })
    .await
}

/// The output of a future if it is ready; it is polled once.
pub(crate) async fn ready<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    std::future::poll_fn(|context| {
        Poll::Ready(match future.as_mut().poll(context) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        })
    })
    .await
}
