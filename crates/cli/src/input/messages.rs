//! Messages of a stream in blocks, the unit of work of the pipeline. It holds one block at a time,
//! plus what the longest message needs, up to the limit on the size of a message.

use std::io::{self, Read};

use super::block::{BLOCK_BYTES, Block, read_some};
use super::framing::Framer;

/// Divides a stream into blocks of whole messages.
#[derive(Debug)]
pub(crate) struct MessageReader<R> {
    stream: R,
    framer: Framer,
    /// The beginning of a message whose end has not been read yet.
    carry: Vec<u8>,
    block_bytes: usize,
    most: usize,
    ended: bool,
    /// There may be more messages in `carry`.
    more: bool,
    /// Where they begin.
    from: usize,
}

/// The most messages in a block. The output for very small ones, such as errors, may be a hundred
/// times as large.
const MOST: usize = 4096;

impl<R: Read> MessageReader<R> {
    /// Reads messages of at most `max_bytes` bytes. A longer one is truncated to one byte more, so
    /// that memory is bounded and the parser refuses it.
    pub(crate) fn new(stream: R, max_bytes: usize) -> Self {
        Self {
            stream,
            framer: Framer::new(max_bytes),
            carry: Vec::new(),
            block_bytes: BLOCK_BYTES,
            most: MOST,
            ended: false,
            more: false,
            from: 0,
        }
    }

    /// The same with blocks of about this many bytes and with few messages.
    #[cfg(test)]
    pub(crate) fn block_bytes(mut self, bytes: usize) -> Self {
        self.block_bytes = bytes.max(1);
        self.most = 5;
        self
    }

    /// Fills `block` with the next messages; false at the end of the stream. The result of one read
    /// is passed on as soon as it contains a whole message, so that a slow stream is not delayed.
    ///
    /// # Errors
    ///
    /// Those of the stream.
    pub(crate) fn read_block(&mut self, block: &mut Block) -> io::Result<bool> {
        block.clear();
        if self.more {
            let text = self.carry.get(self.from..).unwrap_or_default();
            self.more = self
                .framer
                .frame(text, self.ended, self.most, block.parts().1);
            let separated = self.framer.separated();
            self.framer.shift(text);
            block.append(text.get(..separated).unwrap_or_default());
            self.from += separated;
            if !block.spans().is_empty() {
                return Ok(true);
            }
            block.discard(separated);
        }
        block.append(self.carry.get(self.from..).unwrap_or_default());
        self.carry.clear();
        self.from = 0;
        loop {
            if !self.ended {
                match read_some(&mut self.stream, block.space(self.block_bytes)) {
                    Ok(0) => self.ended = true,
                    Ok(count) => block.grow(count),
                    Err(error) => {
                        // A caller that tries again continues where the stream stopped.
                        self.carry.extend_from_slice(block.bytes());
                        block.clear();
                        return Err(error);
                    }
                }
            }
            let (text, spans) = block.parts();
            self.more = self.framer.frame(text, self.ended, self.most, spans);
            let separated = self.framer.separated();
            if !block.spans().is_empty() || self.ended {
                self.carry
                    .extend_from_slice(block.bytes().get(separated..).unwrap_or_default());
                self.framer.shift(block.bytes());
                block.truncate(separated);
                return Ok(!block.spans().is_empty() || block.read() > 0);
            }
            if separated >= self.block_bytes {
                self.framer.shift(block.bytes());
                block.discard(separated);
            }
        }
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests;
