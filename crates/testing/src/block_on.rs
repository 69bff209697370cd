//! [`block_on`]: futures in tests without a runtime.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// The time after which the thread sleeps between two polls.
const EAGER: Duration = Duration::from_millis(20);

/// Polls a future until it is ready. For tests of async handlers that need no runtime: it ignores
/// wakers, and polls every few milliseconds.
///
/// Do not call it in a test that has a runtime, such as `#[tokio::test]`: it blocks the thread.
///
/// ```
/// assert_eq!(hydrant_testing::block_on(async { 1 + 1 }), 2);
/// ```
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    let began = Instant::now();
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        if began.elapsed() < EAGER {
            std::thread::yield_now();
        } else {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}
