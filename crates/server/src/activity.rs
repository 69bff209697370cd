//! [`Activity`]: what one connection is doing, so that slow and idle ones are ended.
//!
//! hyper has one time-out for headers and for idle connections of HTTP/1.1, and none before the
//! preface of HTTP/2. A connection that waits for a request may be kept for long, but a header that
//! has begun must not take long.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::connection::SHORT_IDLE;
use crate::limits::Limits;

/// What a connection is doing. Times are milliseconds since its beginning.
#[derive(Debug)]
pub(crate) struct Activity {
    began: Instant,
    requests: AtomicUsize,
    /// Whether there was a request.
    used: AtomicBool,
    is_http2: AtomicBool,
    /// When the latest request ended.
    idle_since: AtomicU64,
    /// When the first byte of a header arrived, plus one; zero if none has.
    header_since: AtomicU64,
}

/// A request in progress.
pub(crate) struct Request(Arc<Activity>);

impl Activity {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            requests: AtomicUsize::new(0),
            used: AtomicBool::new(false),
            is_http2: AtomicBool::new(false),
            idle_since: AtomicU64::new(0),
            header_since: AtomicU64::new(0),
        })
    }

    /// A request has a complete header.
    pub(crate) fn request(self: &Arc<Self>, is_http2: bool) -> Request {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.used.store(true, Ordering::Relaxed);
        self.is_http2.store(is_http2, Ordering::Relaxed);
        self.header_since.store(0, Ordering::Relaxed);
        Request(Arc::clone(self))
    }

    fn received(&self) {
        if self.requests.load(Ordering::Relaxed) == 0
            && self.header_since.load(Ordering::Relaxed) == 0
        {
            self.header_since.store(self.now() + 1, Ordering::Relaxed);
        }
    }

    /// Whether the connection was accepted a moment ago, and had no request.
    pub(crate) fn is_new(&self) -> bool {
        !self.used.load(Ordering::Relaxed) && self.began.elapsed() < SHORT_IDLE
    }

    /// Whether the connection is to be ended. `idle` is how long it may wait for a request.
    pub(crate) fn is_overdue(&self, limits: &Limits, idle: Duration) -> bool {
        if self.requests.load(Ordering::Relaxed) > 0 {
            return false;
        }
        let now = self.now();
        let since = |at: u64| Duration::from_millis(now.saturating_sub(at));
        let header = self.header_since.load(Ordering::Relaxed);
        if !self.used.load(Ordering::Relaxed) {
            return since(0) >= limits.header_timeout.min(idle);
        }
        // Frames of HTTP/2 are not all headers.
        let slow = header > 0
            && !self.is_http2.load(Ordering::Relaxed)
            && since(header - 1) >= limits.header_timeout;
        slow || since(self.idle_since.load(Ordering::Relaxed)) >= idle
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.0.idle_since.store(self.0.now(), Ordering::Relaxed);
        self.0.requests.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A stream that reports what it receives.
pub(crate) struct Watched<S> {
    pub(crate) stream: S,
    pub(crate) activity: Arc<Activity>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.activity.received();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_header_is_overdue_and_a_request_never_is() {
        let short = Limits::new().header_timeout(Duration::ZERO);
        let (long, idle) = (Limits::new(), Duration::from_secs(60));
        let activity = Activity::new();
        assert!(activity.is_overdue(&short, idle) && !activity.is_overdue(&long, idle));
        let request = activity.request(false);
        assert!(!activity.is_overdue(&short, Duration::ZERO));
        activity.received();
        drop(request);
        // The bytes that came during the request were its body.
        assert!(!activity.is_overdue(&short, idle) && activity.is_overdue(&short, Duration::ZERO));
        activity.received();
        assert!(activity.is_overdue(&short, idle) && !activity.is_overdue(&long, idle));
        drop(activity.request(true));
        activity.received();
        assert!(!activity.is_overdue(&short, idle));
    }
}
