//! `hydrant plan`: the examples of the guide, the forecast as JSON and as a page, samples, and
//! impossible plans. The package hydrant-plan tests the numbers.

use std::fs;

use crate::support::*;

/// 450 requests per second of 200 ms with 100 executions, which the guide explains.
const CEILING: [&str; 9] = [
    "plan",
    "--requests-per-second",
    "450",
    "--service-ms",
    "200",
    "--service-cv",
    "1",
    "--ceiling",
    "100",
];

fn plan(args: &str) -> Ran {
    let args: Vec<&str> = ["plan"]
        .into_iter()
        .chain(args.split_whitespace())
        .collect();
    run(args, "")
}

fn forecast(args: &str) -> serde_json::Value {
    let ran = plan(&format!("{args} --json"));
    assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""), "{args}");
    ran.json().pop().unwrap()
}

/// The value at a path like `latency_ms.p99`.
#[track_caller]
fn at(value: &serde_json::Value, path: &str) -> f64 {
    let found = path.split('.').fold(value, |value, key| &value[key]);
    found.as_f64().unwrap_or_else(|| panic!("{path}: {found}"))
}

/// The blocks of the guide: the commands, and the output after each, which may leave lines out
/// (`...`).
#[cfg(unix)]
fn examples() -> Vec<(String, Option<String>)> {
    let text = fs::read_to_string(repository("docs/guide/capacity.md")).unwrap();
    let mut blocks = text.split("```");
    let mut examples: Vec<(String, Option<String>)> = Vec::new();
    while let (Some(_), Some(block)) = (blocks.next(), blocks.next()) {
        match block.split_once('\n').unwrap() {
            ("sh", command) => examples.push((command.to_owned(), None)),
            ("text", output) => examples.last_mut().unwrap().1 = Some(output.to_owned()),
            (other, _) => panic!("a block of {other}"),
        }
    }
    examples
}

#[cfg(unix)]
#[test]
fn the_examples_of_the_guide_print_what_it_shows() {
    let folder = tempfile::tempdir().unwrap();
    let measured: String = (0..200).map(|n| format!("{}.5\n", 20 + n % 40)).collect();
    fs::write(folder.path().join("measured.txt"), measured).unwrap();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_hydrant"));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let (mut commands, mut outputs) = (0, 0);
    fs::copy(
        repository("crates/cli/tests/cli/bench.json"),
        folder.path().join("bench.json"),
    )
    .unwrap();
    for (command, expected) in examples() {
        // The program of a module, which `tests/module.rs` runs.
        if command.starts_with("cargo run") {
            continue;
        }
        let ran = std::process::Command::new("sh")
            .args(["-ec", &command])
            .env("PATH", &path)
            .current_dir(folder.path())
            .output()
            .unwrap();
        let ran = Ran::of(ran);
        assert_eq!((ran.status, ran.err.as_str()), (Some(0), ""), "{command}");
        commands += 1;
        let Some(expected) = expected else { continue };
        let mut rest = ran.out.as_str();
        for part in expected.split("...\n").filter(|part| !part.is_empty()) {
            let part = part.trim_end();
            let found = rest.find(part);
            let found =
                found.unwrap_or_else(|| panic!("{command}\nprints\n{}not\n{part}", ran.out));
            rest = &rest[found + part.len()..];
            assert!(rest.starts_with('\n'), "{command}: {part}");
        }
        // What is left out is marked.
        assert_eq!(
            expected.trim_end().ends_with("..."),
            !rest.trim().is_empty(),
            "{command}"
        );
        outputs += 1;
    }
    assert!(commands > outputs && outputs >= 9, "{commands} {outputs}");
}

#[test]
fn a_report_that_may_mislead_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let report = fs::read_to_string(repository("crates/cli/tests/cli/bench.json")).unwrap();
    let failed = report.replace(r#""retry":0,"rejected":0,"refused":0"#, r#""retry":3"#);
    let concurrent = report.replace(r#""concurrency":1,"#, r#""concurrency":8,"#);
    for (report, expected) in [
        (&report, [false, false]),
        (&failed, [true, false]),
        (&concurrent, [false, true]),
    ] {
        let file = folder.path().join("bench.json");
        fs::write(&file, report).unwrap();
        let file = file.to_str().unwrap();
        let ran = run(
            [
                "plan",
                "--requests-per-second",
                "10",
                "--service-memory",
                "1769",
                "--service-samples",
                file,
            ],
            "",
        );
        assert_eq!(ran.status, Some(0), "{}", ran.err);
        let warnings = ["events failed", "use --concurrency 1"].map(|it| ran.err.contains(it));
        assert_eq!(warnings, expected, "{}", ran.err);
    }
}

#[test]
fn the_forecast_as_json_is_the_recorded_one() {
    let out = run(CEILING.into_iter().chain(["--json"]), "").good();
    let golden = repository("crates/cli/tests/cli/plan.json");
    if std::env::var_os("HYDRANT_BLESS").is_some() {
        fs::write(&golden, &out).unwrap();
    }
    assert_eq!(out, fs::read_to_string(golden).unwrap());
}

#[test]
fn the_forecast_has_the_promised_numbers() {
    let all = forecast("--requests-per-second 450 --service-ms 200 --service-cv 1 --ceiling 100");
    assert_eq!(at(&all, "concurrency.mean"), 90.0);
    assert_eq!(at(&all, "concurrency.p99"), 113.0);
    let alone = at(&all, "throttled_share.first_attempt_no_repeats");
    let erlang = at(&all, "throttled_share.erlang_b");
    assert!((alone / erlang - 1.0).abs() < 0.05, "{alone} {erlang}");
    let repeated = at(&all, "throttled_share.first_attempt_with_repeats");
    assert!(repeated > 2.5 * alone, "{repeated} {alone}");
    assert!(at(&all, "latency_ms.p50") < at(&all, "latency_ms.p95"));
    assert!(at(&all, "latency_ms.p95") < at(&all, "latency_ms.p99"));
    // 0.20 + 1 GB x 0.2 s x 0.0000166667 x 1e6; a started millisecond counts.
    assert!((at(&all, "cost_per_million_events") - 3.5333).abs() < 0.03);
    let seed = |seed| {
        forecast(&format!(
            "--requests-per-second 450 --service-ms 200 --seed {seed}"
        ))
    };
    assert_eq!(seed(7), seed(7));
    assert_ne!(seed(7), seed(8));
}

#[test]
fn events_and_their_number_give_the_requests() {
    let of = |args: &str| at(&forecast(args), "requests_per_second");
    assert_eq!(
        of("--events-per-second 800 --events-per-request 8 --service-ms 20"),
        100.0
    );
    assert_eq!(of("--events-per-second 800 --service-ms 20"), 800.0);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("messages.ndjson");
    let event = r#"{"type":"custom_event"}"#;
    let batch = |events: &[&str]| {
        format!(
            r#"{{"type":"event_processing_request","events":[{}]}}"#,
            events.join(",")
        )
    };
    let other = r#"{"type":"module_registration_request"}"#;
    let messages = [
        batch(&[event; 3]),
        other.to_owned(),
        batch(&[]),
        batch(&[event; 6]),
    ];
    fs::write(&file, messages.join("\n")).unwrap();
    let sample = format!(
        "--events-per-second 300 --service-ms 20 --sample {}",
        file.display()
    );
    assert_eq!(of(&sample), 100.0);
    // 1 ms for each of 3 events in the mean, and 20 ms.
    let all = forecast(&format!("{sample} --event-ms 1"));
    assert_eq!(at(&all, "service_ms.mean"), 23.0);
}

#[test]
fn samples_that_cannot_be_read_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let good = file("good", "10\n\n20.5\r\n 30");
    let all = forecast(&format!(
        "--requests-per-second 10 --service-samples {good}"
    ));
    assert!((at(&all, "service_ms.mean") - 60.5 / 3.0).abs() < 1e-5);
    assert_eq!(at(&all, "service_ms.p99"), 30.0);
    let secret = file("secret", "10\nhunter2\n");
    let events = file(
        "events",
        r#"{"type":"event_processing_request","events":[]}"#,
    );
    let broken = file(
        "broken",
        r#"{"type":"event_processing_request","events":7}"#,
    );
    let empty = file("empty", "");
    for (args, reason) in [
        (
            format!("--service-samples {secret}"),
            "line 2: expected milliseconds",
        ),
        (format!("--service-samples {empty}"), ""),
        (
            format!("--service-samples {}", file("report", "{\"format\":\n7}")),
            "expected a report that `bench",
        ),
        (
            format!("--service-samples {}", file("long", &"{ ".repeat(1 << 20))),
            "expected a report that `bench",
        ),
        (
            format!("--service-samples {}", file("large", "1e9")),
            "expected 0 to 900000",
        ),
        (
            format!("--service-samples {}", file("negative", "-1")),
            "expected 0 to 900000",
        ),
        (
            "--service-samples nowhere".to_owned(),
            "cannot read nowhere",
        ),
        (
            format!("--service-ms 1 --sample {events}"),
            "have no events",
        ),
        (
            format!("--service-ms 1 --sample {broken}"),
            "expected a list",
        ),
        (format!("--service-ms 1 --sample {empty}"), ""),
    ] {
        let ran = plan(&format!("--requests-per-second 10 {args}"));
        assert_eq!((ran.status, ran.out.as_str()), (Some(1), ""), "{args}");
        assert!(
            ran.err.contains(reason) && ran.err.contains("error: "),
            "{args}: {}",
            ran.err
        );
        assert!(!ran.err.contains("hunter2"), "{}", ran.err);
    }
}

#[test]
fn impossible_and_contradictory_plans_are_usage_errors() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    for args in [
        "",
        "--requests-per-second 10",
        "--service-ms 10",
        "--requests-per-second 10 --events-per-second 10 --service-ms 10",
        "--requests-per-second 0 --service-ms 10",
        "--requests-per-second NaN --service-ms 10",
        "--requests-per-second inf --service-ms 10",
        "--requests-per-second 1e9 --service-ms 10",
        "--requests-per-second 10 --service-ms 0",
        "--requests-per-second 10 --service-ms -5",
        "--requests-per-second 10 --service-ms 1000000",
        "--requests-per-second 10 --service-ms 10 --service-cv 11",
        "--requests-per-second 10 --service-ms 10 --service-samples x",
        "--requests-per-second 10 --service-samples x --service-cv 1",
        "--requests-per-second 10 --service-ms 10 --downstream-cv 1",
        "--requests-per-second 10 --service-ms 10 --events-per-request 0",
        "--requests-per-second 10 --service-ms 10 --events-per-request 3 --sample x",
        "--requests-per-second 10 --service-ms 10 --peak-factor 0.5",
        "--requests-per-second 10 --service-ms 10 --peak-seconds 0",
        "--requests-per-second 10 --service-ms 10 --ceiling 0",
        "--requests-per-second 10 --service-ms 10 --ceiling 10 --warm 11",
        "--requests-per-second 10 --service-ms 10 --memory 64",
        "--requests-per-second 10 --service-ms 10 --service-memory 20000",
        "--requests-per-second 10 --service-ms 10 --architecture sparc",
        "--requests-per-second 10 --service-ms 10 --attempts 0",
        "--requests-per-second 10 --service-ms 10 --retry-base-ms 500 --retry-cap-ms 100",
        "--requests-per-second 10 --service-ms 10 --price-gb-second 2",
        "--requests-per-second 10 --service-ms 10 --workers 0",
        "--requests-per-second 10 --service-ms 10 --workers 4 --ceiling 100",
        "--requests-per-second 10 --service-ms 10 --workers 4 --memory 512",
        "--requests-per-second 10 --sample - --service-samples -",
    ] {
        let ran = plan(&format!("{args} --html {}", page.display()));
        assert_eq!((ran.status, ran.out.as_str()), (Some(2), ""), "{args}");
        assert!(
            ran.err.starts_with("error: ") && ran.err.len() > 40,
            "{args}: {}",
            ran.err
        );
        assert!(!page.exists(), "{args}");
    }
}

#[test]
fn a_host_that_cannot_do_the_work_has_no_latency() {
    let all = forecast("--requests-per-second 800 --service-ms 20 --workers 16 --peak-factor 1.2");
    assert_eq!(all["host"], "http");
    assert_eq!(all["stable"], false);
    assert!(all["latency_ms"].is_null() && all["waiting"].is_null() && all["formula"].is_null());
    // The mean rate needs all workers: nothing would ever drain.
    assert!(all["burst"].is_null());
    let table = plan("--requests-per-second 800 --service-ms 20 --workers 16").good();
    assert!(table.contains("the queue grows without end"), "{table}");
    let burst = forecast("--requests-per-second 400 --service-ms 20 --workers 16 --peak-factor 3");
    assert!(at(&burst, "burst.drained_after_seconds") > 10.0);
}

/// Without scripts and without anything from elsewhere.
#[test]
fn the_page_is_self_contained() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    let args = "--requests-per-second 300 --service-ms 100 --peak-factor 2 --ceiling 50 \
                --region <script>";
    let ran = plan(&format!("{args} --html {}", page.display()));
    assert_eq!(ran.out, plan(args).good());
    let text = fs::read_to_string(&page).unwrap();
    for absent in [
        "<script", "http://", "https://", "src=", "@import", "NaN", "inf,",
    ] {
        assert!(!text.contains(absent), "{absent}");
    }
    assert_eq!(text.matches("<svg ").count(), 4);
    assert_eq!(
        text.matches("<svg ").count(),
        text.matches("</svg>").count()
    );
    for present in [
        "ceiling 50",
        "goal 200 ms",
        "prefers-color-scheme: dark",
        "region &lt;script",
    ] {
        assert!(text.contains(present), "{present}");
    }
    // The page and the forecast are not one file, and a page that cannot be written is an error.
    let twice = format!("{args} --html {0} --output {0}", page.display());
    assert_eq!(plan(&twice).status, Some(2));
    let nowhere = folder.path().join("no/page.html");
    let ran = plan(&format!("{args} --html {}", nowhere.display()));
    assert_eq!((ran.status, ran.out.as_str()), (Some(3), ""), "{}", ran.err);
}
