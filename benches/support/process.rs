//! Whole processes as contenders: builds them with cargo and rustc into the target folder of the
//! bench, runs them on a message, and measures their memory. A contender here is a program and its
//! arguments.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

/// The allocators that the program can be built with.
#[derive(Clone, Copy)]
pub enum Allocator {
    System,
    Mimalloc,
}

/// A program that is started repeatedly.
pub struct Program {
    path: PathBuf,
    arguments: Vec<String>,
}

impl Program {
    /// The target folder; a bench is `release/deps/name-*` in it.
    pub fn target() -> PathBuf {
        let bench = env::current_exe().unwrap();
        bench.ancestors().nth(3).unwrap().to_owned()
    }

    /// Where benches store their builds and outputs.
    pub fn folder() -> PathBuf {
        let folder = Self::target().join("release/bench_programs");
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// An example of the library.
    pub fn example(name: &str) -> Self {
        Self::example_of("hydrant", name)
    }

    /// An example of a package.
    pub fn example_of(package: &str, name: &str) -> Self {
        build(&["--package", package, "--example", name]);
        Self::at(Self::target().join("release/examples").join(name))
    }

    /// The program, with the system allocator or with mimalloc. It is copied to a name of its own,
    /// because both builds have the same name.
    pub fn hydrant(allocator: Allocator) -> Self {
        let (features, suffix) = match allocator {
            Allocator::System => ("", "system"),
            Allocator::Mimalloc => ("mimalloc", "mimalloc"),
        };
        build(&["--package", "hydrant-cli", "--features", features]);
        let built = executable(Self::target().join("release/hydrant"));
        let kept = executable(Self::folder().join(format!("hydrant-{suffix}")));
        // To a new file: the old one may be running.
        let _ = fs::remove_file(&kept);
        fs::copy(built, &kept).unwrap();
        Self::at(kept)
    }

    /// A program of one file that depends only on the standard library.
    pub fn source(name: &str, text: &str) -> Self {
        let source = Self::folder().join(name).with_extension("rs");
        let program = executable(Self::folder().join(name));
        fs::write(&source, text).unwrap();
        let built = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
            .args(["-O", "--edition", "2024", "-o"])
            .args([&program, &source])
            .status()
            .unwrap();
        assert!(built.success(), "{name} does not build");
        Self::at(program)
    }

    /// An existing program.
    pub fn at(path: PathBuf) -> Self {
        let (path, arguments) = (executable(path), Vec::new());
        Self { path, arguments }
    }

    /// The command in an environment variable: a program and its arguments, separated by spaces.
    /// None without the variable.
    pub fn named_by(variable: &str) -> Option<Self> {
        let command = env::var(variable).ok()?;
        let words: Vec<&str> = command.split_whitespace().collect();
        let (program, arguments) = words.split_first()?;
        Some(Self::at((*program).into()).with(arguments))
    }

    #[must_use]
    pub fn with(mut self, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(ToString::to_string);
        self.arguments.extend(arguments);
        self
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn arguments(&self) -> &[String] {
        &self.arguments
    }

    /// Starts the program, passes the input, and waits for its output and its end.
    pub fn run(&self, input: &[u8]) -> Vec<u8> {
        finish(self.command(), input)
    }

    /// The peak memory of the program during that, in KiB, by `wait4(2)`. It is at least that of
    /// the program that waits, about as much as `hello`.
    pub fn peak_kib(&self, input: &[u8]) -> f64 {
        let waiter = Self::source("peak", include_str!("peak.rs"));
        let mut command = Command::new(waiter.path);
        command.arg(&self.path).args(&self.arguments);
        command.stderr(Stdio::piped());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        let last = String::from_utf8(output.stderr).unwrap();
        let peak = last.lines().next_back().and_then(|line| line.parse().ok());
        peak.unwrap_or_else(|| panic!("{last}"))
    }

    /// Starts the program for many commands, with one line of output for each line of input.
    pub fn converse(&self) -> Conversation {
        let mut child = self.command().spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Conversation { child, output }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command.args(&self.arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        command
    }
}

fn finish(mut command: Command, body: &[u8]) -> Vec<u8> {
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    if !body.is_empty() {
        input.write_all(body).unwrap();
    }
    drop(input);
    let mut answer = Vec::new();
    let mut output = child.stdout.take().unwrap();
    output.read_to_end(&mut answer).unwrap();
    assert!(child.wait().unwrap().success());
    answer
}

/// A running program that answers lines with lines.
pub struct Conversation {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Conversation {
    /// Sends a line and returns the answer.
    pub fn say(&mut self, line: &[u8]) -> String {
        let input = self.child.stdin.as_mut().unwrap();
        input.write_all(line).unwrap();
        input.write_all(b"\n").unwrap();
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        answer
    }

    /// The memory that it uses, in KiB. None without `/proc`.
    pub fn resident_kib(&self) -> Option<f64> {
        resident_kib(self.child.id())
    }

    /// Closes its input and waits for its end.
    pub fn end(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

/// The memory that a process uses, in KiB, according to Linux.
pub fn resident_kib(process: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn build(arguments: &[&str]) {
    let built = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .args(["build", "--quiet", "--release"])
        .args(arguments)
        .arg("--target-dir")
        .arg(Program::target())
        .status()
        .unwrap();
    assert!(built.success(), "{arguments:?} does not build");
}

fn executable(path: PathBuf) -> PathBuf {
    path.with_extension(env::consts::EXE_EXTENSION)
}
