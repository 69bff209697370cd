//! Output: standard output, a file, or nowhere. Only whole lines are written, with one write for
//! all lines that are ready; an incomplete line at the end of a file is removed. A file keeps its
//! old content until the first write, and an output that is also an input is refused.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use same_file::Handle;

use super::exit::{self, Failure};
use super::input::{Place, Source};

/// Options of the output.
#[derive(Args, Debug)]
pub(super) struct OutputArgs {
    /// Where to write: a file, `-` for standard output, `null` to discard the output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
}

/// The destination of lines.
pub(super) struct Output {
    name: String,
    target: Target,
}

enum Target {
    Stdout(io::Stdout),
    File {
        file: File,
        /// Bytes of whole lines written, if the file can be truncated to them.
        whole: Option<u64>,
        /// Whether the file still has its old content.
        untouched: bool,
    },
    Nowhere,
}

/// Why writing cannot continue.
#[derive(Debug)]
pub(super) enum Unwritable {
    /// The reader has closed the output, which is not an error.
    Closed,
    Failed(Failure),
}

impl OutputArgs {
    /// Opens the output, unless it is one of the inputs. A file is created if it does not exist.
    /// The first write, or [`Output::finish`], truncates it.
    pub(super) fn open(&self, inputs: &[Source]) -> Result<Output, Failure> {
        let name = self.output.to_string_lossy().into_owned();
        if name == "null" {
            let target = Target::Nowhere;
            return Ok(Output { name, target });
        }
        refuse_inputs(&self.handle(), &name, inputs)?;
        if name == "-" {
            return Ok(Output::stdout());
        }
        let mut options = OpenOptions::new();
        let opened = options
            .write(true)
            .create(true)
            .truncate(false)
            .open(&self.output);
        let file = opened.map_err(|error| Failure::Output {
            name: name.clone(),
            error,
        })?;
        let regular = file.metadata().is_ok_and(|metadata| metadata.is_file());
        let target = Target::File {
            file,
            whole: regular.then_some(0),
            untouched: regular,
        };
        Ok(Output { name, target })
    }

    /// Refuses another output that is the same file as this one or as one of the inputs.
    pub(super) fn refuse_other(&self, other: &Path, inputs: &[Source]) -> Result<(), Failure> {
        let name = other.to_string_lossy();
        let handle = regular(Handle::from_path(other));
        if handle.is_some() && handle == self.handle() || other == self.output {
            return Err(Failure::Usage(format!(
                "{name} is named as an output twice"
            )));
        }
        refuse_inputs(&handle, &name, inputs)
    }

    /// The file, if it exists.
    fn handle(&self) -> Option<Handle> {
        if self.is_stdout() {
            return regular(Handle::stdout());
        }
        regular(Handle::from_path(&self.output))
    }

    /// Whether lines of the output may be mixed with messages on the terminal.
    pub(super) fn is_stdout(&self) -> bool {
        self.output.as_os_str() == "-"
    }
}

/// The file, if it is a regular one: a device or a pipe has no content to lose.
fn regular(handle: io::Result<Handle>) -> Option<Handle> {
    let handle = handle.ok()?;
    let metadata = handle.as_file().metadata().ok()?;
    metadata.is_file().then_some(handle)
}

/// Fails if the output is one of the inputs, also under another name.
fn refuse_inputs(output: &Option<Handle>, name: &str, inputs: &[Source]) -> Result<(), Failure> {
    let Some(output) = output else {
        return Ok(());
    };
    let is_same = |input: &Source| match &input.place {
        Place::Path(path) => Handle::from_path(path).is_ok_and(|input| input == *output),
        Place::Stdin => Handle::stdin().is_ok_and(|input| input == *output),
        Place::Held(_) | Place::Unreadable(_) => false,
    };
    if inputs.iter().any(is_same) {
        let name = if name == "-" { "standard output" } else { name };
        return Err(Failure::Usage(format!("{name} is both input and output")));
    }
    Ok(())
}

impl Output {
    pub(super) fn stdout() -> Self {
        Self {
            name: "standard output".to_owned(),
            target: Target::Stdout(io::stdout()),
        }
    }

    /// Writes the complete output of a command and returns the exit status.
    pub(super) fn print(mut self, text: &[u8]) -> Result<ExitCode, Failure> {
        match self.write(text).and_then(|()| self.finish()) {
            Ok(()) | Err(Unwritable::Closed) => Ok(exit::GOOD.into()),
            Err(Unwritable::Failed(failure)) => Err(failure),
        }
    }

    /// Writes whole lines, at once.
    pub(super) fn write(&mut self, lines: &[u8]) -> Result<(), Unwritable> {
        if lines.is_empty() {
            return Ok(());
        }
        let written = match &mut self.target {
            Target::Stdout(stdout) => {
                let mut stdout = stdout.lock();
                stdout.write_all(lines).and_then(|()| stdout.flush())
            }
            Target::File {
                file,
                whole,
                untouched,
            } => {
                let emptied = empty(file, untouched);
                let written = emptied.and_then(|()| file.write_all(lines));
                if let Some(whole) = whole {
                    match written {
                        Ok(()) => *whole += lines.len() as u64,
                        // The incomplete line after the whole ones is removed. If that fails too,
                        // the error still counts the whole lines.
                        Err(_) => {
                            let _ = file.set_len(*whole).and_then(|()| file.rewind());
                        }
                    }
                }
                written
            }
            Target::Nowhere => Ok(()),
        };
        written.map_err(|error| self.unwritable(error))
    }

    /// Finishes the output after the last line: a file to which no line was written is truncated.
    pub(super) fn finish(&mut self) -> Result<(), Unwritable> {
        let finished = match &mut self.target {
            Target::File {
                file, untouched, ..
            } => empty(file, untouched),
            _ => Ok(()),
        };
        finished.map_err(|error| self.unwritable(error))
    }

    fn unwritable(&self, error: io::Error) -> Unwritable {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Unwritable::Closed;
        }
        Unwritable::Failed(Failure::Output {
            name: self.name.clone(),
            error,
        })
    }
}

/// Truncates the file to remove its old content, once.
fn empty(file: &File, untouched: &mut bool) -> io::Result<()> {
    if std::mem::take(untouched) {
        file.set_len(0)?;
    }
    Ok(())
}
