//! Where lines go: standard output, a file, or nowhere. Lines arrive whole and are written in whole, one write for all
//! that is ready; what the program cannot finish it takes back.

use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::exit::{self, Failure};
use super::input::{Place, Source};

/// Options about the output.
#[derive(Args, Debug)]
pub(super) struct OutputArgs {
    /// Where to write: a file, `-` for standard output, `null` for nowhere
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
}

/// Where lines go.
pub(super) struct Output {
    name: String,
    target: Target,
}

enum Target {
    Stdout(io::Stdout),
    File {
        file: File,
        /// Bytes of whole lines written, if the file can be cut back to them.
        whole: Option<u64>,
    },
    Nowhere,
}

/// Why no more can be written.
#[derive(Debug)]
pub(super) enum Unwritable {
    /// Nobody reads it any more, which is nobody's fault.
    Closed,
    Failed(Failure),
}

impl OutputArgs {
    /// Opens the output. A file is made or emptied, unless it is one of the inputs.
    pub(super) fn open(&self, inputs: &[Source]) -> Result<Output, Failure> {
        let name = self.output.to_string_lossy().into_owned();
        let target = match name.as_str() {
            "-" => return Ok(Output::stdout()),
            "null" => Target::Nowhere,
            _ => {
                if inputs.iter().any(|input| is_same(&self.output, input)) {
                    return Err(Failure::Usage(format!("{name} is both input and output")));
                }
                let opened = File::create(&self.output);
                let file = opened.map_err(|error| Failure::Output {
                    name: name.clone(),
                    error,
                })?;
                let regular = file.metadata().is_ok_and(|metadata| metadata.is_file());
                Target::File {
                    file,
                    whole: regular.then_some(0),
                }
            }
        };
        Ok(Output { name, target })
    }

    /// Whether lines may get mixed with what is shown on the terminal.
    pub(super) fn is_stdout(&self) -> bool {
        self.output.as_os_str() == "-"
    }
}

/// Whether emptying `path` would empty the input. Devices and pipes are no files to lose.
fn is_same(path: &Path, input: &Source) -> bool {
    let Place::Path(input) = &input.place else {
        return false;
    };
    match (fs::canonicalize(path), fs::canonicalize(input)) {
        (Ok(path), Ok(input)) => path == input && path.is_file(),
        _ => false,
    }
}

impl Output {
    pub(super) fn stdout() -> Self {
        Self {
            name: "standard output".to_owned(),
            target: Target::Stdout(io::stdout()),
        }
    }

    /// Writes all that a command has to say, and tells how the program ends.
    pub(super) fn print(mut self, text: &[u8]) -> Result<ExitCode, Failure> {
        match self.write(text) {
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
            Target::File { file, whole } => {
                let written = file.write_all(lines);
                if let Some(whole) = whole {
                    match written {
                        Ok(()) => *whole += lines.len() as u64,
                        // The half line behind the whole ones goes. If that fails too, the error still tells.
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
