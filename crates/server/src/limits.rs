//! [`Limits`]: what protects a host from too much work and from slow or hostile senders.

use std::time::Duration;

/// Limits and time-outs of a host.
///
/// ```
/// use std::time::Duration;
/// use hydrant_server::Limits;
///
/// let limits = Limits::new().concurrency(400).response_timeout(Duration::from_secs(5));
/// assert_eq!((limits.concurrency, limits.max_body_bytes), (400, 16 << 20));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The most messages that are processed at the same time. 100 by default.
    pub concurrency: usize,
    /// How long a message waits for one of them to end before it is answered with 429. 100 ms by
    /// default.
    pub slot_wait: Duration,
    /// The value of `Retry-After` when there is no room. One second by default.
    pub retry_after: Duration,
    /// The longest message, compressed or not, in bytes: 413. 16 MiB by default.
    pub max_body_bytes: usize,
    /// How many times longer than the compressed body a message may be: 413. 100 by default; a body
    /// may always expand to 64 KiB.
    pub max_expansion: usize,
    /// The most bytes of messages that are received or processed at the same time: 429. 256 MiB by
    /// default. Requests without a valid token have a sixteenth of it, and only that, so that they
    /// take no room from the others.
    pub max_buffered_bytes: usize,
    /// The longest body of a request without a valid token, which is read because it could be a
    /// registration request. 64 KiB by default.
    pub max_registration_bytes: usize,
    /// The most connections. At the limit, connections without a request are ended after a second,
    /// and new ones wait. 10,000 by default.
    pub max_connections: usize,
    /// The time for the handshake of TLS, and then again for the header of a request: the connection
    /// is ended. 10 s by default.
    pub header_timeout: Duration,
    /// The time for a body: 408. 10 s by default.
    pub body_timeout: Duration,
    /// The time for processing a message: 503. 10 s by default.
    pub response_timeout: Duration,
    /// How long a connection is kept without a request. 75 s by default, longer than that of the load
    /// balancers of AWS, which otherwise use connections that the host is ending.
    pub idle_timeout: Duration,
    /// The longest header, in bytes: 431. 16 KiB by default.
    pub max_header_bytes: usize,
    /// The most requests at the same time in one connection of HTTP/2. 128 by default.
    pub max_streams: u32,
}

/// To this size a body may always expand.
pub(crate) const FREE_EXPANSION: usize = 64 << 10;

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $type:ty;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub const fn $name(mut self, $name: $type) -> Self {
            self.$name = $name;
            self
        }
    )*};
}

impl Limits {
    /// The default limits.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            concurrency: 100,
            slot_wait: Duration::from_millis(100),
            retry_after: Duration::from_secs(1),
            max_body_bytes: 16 << 20,
            max_expansion: 100,
            max_buffered_bytes: 256 << 20,
            max_registration_bytes: 64 << 10,
            max_connections: 10_000,
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(10),
            response_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(75),
            max_header_bytes: 16 << 10,
            max_streams: 128,
        }
    }

    setters! {
        /// Sets how many messages are processed at the same time.
        concurrency: usize;
        /// Sets how long a message waits for room.
        slot_wait: Duration;
        /// Sets when the sender is asked to repeat a message for which there was no room.
        retry_after: Duration;
        /// Sets the limit on the size of a message.
        max_body_bytes: usize;
        /// Sets how many times longer than the compressed body a message may be.
        max_expansion: usize;
        /// Sets the limit on the size of all messages together.
        max_buffered_bytes: usize;
        /// Sets the limit on the size of a registration request without a token.
        max_registration_bytes: usize;
        /// Sets how many connections there may be.
        max_connections: usize;
        /// Sets the time for a handshake, and for a header.
        header_timeout: Duration;
        /// Sets the time for a body.
        body_timeout: Duration;
        /// Sets the time for processing a message.
        response_timeout: Duration;
        /// Sets how long a connection is kept without a request.
        idle_timeout: Duration;
        /// Sets the limit on the size of a header.
        max_header_bytes: usize;
        /// Sets how many requests there may be at the same time in one connection of HTTP/2.
        max_streams: u32;
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}
