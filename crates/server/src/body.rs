//! Receives and decompresses bodies, within the limits.

use std::io::{self, Read};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::http::{HeaderMap, header};
use bytes::{Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt as _;
use ruzstd::decoding::StreamingDecoder;
use ruzstd::decoding::errors::FrameDecoderError;

use crate::continued::ready;
use crate::limits::{FREE_EXPANSION, Limits};
use crate::refusal::Refusal;
use crate::service::Shared;

/// The most bytes of a refused body that are read, so that the connection can be used again.
const DRAINED: usize = 64 << 10;

/// What is reserved beside the body for a request whose body does not arrive with its header: a
/// connection of HTTP/2 can have many of them.
const WAITING: usize = 4 << 10;

/// The memory for bodies of requests without a valid token is the limit divided by this.
const UNAUTHORIZED_SHARE: usize = 16;

/// The largest window of Zstandard, which is allocated: RFC 9659, section 3, forbids larger ones in
/// this content encoding.
const MAX_WINDOW: u64 = 8 << 20;

/// How the body is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Identity,
    Gzip,
    Zstd,
}

impl Coding {
    /// Reads `Content-Encoding`.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let mut values = headers.get_all(header::CONTENT_ENCODING).iter();
        let Some(value) = values.next() else {
            return Ok(Self::Identity);
        };
        let name = value.to_str().unwrap_or_default().trim();
        let known = [
            ("gzip", Self::Gzip),
            ("x-gzip", Self::Gzip),
            ("zstd", Self::Zstd),
            ("identity", Self::Identity),
        ];
        let known = known.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
        match (known, values.next()) {
            (Some((_, coding)), None) => Ok(*coding),
            _ => Err(Refusal::UNKNOWN_CODING),
        }
    }
}

/// A share of the memory for bodies, which is given back when it is dropped.
pub(crate) struct Reserved {
    shared: Arc<Shared>,
    authorized: bool,
    bytes: usize,
}

impl Reserved {
    pub(crate) fn nothing(shared: &Arc<Shared>, authorized: bool) -> Self {
        Self {
            shared: Arc::clone(shared),
            authorized,
            bytes: 0,
        }
    }

    /// The bytes of all messages together, and their limit. Requests without a valid token cannot
    /// take the memory of the others.
    fn budget(&self) -> (&AtomicUsize, usize) {
        let most = self.shared.limits.max_buffered_bytes;
        match self.authorized {
            true => (&self.shared.buffered, most),
            false => (&self.shared.unauthorized, most / UNAUTHORIZED_SHARE),
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        let (bytes, most) = self.budget();
        bytes.load(Ordering::Relaxed) >= most
    }

    /// Adds bytes, if the limit of all messages together permits it.
    fn add(&mut self, bytes: usize) -> Result<(), Refusal> {
        let (all, most) = self.budget();
        let before = all.fetch_add(bytes, Ordering::Relaxed);
        self.bytes += bytes;
        if before + bytes > most {
            return Err(Refusal::NO_MEMORY);
        }
        Ok(())
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let (all, _) = self.budget();
        all.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Receives a body of at most `most` bytes; a longer one is refused with `too_long`.
pub(crate) async fn receive(
    body: impl Body<Data = Bytes>,
    most: usize,
    too_long: Refusal,
    reserved: &mut Reserved,
    shared: &Arc<Shared>,
) -> Result<Bytes, Refusal> {
    let authorized = reserved.authorized;
    let mut received = pin!(collect(body, most, too_long, reserved));
    // Most bodies arrive with their header, and need no timer.
    if let Some(received) = ready(received.as_mut()).await {
        return received;
    }
    let mut request = Reserved::nothing(shared, authorized);
    request.add(WAITING)?;
    let mut arriving = Arriving {
        shared,
        ended: false,
    };
    let received = tokio::time::timeout(shared.limits.body_timeout, received).await;
    arriving.ended = true;
    received.unwrap_or(Err(Refusal::SLOW_BODY))
}

/// A body that is being received. hyper may drop the request if the connection ends: nobody gets an
/// answer then, but the operator must know.
struct Arriving<'s> {
    shared: &'s Shared,
    ended: bool,
}

impl Drop for Arriving<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.shared.refused(Refusal::BROKEN_BODY);
        }
    }
}

async fn collect(
    body: impl Body<Data = Bytes>,
    most: usize,
    too_long: Refusal,
    reserved: &mut Reserved,
) -> Result<Bytes, Refusal> {
    let mut body = pin!(body);
    let (mut first, mut rest) = (Bytes::new(), BytesMut::new());
    while let Some(frame) = body.frame().await {
        // hyper has found that the body ends before its length, or that its chunks are malformed.
        let frame = frame.map_err(|_| Refusal::BROKEN_BODY)?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        let length = if rest.is_empty() {
            first.len()
        } else {
            rest.len()
        };
        if length + data.len() > most {
            return Err(too_long);
        }
        reserved.add(data.len())?;
        if length == 0 {
            // Most bodies arrive whole, and are not copied.
            first = data;
            continue;
        }
        if rest.is_empty() {
            rest.extend_from_slice(&first);
        }
        rest.extend_from_slice(&data);
    }
    Ok(if rest.is_empty() {
        first
    } else {
        rest.freeze()
    })
}

/// Whether the rest of a refused body is read: it is short, and its sender does not wait for
/// `100 Continue`.
pub(crate) fn is_drained(headers: &HeaderMap) -> bool {
    !headers.contains_key(header::EXPECT) && !too_long(headers, DRAINED)
}

/// Reads and drops the rest of a refused body, so that the sender, which may read the answer only
/// after it has sent everything, gets it, and the connection can be used again.
pub(crate) async fn drain(body: impl Body<Data = Bytes>, limits: &Limits) {
    let read = async {
        let (mut body, mut left) = (pin!(body), DRAINED);
        while let Some(Ok(frame)) = body.frame().await {
            let length = frame.data_ref().map_or(0, Bytes::len);
            match left.checked_sub(length) {
                Some(more) => left = more,
                None => return,
            }
        }
    };
    let _ = tokio::time::timeout(limits.slot_wait, read).await;
}

/// Whether the declared length exceeds a limit.
pub(crate) fn too_long(headers: &HeaderMap, most: usize) -> bool {
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|value| value.to_str().ok()?.parse().ok());
    length.is_some_and(|length: u64| length > most as u64)
}

/// Decompresses a body to at most `most` bytes. It computes, and does not wait.
pub(crate) fn decompress(
    body: &[u8],
    coding: Coding,
    most: usize,
    reserved: &mut Reserved,
) -> Result<Bytes, Refusal> {
    let expanded = body
        .len()
        .saturating_mul(reserved.shared.limits.max_expansion);
    let most = expanded.max(FREE_EXPANSION).min(most);
    let mut out = Vec::new();
    match coding {
        Coding::Identity => out.extend_from_slice(body),
        Coding::Gzip => {
            let source = flate2::read::MultiGzDecoder::new(body);
            read(source, most, reserved, &mut out)?;
        }
        Coding::Zstd => {
            let mut rest = body;
            // A body may be a sequence of frames.
            while !rest.is_empty() {
                let source = StreamingDecoder::new_with_max_window_size(&mut rest, MAX_WINDOW);
                let source = source.map_err(|error| match error {
                    FrameDecoderError::WindowSizeTooBig { .. } => Refusal::LARGE_WINDOW,
                    _ => Refusal::BROKEN_COMPRESSION,
                })?;
                read(source, most, reserved, &mut out)?;
            }
        }
    }
    Ok(out.into())
}

fn read(
    mut source: impl Read,
    most: usize,
    reserved: &mut Reserved,
    out: &mut Vec<u8>,
) -> Result<(), Refusal> {
    let mut chunk = [0; 16 << 10];
    loop {
        let length = match source.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => return Err(Refusal::BROKEN_COMPRESSION),
        };
        if out.len() + length > most {
            return Err(Refusal::EXPANDS);
        }
        reserved.add(length)?;
        out.extend_from_slice(chunk.get(..length).unwrap_or_default());
    }
}
