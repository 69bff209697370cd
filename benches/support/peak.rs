//! Runs a program and writes its peak memory, in KiB, as the last line of standard error. It is a
//! separate program, built by `process.rs` with rustc: Linux initializes the peak of a new process
//! with that of the process that started it, which must therefore be as small as possible.

use std::env;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};

/// `struct rusage` of 64-bit Unix: two times of two words, the peak, and thirteen other words.
#[repr(C)]
struct Usage {
    times: [i64; 4],
    peak: i64,
    rest: [i64; 13],
}

unsafe extern "C" {
    fn wait4(process: i32, status: *mut i32, options: i32, usage: *mut Usage) -> i32;
}

fn main() {
    let mut arguments = env::args_os().skip(1);
    let program = arguments.next().expect("a program");
    let child = Command::new(program)
        .args(arguments)
        .spawn()
        .expect("the program starts");
    let mut status = 0;
    let mut usage = Usage {
        times: [0; 4],
        peak: 0,
        rest: [0; 13],
    };
    // SAFETY: both pointers are valid for writing, and the structure is at least as large as
    // `struct rusage`.
    let ended = unsafe { wait4(child.id() as i32, &mut status, 0, &mut usage) };
    assert_eq!(ended, child.id() as i32);
    assert!(ExitStatus::from_raw(status).success(), "the program failed");
    // Linux reports KiB, macOS bytes.
    let unit = if cfg!(target_os = "macos") { 1024 } else { 1 };
    eprintln!("{}", usage.peak / unit);
}
