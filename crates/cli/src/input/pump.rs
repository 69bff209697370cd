//! Reading from sources that may block for ever: standard input, pipes, terminals. A separate
//! thread reads, so that the caller notices a stop at once; the thread is then abandoned while it
//! is blocked.

use std::io::{self, Read};
use std::sync::Arc;
use std::thread;

use crossbeam::channel::{Receiver, Sender, bounded};
use crossbeam::select;

use crate::interrupt::Stop;

/// Bytes read at a time.
const BUFFER: usize = 128 << 10;
/// Buffers that circulate between the thread and the reader.
const BUFFERS: usize = 3;

/// A buffer and how much of it is filled.
type Filled = (Box<[u8]>, usize);

/// A stream that another thread reads. It ends early when the stop is raised.
pub(super) struct Pump {
    full: Receiver<io::Result<Filled>>,
    free: Sender<Box<[u8]>>,
    current: Option<Filled>,
    at: usize,
    stop: Arc<Stop>,
}

impl Pump {
    /// Opens the stream on the thread, too: opening a named pipe waits for its writer.
    pub(super) fn start<R: Read>(
        open: impl FnOnce() -> io::Result<R> + Send + 'static,
        stop: Arc<Stop>,
    ) -> io::Result<Self> {
        let (full_in, full) = bounded(BUFFERS);
        let (free, free_out) = bounded(BUFFERS);
        for _ in 0..BUFFERS {
            // There is room for all of them.
            let _ = free.send(vec![0; BUFFER].into_boxed_slice());
        }
        thread::Builder::new()
            .name("input".to_owned())
            .spawn(move || {
                // If sending fails, the reader has been dropped.
                if let Err(error) = fill(open, &free_out, &full_in) {
                    let _ = full_in.send(Err(error));
                }
            })?;
        Ok(Self {
            full,
            free,
            current: None,
            at: 0,
            stop,
        })
    }
}

/// Passes on the result of each read, until the stream ends or the reader is dropped.
fn fill<R: Read>(
    open: impl FnOnce() -> io::Result<R>,
    free: &Receiver<Box<[u8]>>,
    full: &Sender<io::Result<Filled>>,
) -> io::Result<()> {
    let mut stream = open()?;
    for mut buffer in free {
        let count = loop {
            match stream.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        if count == 0 || full.send(Ok((buffer, count))).is_err() {
            break;
        }
    }
    Ok(())
}

impl Read for Pump {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        if space.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some((buffer, count)) = &self.current {
                let mut rest = buffer.get(self.at..*count).unwrap_or_default();
                let read = rest.read(space)?;
                self.at += read;
                if read > 0 {
                    return Ok(read);
                }
            }
            if let Some((buffer, _)) = self.current.take() {
                // The thread may have ended.
                let _ = self.free.send(buffer);
            }
            self.at = 0;
            select! {
                recv(self.full) -> filled => match filled {
                    Ok(filled) => self.current = Some(filled?),
                    Err(_) => return Ok(0),
                },
                recv(self.stop.woken()) -> _ => return Ok(0),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_arrives_in_order() {
        let text: Vec<u8> = (0..1_000_000u32).map(|i| (i % 251) as u8).collect();
        let input = text.clone();
        let mut pump = Pump::start(move || Ok(io::Cursor::new(input)), Stop::new()).unwrap();
        let mut read = Vec::new();
        pump.read_to_end(&mut read).unwrap();
        assert_eq!(read, text);
        assert_eq!(pump.read(&mut [0; 10]).unwrap(), 0);
    }

    #[test]
    fn errors_of_opening_and_reading_arrive() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }
        let mut pump = Pump::start(|| Ok(Broken), Stop::new()).unwrap();
        let error = pump.read(&mut [0; 10]).unwrap_err();
        assert_eq!(error.to_string(), "broken");
        let open = || Err::<Broken, _>(io::Error::other("closed"));
        let mut pump = Pump::start(open, Stop::new()).unwrap();
        assert_eq!(pump.read(&mut [0; 10]).unwrap_err().to_string(), "closed");
    }

    #[test]
    fn a_stop_ends_the_wait_for_a_silent_stream() {
        struct Silent(Receiver<()>);
        impl Read for Silent {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                // Waits until the test is over.
                let _ = self.0.recv();
                Ok(0)
            }
        }
        let (keep, silence) = bounded(0);
        let stop = Stop::new();
        let mut pump = Pump::start(move || Ok(Silent(silence)), Arc::clone(&stop)).unwrap();
        let waiting = thread::spawn(move || pump.read(&mut [0; 10]).unwrap());
        stop.raise();
        assert_eq!(waiting.join().unwrap(), 0);
        drop(keep);
    }
}
