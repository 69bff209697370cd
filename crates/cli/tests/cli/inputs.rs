//! Files, folders, compression, and the destination of the output.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use flate2::write::GzEncoder;

use crate::support::*;

/// The program's own output three times.
const REGISTRATION: &str = r#"{"type":"module_registration_request"}"#;

/// Three lines of [`REGISTRATION`], compressed by `zstd -19`.
const ZSTANDARD: &[u8] = &[
    0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x68, 0x7d, 0x01, 0x00, 0x74, 0x02, 0x7b, 0x22, 0x74, 0x79, 0x70,
    0x65, 0x22, 0x3a, 0x22, 0x6d, 0x6f, 0x64, 0x75, 0x6c, 0x65, 0x5f, 0x72, 0x65, 0x67, 0x69, 0x73,
    0x74, 0x72, 0x61, 0x74, 0x69, 0x6f, 0x6e, 0x5f, 0x72, 0x65, 0x71, 0x75, 0x65, 0x73, 0x74, 0x22,
    0x7d, 0x0a, 0x01, 0x00, 0x5f, 0x85, 0xaa, 0x27, 0xf3, 0x81, 0x9b, 0x73,
];

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn normalize(files: &[&Path], input: impl AsRef<[u8]>) -> Ran {
    let args = [OsStr::new("normalize")].into_iter();
    run(args.chain(files.iter().map(|file| file.as_os_str())), input)
}

#[test]
fn messages_are_found_in_files_of_every_name() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.json");
    fs::write(&whole, REGISTRATION.replace(':', " :\n ")).unwrap();
    let lines = format!("{REGISTRATION}\n\n  \r\n{REGISTRATION}");
    let stream = folder.path().join("stream.jsonl");
    fs::write(&stream, &lines).unwrap();
    let other = folder.path().join("other");
    fs::write(&other, &lines).unwrap();
    for (file, count) in [(&whole, 1), (&stream, 2), (&other, 2)] {
        let out = normalize(&[file], "").good();
        assert_eq!(out, format!("{REGISTRATION}\n").repeat(count), "{file:?}");
    }
    let out = normalize(&[&whole, Path::new("-"), &whole], &lines).good();
    assert_eq!(out.lines().count(), 4);
    // A folder is replaced by its files; others in it are ignored.
    let out = normalize(&[folder.path()], "").good();
    assert_eq!(out.lines().count(), 3);
}

#[test]
fn compressed_input_is_read_as_if_it_were_not() {
    let folder = tempfile::tempdir().unwrap();
    let three = format!("{REGISTRATION}\n").repeat(3);
    // With several members, as `cat a.gz b.gz` makes them, split in the middle of a line.
    let (first, second) = three.split_at(50);
    let members = [gzip(first), gzip(second)].concat();
    for (name, bytes) in [
        ("a.ndjson.gz", members.clone()),
        ("b.ndjson.zst", ZSTANDARD.to_vec()),
    ] {
        let file = folder.path().join(name);
        fs::write(&file, bytes).unwrap();
        assert_eq!(normalize(&[&file], "").good(), three, "{name}");
    }
    let whole = folder.path().join("c.json.gz");
    fs::write(&whole, gzip(&REGISTRATION.replace(':', ":\n"))).unwrap();
    assert_eq!(normalize(&[folder.path()], "").good().lines().count(), 7);
    // On standard input, without a file name.
    for bytes in [members, ZSTANDARD.to_vec()] {
        assert_eq!(normalize(&[], bytes).good(), three);
    }
}

#[test]
fn what_cannot_be_read_is_said_and_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let good = folder.path().join("good.json");
    fs::write(&good, plain()).unwrap();
    let missing = folder.path().join("missing.json");
    let cut = folder.path().join("cut.ndjson.gz");
    let whole = gzip(&format!("{}\n", plain()).repeat(3));
    fs::write(&cut, &whole[..whole.len() - 9]).unwrap();
    for bad in [&missing, &cut] {
        let args = |more: &[&'static str]| -> Vec<_> {
            let words = ["process", "-q"].iter().chain(more).map(OsStr::new);
            let files = [&good, bad, &good].map(|file| file.as_os_str().to_owned());
            words.map(OsStr::to_owned).chain(files).collect()
        };
        let said = format!("error: cannot read {}: ", bad.display());
        let ran = run(args(&[]), "");
        assert_eq!(ran.status, Some(1));
        assert!(ran.err.starts_with(&said), "{}", ran.err);
        let before = ran.out.lines().count();
        let ran = run(args(&["--keep-going"]), "");
        assert_eq!(ran.status, Some(1));
        assert_eq!(ran.out.lines().count(), before + 1);
    }
}

#[test]
fn output_goes_where_it_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("input.ndjson");
    let output = folder.path().join("output.ndjson");
    fs::write(&input, plain()).unwrap();
    fs::write(
        &output,
        "what was there before, and is longer than what comes",
    )
    .unwrap();
    let to = |output: &Path| {
        let args = ["process".as_ref(), input.as_os_str(), "-q".as_ref()];
        run(
            args.into_iter()
                .chain(["--output".as_ref(), output.as_os_str()]),
            "",
        )
    };
    assert_eq!(to(&output).good(), "");
    assert_eq!(
        fs::read_to_string(&output).unwrap(),
        to(Path::new("-")).good()
    );
    assert_eq!(to(Path::new("null")).good(), "");
    assert!(!Path::new("null").exists());

    // The input is not truncated.
    assert_eq!(to(&input).status, Some(2));
    assert_eq!(fs::read_to_string(&input).unwrap(), plain());

    let nowhere = to(&folder.path().join("no/such/folder"));
    assert_eq!(nowhere.status, Some(3));
    assert!(
        nowhere.err.starts_with("error: cannot write "),
        "{}",
        nowhere.err
    );
}

#[test]
fn output_that_fails_has_a_status_of_its_own() {
    let full = Path::new("/dev/full");
    if !full.exists() {
        println!("skipped: there is no /dev/full here");
        return;
    }
    for args in [
        &["generate", "-n", "5", "--output", "/dev/full"][..],
        &["process", "-q", "--output", "/dev/full"],
        &[
            "process",
            "-q",
            "--output",
            "null",
            "--report-file",
            "/dev/full",
        ],
        &["normalize", "--output", "/dev/full"],
        &["hash", "-a", "md5", "--output", "/dev/full"],
    ] {
        let ran = run(args, plain());
        assert_eq!(ran.status, Some(3), "{args:?}");
        assert!(
            ran.err.contains("error: cannot write /dev/full"),
            "{}",
            ran.err
        );
    }
    for args in [
        &["--help"][..],
        &["--version"],
        &["help", "process"],
        &["schema"],
    ] {
        let out = File::options().write(true).open(full).unwrap();
        let status = hydrant(args).stdout(out).stderr(Stdio::null()).status();
        assert_eq!(status.unwrap().code(), Some(3), "{args:?}");
    }
}
