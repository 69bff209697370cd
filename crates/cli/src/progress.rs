//! The progress bar: for long inputs of known size, on a terminal, if it does not interfere with
//! the output.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use super::input::{Opener, Source};

/// Inputs of fewer bytes are processed too quickly for a progress bar.
const WORTH_SHOWING: u64 = 64 << 20;

/// A progress bar, or none.
pub(super) struct Progress(Option<(ProgressBar, Arc<AtomicU64>)>);

impl Progress {
    pub(super) fn none() -> Self {
        Self(None)
    }

    /// A bar over all sources, each read this many times. `clear` says that the output does not go
    /// to the same terminal.
    pub(super) fn over(sources: &[Source], times: u32, opener: &Opener, clear: bool) -> Self {
        let sizes: Option<Vec<u64>> = sources.iter().map(|source| source.size).collect();
        let total = sizes.map_or(0, |sizes| sizes.iter().sum::<u64>() * u64::from(times));
        let clear = clear || !io::stdout().is_terminal();
        if total < WORTH_SHOWING || !clear || !io::stderr().is_terminal() {
            return Self::none();
        }
        let bar = ProgressBar::new(total);
        let template =
            "{bar:40} {percent:>3} %  {bytes} of {total_bytes}  {bytes_per_sec}  {eta} left";
        // The template is a constant; if it were invalid, the default style is used.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self(Some((bar, Arc::clone(&opener.read))))
    }

    /// Shows the position of reading.
    pub(super) fn update(&self) {
        if let Some((bar, read)) = &self.0 {
            bar.set_position(read.load(Ordering::Relaxed));
        }
    }

    /// Hides the bar while other text is written to the terminal.
    pub(super) fn pause(&self, write: impl FnOnce()) {
        match &self.0 {
            Some((bar, _)) => bar.suspend(write),
            None => write(),
        }
    }

    pub(super) fn finish(&self) {
        if let Some((bar, _)) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
