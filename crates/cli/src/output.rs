//! Output: standard output, a file, or nowhere. Only whole lines are written, with one write for
//! all lines that are ready; an incomplete line at the end of a file is removed. A file keeps its
//! old content until the first write, and an output that is also an input is refused.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use memchr::memrchr;
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
    /// Standard output that is a regular file.
    Redirected(Handle),
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
        self.open_beside(None, inputs)
    }

    /// The same, and refuses another output that is this one or one of the inputs.
    pub(super) fn open_beside(
        &self,
        other: Option<&Path>,
        inputs: &[Source],
    ) -> Result<Output, Failure> {
        refuse_stderr(inputs)?;
        if let Some(other) = other {
            let name = other.to_string_lossy();
            refuse_inputs(&regular(Handle::from_path(other)), &name, inputs)?;
        }
        refuse_inputs(&self.handle(), &self.name(), inputs)?;
        let is_new = !self.is_nowhere() && !self.is_stdout() && fs::metadata(&self.output).is_err();
        let output = self.open_target()?;
        // Names of one file that did not exist before can only be compared now.
        let unique = self.refuse_twice(other);
        if unique.is_err() && is_new {
            // The name may be that of a link, which stays.
            let _ = fs::canonicalize(&self.output).and_then(fs::remove_file);
        }
        unique.map(|()| output)
    }

    fn open_target(&self) -> Result<Output, Failure> {
        let name = self.name();
        if self.is_nowhere() {
            let target = Target::Nowhere;
            return Ok(Output { name, target });
        }
        if self.is_stdout() {
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

    /// Fails if two outputs write to one file. Only standard output and standard error may, as
    /// `2>&1` asks for.
    fn refuse_twice(&self, other: Option<&Path>) -> Result<(), Failure> {
        let twice = |name: String| {
            Err(Failure::Usage(format!(
                "{name} is named as an output twice"
            )))
        };
        let (handle, stderr) = (self.handle(), regular(Handle::stderr()));
        if handle.is_some() && handle == stderr && !self.is_stdout() {
            return twice(self.name());
        }
        let Some(other) = other else {
            return Ok(());
        };
        let other_handle = regular(Handle::from_path(other));
        let is_same = other_handle.is_some() && (other_handle == handle || other_handle == stderr);
        if is_same || other == self.output {
            return twice(other.to_string_lossy().into_owned());
        }
        Ok(())
    }

    /// The file, if it exists.
    fn handle(&self) -> Option<Handle> {
        if self.is_nowhere() {
            return None;
        }
        if self.is_stdout() {
            return regular(Handle::stdout());
        }
        regular(Handle::from_path(&self.output))
    }

    fn name(&self) -> String {
        self.output.to_string_lossy().into_owned()
    }

    fn is_nowhere(&self) -> bool {
        self.output.as_os_str() == "null"
    }

    /// Whether lines may get mixed with what is shown on the terminal.
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
    if is_input(output, inputs) {
        let name = if name == "-" { "standard output" } else { name };
        return Err(Failure::Usage(format!("{name} is both input and output")));
    }
    Ok(())
}

/// Fails if standard error is one of the inputs.
fn refuse_stderr(inputs: &[Source]) -> Result<(), Failure> {
    match is_input(&regular(Handle::stderr()), inputs) {
        true => Err(Failure::StderrIsInput),
        false => Ok(()),
    }
}

fn is_input(output: &Option<Handle>, inputs: &[Source]) -> bool {
    let Some(output) = output else {
        return false;
    };
    let is_same = |input: &Source| match &input.place {
        Place::Path(path) => Handle::from_path(path).is_ok_and(|input| input == *output),
        Place::Stdin => Handle::stdin().is_ok_and(|input| input == *output),
        Place::Held(_) | Place::Unreadable(_) => false,
    };
    inputs.iter().any(is_same)
}

impl Output {
    /// Standard output, unless it is one of the inputs.
    pub(super) fn stdout_beside(inputs: &[Source]) -> Result<Self, Failure> {
        refuse_stderr(inputs)?;
        refuse_inputs(&regular(Handle::stdout()), "-", inputs)?;
        Ok(Self::stdout())
    }

    /// Discards what is written.
    pub(super) fn nothing() -> Self {
        Self {
            name: "null".to_owned(),
            target: Target::Nowhere,
        }
    }

    pub(super) fn stdout() -> Self {
        let target = match regular(Handle::stdout()) {
            Some(handle) => Target::Redirected(handle),
            None => Target::Stdout(io::stdout()),
        };
        let name = "standard output".to_owned();
        Self { name, target }
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
            Target::Redirected(handle) => write_whole_lines(handle.as_file(), lines),
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

/// Appends whole lines. If that fails, the incomplete line at the end is removed.
fn write_whole_lines(mut file: &File, lines: &[u8]) -> io::Result<()> {
    let mut rest = lines;
    let failed = loop {
        match file.write(rest) {
            Ok(0) if !rest.is_empty() => break io::ErrorKind::WriteZero.into(),
            Ok(count) => rest = rest.get(count..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break error,
        }
        if rest.is_empty() {
            return Ok(());
        }
    };
    let written = lines.strip_suffix(rest).unwrap_or_default();
    let whole = memrchr(b'\n', written).map_or(0, |end| end + 1);
    let _ = cut_back(file, (written.len() - whole) as u64);
    Err(failed)
}

/// Removes the last bytes of a file, unless something was written after them.
fn cut_back(mut file: &File, bytes: u64) -> io::Result<()> {
    let end = file.stream_position()?;
    if bytes > 0 && file.metadata()?.len() == end {
        let whole = end.saturating_sub(bytes);
        file.set_len(whole)?;
        file.seek(io::SeekFrom::Start(whole))?;
    }
    Ok(())
}

/// Truncates the file to remove its old content, once.
fn empty(file: &File, untouched: &mut bool) -> io::Result<()> {
    if std::mem::take(untouched) {
        file.set_len(0)?;
    }
    Ok(())
}
