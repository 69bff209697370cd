//! The help, the completions, the manual, and invalid command lines and environment variables.

use std::fs;
use std::process::Stdio;

use crate::support::*;

const COMMANDS: [&str; 11] = [
    "process",
    "normalize",
    "validate",
    "inspect",
    "new",
    "plan",
    "hash",
    "generate",
    "schema",
    "completions",
    "manual",
];

#[test]
fn the_help_of_every_command_tells_the_exit_statuses_and_shows_examples() {
    let whole = run(["--help"], "").good();
    for command in COMMANDS {
        assert!(whole.contains(&format!("\n  {command} ")), "{command}");
        let help = run([command, "--help"], "").good();
        assert!(
            help.contains(&format!("Usage: hydrant {command}")),
            "{command}"
        );
        assert!(help.contains("Examples:\n  "), "{command}");
        for status in ["Exit status:", "0  ", "1  ", "2  ", "3  ", "130  "] {
            assert!(help.contains(status), "{status} of {command}");
        }
        assert_eq!(run(["help", command], "").good(), help);
    }
    assert!(whole.contains("Exit status:"));
    assert!(run(["--version"], "").good().starts_with("hydrant "));
}

/// What the help says about `normalize`.
#[test]
fn normalize_keeps_values_and_leaves_unknown_fields_out() {
    let fields = r#","account":{"account_settings":{"token":"secret"}},"new_field":1,"user_identities":[{"type":"new_type","encoding":"raw","value":"me"}]"#;
    let event = r#"{"type":"new_event","new_field":1}"#;
    let message = batch(fields).replace(
        "[{\"type\":\"custom",
        &format!("[{event},{{\"type\":\"custom"),
    );
    let out = run(["normalize"], message).good();
    for kept in [event, "secret", r#""type":"new_type""#, r#""value":"me""#] {
        assert!(out.contains(kept), "{kept}: {out}");
    }
    assert_eq!(out.matches("new_field").count(), 1, "{out}");
    let help = |command: &[&str]| {
        let help = run([command, &["--help"]].concat(), "").good();
        help.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(help(&["normalize"]).contains("unknown fields are left out"));
    assert!(help(&[]).contains("`normalize` writes messages as they are"));
}

#[test]
fn nonsense_ends_with_status_2_and_a_reason() {
    for args in [
        &[][..],
        &["nonsense"],
        &["process", "--nonsense"],
        &["process", "--hash", "email"],
        &["process", "--hash", "nothing=md5"],
        &["process", "--hash", "email=md5,email=sha1"],
        &["process", "--hash", "email=md5:gmail"],
        &["process", "--hash", "email=md5:email-gmail:US"],
        &["process", "--interests", "custom_event,nonsense"],
        &["process", "--threads", "0"],
        &["process", "--repeat", "0"],
        &["process", "--order", "random"],
        &["process", "--max-bytes", "lots"],
        &["process", "--max-depth", "1001"],
        &["normalize", "--max-depth", "0"],
        &["hash"],
        &["hash", "--algorithm", "crc32"],
        &["hash", "-a", "md5", "--normalize", "gmail"],
        &[
            "hash",
            "-a",
            "md5",
            "--normalize",
            "email-gmail",
            "--no-trim",
        ],
        &["generate", "--events", "5..3"],
        &["generate", "--kind", "nonsense"],
        &["generate", "--messages", "-1"],
        &["schema", "nonsense"],
        &["completions", "nonsense"],
        &["manual", "nonsense"],
        &["manual", "process", "--dir", "x"],
    ] {
        let ran = run(args, "");
        assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""), "{args:?}");
        assert!(ran.err.len() > 20, "{args:?}");
    }
}

#[test]
fn a_number_of_threads_that_is_none_is_refused() {
    let on = |threads: &str, args: &[&str]| {
        let output = hydrant(args)
            .stdin(Stdio::null())
            .env("HYDRANT_THREADS", threads)
            .output()
            .unwrap();
        let [out, err] =
            [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        (output.status.code(), out, err)
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.ndjson");
    let file = file.to_str().unwrap();
    for args in [
        &["process", "--quiet", "--output", file][..],
        &["normalize", "--output", file],
        &["validate", "--quiet"],
    ] {
        for nonsense in ["abc", "0", "-1", "65536", " 2"] {
            let (status, out, err) = on(nonsense, args);
            assert_eq!((status, out.as_str()), (Some(2), ""), "{args:?} {nonsense}");
            let begin = format!("error: HYDRANT_THREADS={nonsense}: not a number of threads,");
            assert!(
                err.starts_with(&begin) && err.contains("1 to 65535"),
                "{err}"
            );
            // Refused before anything is written, unless the command line sets the number.
            assert!(fs::metadata(file).is_err());
            let asked = [args, &["--threads", "2"]].concat();
            assert_eq!(on(nonsense, &asked).0, Some(0), "{asked:?}");
            let _ = fs::remove_file(file);
        }
        // An empty text has the same effect as an unset variable.
        for good in ["", "1", "3"] {
            assert_eq!(on(good, args).0, Some(0), "{args:?} {good}");
            let _ = fs::remove_file(file);
        }
        let help = run([args[0], "--help"], "").good();
        assert!(help.contains("\n    HYDRANT_THREADS  "), "{help}");
    }
    // Commands without threads ignore it.
    assert_eq!(on("abc", &["generate", "--messages", "1"]).0, Some(0));
}

#[test]
fn shells_and_man_are_served() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = run(["completions", shell], "").good();
        assert!(
            script.contains("hydrant") && script.contains("keep-going"),
            "{shell}"
        );
    }
    let page = run(["manual"], "").good();
    assert!(page.contains(".TH hydrant 1"), "{page}");
    let page = run(["manual", "process"], "").good();
    for part in [
        "hydrant\\-process",
        "\\-\\-keep\\-going",
        ".SH EXAMPLES",
        ".SH \"EXIT STATUS\"",
    ] {
        assert!(
            page.contains(part) || page.contains(&part.replace('"', "")),
            "{part}"
        );
    }

    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("share/man1");
    let args = ["manual", "--dir"].map(AsRef::as_ref);
    assert_eq!(
        run(args.into_iter().chain([pages.as_os_str()]), "").good(),
        ""
    );
    let names = COMMANDS.map(|command| format!("hydrant-{command}.1"));
    for name in names.iter().map(String::as_str).chain(["hydrant.1"]) {
        assert!(
            fs::metadata(pages.join(name)).unwrap().len() > 500,
            "{name}"
        );
    }
}
