//! Decompression of gzip (with any number of members) and Zstandard (with any number of frames).
//! The format is recognized by the extension or by the first bytes, which no JSON text begins with.

use std::io::{self, BufRead, BufReader, Read};

use super::Stream;
use flate2::bufread::GzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// A compression format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Zstandard,
}

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &str = "Zstandard";
const ZSTANDARD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// Compressed bytes that are read at once.
const BUFFER: usize = 64 << 10;

impl Compression {
    /// The format that the extension names.
    pub(super) fn of_extension(extension: &str) -> Option<Self> {
        match extension.to_ascii_lowercase().as_str() {
            "gz" => Some(Self::Gzip),
            "zst" => Some(Self::Zstandard),
            _ => None,
        }
    }
}

/// The decompressed text of `stream`.
pub(super) fn decode(mut stream: Stream, compression: Option<Compression>) -> io::Result<Stream> {
    let mut first = Vec::new();
    let compression = match compression {
        Some(compression) => Some(compression),
        None => detect(&mut stream, &mut first)?,
    };
    let stream = io::Cursor::new(first).chain(stream);
    Ok(match compression {
        None => Box::new(stream),
        Some(Compression::Gzip) => Box::new(Members {
            decoder: Some(GzDecoder::new(BufReader::with_capacity(BUFFER, stream))),
        }),
        Some(Compression::Zstandard) => {
            Box::new(Frames::new(BufReader::with_capacity(BUFFER, stream)))
        }
    })
}

/// Reads as few bytes into `first` as are needed to recognize the format. The first byte is nearly
/// always enough, so that interactive input is not delayed.
fn detect(stream: &mut impl Read, first: &mut Vec<u8>) -> io::Result<Option<Compression>> {
    loop {
        for (magic, compression) in [
            (GZIP, Compression::Gzip),
            (ZSTANDARD, Compression::Zstandard),
        ] {
            if first == magic {
                return Ok(Some(compression));
            }
        }
        let undecided = [GZIP, ZSTANDARD].iter().any(|m| m.starts_with(first));
        if !undecided || stream.by_ref().take(1).read_to_end(first)? == 0 {
            return Ok(None);
        }
    }
}

/// The content of all members of a gzip stream (RFC 1952, section 2.2). Its errors distinguish
/// corrupt data from other data after the last member.
struct Members<R> {
    /// None after the last member, or after an error.
    decoder: Option<GzDecoder<R>>,
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        if space.is_empty() {
            return Ok(0);
        }
        while let Some(mut decoder) = self.decoder.take() {
            let count = decoder.read(space).map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => cut("gzip"),
                io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => damaged("gzip"),
                _ => error,
            })?;
            if count > 0 {
                self.decoder = Some(decoder);
                return Ok(count);
            }
            let mut source = decoder.into_inner();
            let next = source.fill_buf()?;
            if next.starts_with(GZIP.get(..1).unwrap_or_default()) {
                self.decoder = Some(GzDecoder::new(source));
            } else if !next.is_empty() {
                return Err(followed("gzip"));
            }
        }
        Ok(0)
    }
}

fn cut(format: &str) -> io::Error {
    let text = format!("the {format} data ends too early: the file is empty or truncated");
    io::Error::new(io::ErrorKind::UnexpectedEof, text)
}

fn damaged(format: &str) -> io::Error {
    let text = format!("it is not {format} data, or it is corrupt");
    io::Error::new(io::ErrorKind::InvalidData, text)
}

fn followed(format: &str) -> io::Error {
    let text = format!("there is other data after the {format} data");
    io::Error::new(io::ErrorKind::InvalidData, text)
}

/// The content of all frames of a Zstandard stream; the decoder itself ends after the first (RFC
/// 8878, section 3.1).
struct Frames<R> {
    source: R,
    decoder: FrameDecoder,
    within: bool,
    /// Whether there was a frame.
    any: bool,
}

impl<R: BufRead> Frames<R> {
    fn new(source: R) -> Self {
        Self {
            source,
            decoder: FrameDecoder::new(),
            within: false,
            any: false,
        }
    }

    /// Begins the next frame; false at the end of the stream.
    fn begin(&mut self) -> io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.decoder.init(&mut self.source) {
                Ok(()) => {
                    self.any = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let length = u64::from(length);
                    let mut skipped = self.source.by_ref().take(length);
                    if io::copy(&mut skipped, &mut io::sink())? < length {
                        return Err(cut(ZSTD));
                    }
                    self.any = true;
                }
                Err(_) if self.any => return Err(followed(ZSTD)),
                Err(_) => return Err(damaged(ZSTD)),
            }
        }
        if self.any { Ok(false) } else { Err(cut(ZSTD)) }
    }

    fn verify(&self) -> io::Result<()> {
        match self.decoder.get_checksum_from_data() {
            Some(sum) if self.decoder.get_calculated_checksum() != Some(sum) => {
                Err(io::Error::other("the checksum of a frame is wrong"))
            }
            _ => Ok(()),
        }
    }
}

/// The decoder reports the end of its input in several ways.
fn damaged_or_cut(source: &mut impl BufRead) -> io::Error {
    match source.fill_buf() {
        Ok([]) => cut(ZSTD),
        Ok(_) => damaged(ZSTD),
        Err(error) => error,
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        if space.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.within {
                if !self.begin()? {
                    return Ok(0);
                }
                self.within = true;
            }
            while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                self.decoder
                    .decode_blocks(&mut self.source, BlockDecodingStrategy::UptoBlocks(1))
                    .map_err(|_| damaged_or_cut(&mut self.source))?;
            }
            let count = self.decoder.read(space)?;
            if count > 0 {
                return Ok(count);
            }
            self.verify()?;
            self.within = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::write::GzEncoder;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zstandard(text: &[u8]) -> Vec<u8> {
        compress_to_vec(text, CompressionLevel::Fastest)
    }

    fn text_of(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        decode(Box::new(io::Cursor::new(bytes)), None)?.read_to_end(&mut text)?;
        Ok(text)
    }

    #[test]
    fn members_and_frames_follow_each_other() {
        let long = b"{\"some\":\"line\"}\n".repeat(50_000);
        for pack in [gzip, zstandard] {
            let parts = [pack(b"one\n"), pack(b""), pack(&long), pack(b"two\n")];
            let expected = [&b"one\n"[..], &long, b"two\n"].concat();
            assert_eq!(text_of(parts.concat()).unwrap(), expected);
        }
        let skippable = [0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
        let parts = [&zstandard(b"one")[..], &skippable, &zstandard(b"two")];
        assert_eq!(text_of(parts.concat()).unwrap(), b"onetwo");
    }

    #[test]
    fn plain_text_stays_even_if_it_begins_alike() {
        for text in [
            &b""[..],
            b"{",
            b"(",
            b"(\xb5/",
            b"\x1f",
            b"\x1fx",
            b"{}\n{}",
        ] {
            assert_eq!(text_of(text.to_vec()).unwrap(), text);
        }
    }

    #[test]
    fn what_is_cut_or_garbled_is_an_error() {
        for pack in [gzip, zstandard] {
            let whole = pack(&b"{\"some\":\"line\"}\n".repeat(5_000));
            for length in [5, 12, whole.len() / 2, whole.len() - 1] {
                assert!(text_of(whole[..length].to_vec()).is_err(), "{length}");
            }
            assert!(text_of([&whole[..], b"rubbish"].concat()).is_err());
        }
        let mut wrong_sum = zstandard(b"text");
        *wrong_sum.last_mut().unwrap() ^= 1;
        assert!(text_of(wrong_sum).is_err());
    }

    #[test]
    fn a_name_that_promises_compression_is_believed() {
        let plain = || Box::new(io::Cursor::new(b"{}"));
        for compression in [Compression::Gzip, Compression::Zstandard] {
            let read = decode(plain(), Some(compression))
                .unwrap()
                .read(&mut [0; 9]);
            assert!(read.is_err());
        }
    }
}
