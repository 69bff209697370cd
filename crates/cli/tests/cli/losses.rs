//! Files that must not be lost, and runs that must report that they read nothing.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::support::REFUSED as REFUSED_BATCH;
use crate::support::*;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("input.ndjson", plain() + "\n");
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs the program in the folder.
    fn run(&self, args: &[&str]) -> Ran {
        self.run_with(args, Stdio::null(), Stdio::piped())
    }

    fn run_with(&self, args: &[&str], stdin: Stdio, stdout: Stdio) -> Ran {
        let mut command = hydrant(args);
        command
            .current_dir(self.0.path())
            .stdin(stdin)
            .stdout(stdout);
        Ran::of(command.stderr(Stdio::piped()).output().unwrap())
    }

    /// The same with other places for its output.
    fn run_into(&self, args: &[&str], stdout: Stdio, stderr: Stdio) -> Ran {
        let mut command = hydrant(args);
        command.current_dir(self.0.path()).stdin(Stdio::null());
        Ran::of(command.stdout(stdout).stderr(stderr).output().unwrap())
    }

    fn open(&self, name: &str) -> Stdio {
        File::open(self.path(name)).unwrap().into()
    }

    fn append(&self, name: &str) -> Stdio {
        File::options()
            .append(true)
            .open(self.path(name))
            .unwrap()
            .into()
    }
}

const REFUSED: &str = "is both input and output";

#[test]
fn an_output_that_is_an_input_is_refused_whatever_its_name() {
    let folder = Folder::new();
    fs::hard_link(folder.path("input.ndjson"), folder.path("link.ndjson")).unwrap();
    let path = folder.path("input.ndjson");
    let path = path.to_str().unwrap();
    for output in ["input.ndjson", "./input.ndjson", "link.ndjson", path] {
        for command in ["normalize", "process", "hash"] {
            let mut args = vec![command, "input.ndjson", "--output", output];
            if command == "hash" {
                args.extend(["--algorithm", "md5"]);
            }
            let ran = folder.run(&args);
            assert_eq!(ran.status, Some(2), "{args:?}");
            assert!(ran.err.contains(REFUSED), "{}", ran.err);
        }
    }
    // The folder that it is in.
    assert_eq!(
        folder.run(&["normalize", ".", "-o", "link.ndjson"]).status,
        Some(2)
    );
    // Standard input and output.
    let from_input = folder.run_with(
        &["normalize", "-", "-o", "input.ndjson"],
        folder.open("input.ndjson"),
        Stdio::piped(),
    );
    assert_eq!(from_input.status, Some(2), "{}", from_input.err);
    let to_input = folder.run_with(
        &["normalize", "input.ndjson"],
        Stdio::null(),
        folder.append("input.ndjson"),
    );
    assert_eq!(to_input.status, Some(2), "{}", to_input.err);
    assert_eq!(folder.read("input.ndjson"), plain() + "\n");
}

#[test]
fn devices_may_be_input_and_output() {
    if Path::new("/dev/null").exists() {
        let folder = Folder::new();
        let null = |write: bool| {
            let mut options = File::options();
            Stdio::from(options.read(!write).write(write).open("/dev/null").unwrap())
        };
        let ran = folder.run_with(&["normalize", "-"], null(false), null(true));
        assert_eq!(ran.status, Some(0), "{}", ran.err);
    }
}

#[test]
fn a_report_file_is_neither_an_input_nor_the_output() {
    let folder = Folder::new();
    for (output, report) in [
        ("null", "input.ndjson"),
        ("out.ndjson", "out.ndjson"),
        ("out.ndjson", "input.ndjson"),
    ] {
        let args = [
            "process",
            "input.ndjson",
            "-q",
            "-o",
            output,
            "--report-file",
            report,
        ];
        let ran = folder.run(&args);
        assert_eq!(ran.status, Some(2), "{args:?}: {}", ran.err);
        assert_eq!(folder.read("input.ndjson"), plain() + "\n");
    }
    let args = [
        "process",
        "input.ndjson",
        "-q",
        "-o",
        "out.ndjson",
        "--report-file",
        "report.json",
    ];
    assert_eq!(folder.run(&args).status, Some(0));
    assert!(
        folder.read("report.json").starts_with('{') && folder.read("out.ndjson").ends_with("}\n")
    );
}

#[test]
fn two_outputs_that_do_not_exist_yet_are_compared() {
    let folder = Folder::new();
    let absolute = folder.path("out");
    let mut pairs = vec![("out", "./out"), ("out", absolute.to_str().unwrap())];
    if cfg!(unix) {
        #[cfg(unix)]
        std::os::unix::fs::symlink("out", folder.path("link")).unwrap();
        pairs.extend([("link", "out"), ("out", "link"), ("link", "./link")]);
    }
    for (output, report) in pairs {
        let args = ["process", "-q", "input.ndjson", "-o", output];
        let ran = folder.run(&[&args[..], &["--report-file", report]].concat());
        assert_eq!(ran.status, Some(2), "{output} {report}: {}", ran.err);
        assert!(
            ran.err.contains("is named as an output twice"),
            "{}",
            ran.err
        );
        assert!(!folder.path("out").exists(), "{output} {report}");
    }
    // Standard error is an output as well.
    for args in [
        &["normalize", "input.ndjson", "-o", "log"][..],
        &["process", "input.ndjson", "-o", "log"],
        &["process", "input.ndjson", "--report-file", "log"],
    ] {
        folder.write("log", "");
        let ran = folder.run_into(args, Stdio::piped(), folder.append("log"));
        assert_eq!(ran.status, Some(2), "{args:?}");
        let said = folder.read("log");
        assert!(said.contains("log is named as an output twice"), "{said}");
    }
    // As `2>&1` does it.
    folder.write("log", "");
    let args = ["process", "input.ndjson"];
    let ran = folder.run_into(&args, folder.append("log"), folder.append("log"));
    assert_eq!(ran.status, Some(0));
    assert!(folder.read("log").contains("MB/s"));
}

#[test]
fn standard_output_and_error_are_not_an_input() {
    let commands = [
        &["validate", "--json"][..],
        &["validate"],
        &["inspect"],
        &["process", "-k"],
        &["normalize"],
        &["hash", "-a", "md5"],
    ];
    let folder = Folder::new();
    let content = format!("{}\n{REFUSED_BATCH}\n", plain());
    folder.write("input.ndjson", &content);
    for command in commands {
        for file in ["input.ndjson", "-"] {
            let args = [command, &[file]].concat();
            for to_stderr in [false, true] {
                let other = Stdio::piped();
                let input = folder.append("input.ndjson");
                let (out, err) = match to_stderr {
                    true => (other, input),
                    false => (input, other),
                };
                let mut command = hydrant(&args);
                command.current_dir(folder.0.path());
                command.stdin(folder.open("input.ndjson"));
                let ran = Ran::of(command.stdout(out).stderr(err).output().unwrap());
                assert_eq!(ran.status, Some(2), "{args:?} {to_stderr}: {}", ran.err);
                assert_eq!(ran.out, "");
                if !to_stderr {
                    assert!(ran.err.contains(REFUSED), "{}", ran.err);
                }
                // Not even the reason is added.
                assert_eq!(folder.read("input.ndjson"), content, "{args:?}");
            }
        }
    }
}

#[test]
fn an_output_keeps_what_it_has_until_there_is_something_to_write() {
    let folder = Folder::new();
    folder.write("out", "precious");
    folder.write("refused.ndjson", "not JSON\n");
    folder.write("empty.ndjson", "");
    for (input, status, left) in [
        ("empty.ndjson", 1, "precious"),
        ("missing.ndjson", 1, "precious"),
        ("refused.ndjson", 1, "precious"),
        // Nothing is the result here.
        ("-", 0, ""),
    ] {
        let ran = folder.run(&["normalize", input, "-o", "out"]);
        assert_eq!(
            (ran.status, folder.read("out").as_str()),
            (Some(status), left),
            "{input}"
        );
    }
    folder.write("out", "precious, and longer than what comes".repeat(100));
    assert_eq!(
        folder
            .run(&["hash", "-a", "md5", "input.ndjson", "-o", "out"])
            .status,
        Some(0)
    );
    assert_eq!(folder.read("out").len(), 33);
    assert_eq!(
        folder
            .run(&["generate", "--messages", "0", "-o", "out"])
            .status,
        Some(0)
    );
    assert_eq!(folder.read("out"), "");
}

#[test]
fn a_folder_without_messages_is_said() {
    let folder = Folder::new();
    fs::create_dir(folder.path("none")).unwrap();
    folder.write("none/2026-11-28-object", plain());
    for command in ["normalize", "process", "validate"] {
        let ran = folder.run(&[command, "none"]);
        assert_eq!(ran.status, Some(1), "{command}");
        assert!(ran.err.contains("cannot read none: no file"), "{}", ran.err);
    }
    // Extensions in capital letters are recognized, too.
    folder.write("none/A.JSONL", plain());
    folder.write("none/B.Json", plain());
    assert_eq!(folder.run(&["normalize", "none"]).good().lines().count(), 2);
}

#[test]
fn files_and_folders_without_a_message_are_said() {
    let folder = Folder::new();
    folder.write("zero.ndjson", "");
    folder.write("blank.ndjson", " \n\u{feff}\r\n");
    folder.write("array.json", "[ ]\n");
    folder.write("mixed.ndjson", format!("[]{}[]", plain()));
    for name in ["empty", "mixed"] {
        fs::create_dir(folder.path(name)).unwrap();
        folder.write(&format!("{name}/a.json"), "[]");
        folder.write(&format!("{name}/b.json"), "");
    }
    folder.write("mixed/c.json", plain());
    for command in ["normalize", "process", "validate"] {
        for threads in ["1", "3"] {
            let run = |files: &[&str]| folder.run(&[&[command, "-t", threads], files].concat());
            for name in ["zero.ndjson", "blank.ndjson", "array.json", "empty"] {
                let says = format!("warning: there is no message in {name}\n");
                let ran = run(&[name]);
                assert_eq!(ran.status, Some(1), "{command} {name}");
                assert!(ran.err.starts_with(&says), "{}", ran.err);
                // The others are read nevertheless.
                let ran = run(&[name, "input.ndjson", "mixed"]);
                assert_eq!(ran.status, Some(1), "{command} {name}");
                assert_eq!(ran.err.matches("warning: there is no").count(), 1);
                assert_eq!(ran.out, run(&["input.ndjson", "mixed"]).out);
            }
            for good in ["mixed", "mixed.ndjson", "input.ndjson"] {
                let ran = run(&[good]);
                assert_eq!(ran.status, Some(0), "{command} {good}: {}", ran.err);
                assert!(!ran.err.contains("no message"), "{}", ran.err);
            }
            // What cannot be read is not said twice.
            let ran = run(&["missing"]);
            assert!(!ran.err.contains("no message"), "{}", ran.err);
        }
        let ran = run([command, "-"], "");
        assert_eq!(ran.status, Some(0), "{command}: {}", ran.err);
        assert!(!ran.err.contains("no message"), "{}", ran.err);
    }
    // Amazon Data Firehose names objects without an extension.
    folder.write("mixed/stream-1-2026-01-01", plain());
    folder.write("mixed/.DS_Store", "oops");
    let ran = folder.run(&["normalize", "mixed"]);
    assert_eq!(
        (ran.status, ran.err.as_str()),
        (
            Some(0),
            "warning: files in mixed that are not read because of their names: 1\n"
        )
    );
    let args = ["process", "-q", "zero.ndjson", "--report-file", "report"];
    folder.run(&args);
    assert!(folder.read("report").contains(r#""no_message":1"#));
}

#[cfg(target_os = "linux")]
#[test]
fn a_closed_standard_input_is_said() {
    use std::process::Command;
    for (redirection, status) in [("<&-", 1), ("</dev/null", 0)] {
        for command in ["normalize", "process", "validate", "hash -a md5"] {
            let script = format!("\"$0\" {command} {redirection}");
            let program = env!("CARGO_BIN_EXE_hydrant");
            let output = Command::new("sh").args(["-c", &script, program]).output();
            let ran = Ran::of(output.unwrap());
            assert_eq!(ran.status, Some(status), "{script}: {}", ran.err);
            assert_eq!(ran.err.contains("standard input is closed"), status == 1);
        }
    }
}

#[test]
fn a_byte_order_mark_is_not_part_of_an_identity() {
    let hash = |text: &str| run(["hash", "-a", "sha256"], text).good();
    let plain = hash("jane@example.com\r\nnext@example.com");
    assert_eq!(hash("\u{feff}jane@example.com\r\nnext@example.com"), plain);
    // As `cat` puts files together.
    assert_eq!(hash("jane@example.com\r\n\u{feff}next@example.com"), plain);
    // It is blank alone, and part of an identity only within.
    assert_eq!(
        hash("\u{feff}\n\u{feff}\r\n\u{feff} \n\u{feff}"),
        "\n\n\n\n"
    );
    assert_ne!(hash("jane\u{feff}@example.com\r\nnext@example.com"), plain);
    let args = ["hash", "-a", "sha256", "--no-trim", "--no-lower-case"];
    let kept = |text: &str| run(args, text).good();
    assert_eq!(kept("a\n\u{feff}b\n\u{feff}\n"), kept("a\nb\n\n"));
}

#[test]
fn an_identity_in_place_of_a_file_is_not_printed() {
    let ran = run(["hash", "-a", "sha256", "jane@example.com"], "");
    assert_eq!(ran.status, Some(1));
    assert!(
        !ran.err.contains("jane") && ran.err.contains("FILE"),
        "{}",
        ran.err
    );
}

#[test]
fn archives_that_are_empty_cut_or_followed_by_something_say_so() {
    let folder = Folder::new();
    let gzip = |text: &str| {
        use std::io::Write;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let whole = gzip(&(plain() + "\n"));
    folder.write("whole.ndjson.gz", &whole);
    folder.write("cut.ndjson.gz", &whole[..whole.len() - 9]);
    folder.write("followed.ndjson.gz", [&whole[..], b"\n"].concat());
    for name in ["empty.ndjson.gz", "empty.ndjson.zst"] {
        folder.write(name, "");
    }
    for name in ["text.ndjson.gz", "text.ndjson.zst"] {
        folder.write(name, plain());
    }
    assert_eq!(
        folder
            .run(&["normalize", "whole.ndjson.gz"])
            .good()
            .lines()
            .count(),
        1
    );
    for (name, says) in [
        ("cut.ndjson.gz", "the gzip data ends too early"),
        (
            "followed.ndjson.gz",
            "there is other data after the gzip data",
        ),
        ("empty.ndjson.gz", "the gzip data ends too early"),
        ("empty.ndjson.zst", "the Zstandard data ends too early"),
        ("text.ndjson.gz", "it is not gzip data"),
        ("text.ndjson.zst", "it is not Zstandard data"),
    ] {
        let ran = folder.run(&["normalize", name]);
        assert_eq!(ran.status, Some(1), "{name}");
        assert!(ran.err.contains(says), "{name}: {}", ran.err);
    }
}

#[test]
fn a_message_over_the_limit_names_the_option() {
    let folder = Folder::new();
    let ran = folder.run(&["normalize", "input.ndjson", "--max-bytes", "20"]);
    assert_eq!(ran.status, Some(1));
    let says = "the message has more than 20 bytes";
    assert!(
        ran.err.contains(says) && ran.err.contains("--max-bytes"),
        "{}",
        ran.err
    );
}

/// As a full disk does.
#[cfg(target_os = "linux")]
#[test]
fn a_limit_on_the_size_of_files_leaves_whole_lines() {
    use std::process::Command;
    let folder = Folder::new();
    folder.write("many.ndjson", format!("{}\n", plain()).repeat(1000));
    for command in [
        "generate -n 1000 --events 0..1 --output out",
        "generate -n 1000 --events 0..1 > out",
        "generate -n 1000 --events 0..1 >> out",
        "process -q many.ndjson -t 3 -o out",
        "process -q many.ndjson > out",
        "normalize many.ndjson >> out",
        "validate -q --json many.ndjson > out",
        "hash -a md5 many.ndjson > out",
        "schema > out",
        "process -q input.ndjson -o null --report-file out",
    ] {
        let _ = fs::remove_file(folder.path("out"));
        let (before, blocks) = match command {
            _ if command.contains("report-file") => ("", 0),
            _ if command.contains(">>") => ("before\n", 5),
            _ => ("", 5),
        };
        folder.write("out", before);
        let script = format!("ulimit -f {blocks}; \"$0\" {command}");
        // What runs the tests may ignore the signal.
        let mut shell = Command::new("env");
        shell.args(["--default-signal=XFSZ", "sh", "-c", &script]);
        shell.arg(env!("CARGO_BIN_EXE_hydrant"));
        let ran = Ran::of(shell.current_dir(folder.0.path()).output().unwrap());
        assert_eq!(ran.status, Some(3), "{command}: {}", ran.err);
        assert!(ran.err.starts_with("error: cannot write "), "{}", ran.err);
        let left = folder.read("out");
        assert!(left.starts_with(before) && left.len() <= 5 * 1024);
        assert!(left.is_empty() || left.ends_with('\n'), "{command}");
        assert!(before.is_empty() || left.len() > before.len(), "{command}");
    }
}

/// `nohup` starts a program with SIGHUP ignored.
#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_is_ignored_at_the_start_stays_ignored() {
    use std::io::Write;
    use std::process::Command;
    for signal in ["HUP", "INT", "TERM"] {
        for ignored in [true, false] {
            let trap = if ignored {
                format!("trap '' {signal}; ")
            } else {
                String::new()
            };
            let script = format!("{trap}exec \"$0\" normalize -");
            // The parent process may ignore signals, which a shell cannot change.
            let mut child = Command::new("env")
                .args(["--default-signal=HUP,INT,TERM", "sh", "-c"])
                .args([&script, env!("CARGO_BIN_EXE_hydrant")])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut stdin = child.stdin.take().unwrap();
            let mut first = [0; 1];
            writeln!(stdin, "{}", plain()).unwrap();
            std::io::Read::read_exact(child.stdout.as_mut().unwrap(), &mut first).unwrap();
            let pid = child.id().to_string();
            assert!(
                Command::new("kill")
                    .args(["-s", signal, &pid])
                    .status()
                    .unwrap()
                    .success()
            );
            if ignored {
                writeln!(stdin, "{}", plain()).unwrap();
                drop(stdin);
            }
            let output = child.wait_with_output().unwrap();
            let expected = if ignored { Some(0) } else { Some(130) };
            assert_eq!(output.status.code(), expected, "{signal}");
        }
    }
}
