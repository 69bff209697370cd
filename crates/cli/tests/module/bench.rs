//! `bench`: figures of modules whose times are known, limits, formats, baselines and bad input.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::modules::WAIT;
use crate::run;

const EVENT: &str = r#"{"type":"custom_event","name":"hunter2"}"#;

pub(crate) fn all() {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::new(folder.path());
    figures_are_plausible(&files);
    async_handlers_wait_at_the_same_time(&files);
    runtimes_do_not_get_in_the_way(&files);
    the_table_names_the_goal(&files);
    limits_decide_the_status(&files);
    formats_are_those_of_the_services(&files);
    a_baseline_shows_regressions(&files);
    failures_are_reported(&files);
    bad_input_is_refused(&files);
    a_plan_reads_the_report(&files);
    #[cfg(unix)]
    a_signal_ends_it(&files);
}

/// The input of the tests.
struct Files<'f> {
    folder: &'f Path,
    /// Three messages of one event.
    messages: String,
}

impl<'f> Files<'f> {
    fn new(folder: &'f Path) -> Self {
        let mut files = Self {
            folder,
            messages: String::new(),
        };
        let message = batch(&[EVENT]);
        files.messages = files.write("messages.ndjson", &format!("{message}\n").repeat(3));
        files
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.folder.join(name), text).unwrap();
        self.path(name)
    }

    fn read(&self, name: &str) -> Value {
        serde_json::from_str(&fs::read_to_string(self.folder.join(name)).unwrap()).unwrap()
    }

    /// Status, output and errors of a bench of the messages. Neither shows what is in them.
    #[track_caller]
    fn bench(&self, module: &str, args: &str) -> (Option<i32>, String, String) {
        let args = args.split_whitespace();
        let args: Vec<&str> = ["bench", &self.messages].into_iter().chain(args).collect();
        let (status, out, err) = run(module, &args);
        for secret in ["hunter2", "ada@example.com", "s3cret"] {
            assert!(!out.contains(secret) && !err.contains(secret), "{out}{err}");
        }
        (status, out, err)
    }

    /// The report of a bench that succeeds.
    #[track_caller]
    fn report(&self, module: &str, args: &str) -> Value {
        let (status, out, err) = self.bench(module, &format!("{args} --format json"));
        assert_eq!((status, err.as_str()), (Some(0), ""), "{args}: {out}");
        serde_json::from_str(&out).unwrap()
    }
}

fn batch(events: &[&str]) -> String {
    format!(
        r#"{{"type":"event_processing_request","account":{{"account_id":7,"account_settings":{{"key":"s3cret"}}}},"user_identities":[{{"type":"email","encoding":"raw","value":"ada@example.com"}}],"events":[{}]}}"#,
        events.join(",")
    )
}

/// The number at a path like `service_ms.p99`.
#[track_caller]
fn at(value: &Value, path: &str) -> f64 {
    let found = path.split('.').fold(value, |value, key| &value[key]);
    found.as_f64().unwrap_or_else(|| panic!("{path}: {found}"))
}

fn wait_ms() -> f64 {
    WAIT.as_secs_f64() * 1e3
}

fn figures_are_plausible(files: &Files<'_>) {
    for module in ["waits", "waits_async"] {
        let args = "--iterations 20 --cold-starts 3";
        let args = format!("{args} --report-file {}", files.path("report.json"));
        let report = files.report(module, &args);
        assert_eq!(report, files.read("report.json"));
        let get = |path: &str| at(&report, path);
        assert_eq!(report["format"], "hydrant-bench-1");
        assert_eq!(report["module"]["name"], "Acme \"Inc\"");
        let handlers = report["module"]["handlers"].as_str().unwrap();
        assert_eq!(handlers == "async", module == "waits_async");
        assert_eq!((get("input.messages"), get("input.events")), (3.0, 3.0));
        assert_eq!((get("messages"), get("events")), (20.0, 20.0));
        assert_eq!(get("bytes"), 20.0 * get("input.bytes") / 3.0);
        assert_eq!(
            (get("answers.answered"), get("outcomes.done")),
            (20.0, 20.0)
        );
        let rest = [
            "answers.retry",
            "answers.rejected",
            "answers.refused",
            "panics",
        ];
        assert!(rest.into_iter().all(|path| get(path) == 0.0), "{report}");

        assert!(get("service_ms.min") >= wait_ms() * 0.999, "{report}");
        let names = ["min", "p50", "p95", "p99", "max"];
        let ascending = names.map(|name| get(&format!("service_ms.{name}")));
        assert!(ascending.is_sorted(), "{report}");
        let mean = get("service_ms.mean");
        assert!(
            (ascending[0]..=ascending[4] * 1.001).contains(&mean),
            "{report}"
        );
        let samples = report["service_ms"]["samples"].as_array().unwrap();
        assert_eq!(samples.len(), 20);
        assert!(samples[0].as_f64().unwrap() >= wait_ms());
        // One after the other.
        assert!(get("messages_per_second") <= 1e3 / wait_ms());
        let rates = get("messages_per_second") * get("seconds");
        assert!((rates - 20.0).abs() < 0.01, "{report}");
        assert!((0.0..0.9).contains(&get("cpu_share")), "{report}");
        assert!(
            report["goal"]["reached"].is_null(),
            "20 messages are too few"
        );
        // The first answer waits, too.
        assert!(get("cold_start_ms.min") >= wait_ms(), "{report}");
        assert!(get("cold_start_ms.median") <= get("cold_start_ms.max"));
        assert_eq!(get("cold_start_ms.count"), 3.0);
        if cfg!(target_os = "linux") {
            assert!((1.0..1000.0).contains(&get("peak_memory_mib")), "{report}");
        }
        assert!(report["baseline"].is_null() && report["limits"] == Value::Array(vec![]));
    }
    let report = files.report("does_nothing", "--seconds 0.3 --cold-starts 0");
    assert!(at(&report, "seconds") >= 0.3);
    assert!(at(&report, "messages") > 1000.0, "{report}");
    assert_eq!(
        report["service_ms"]["samples"].as_array().unwrap().len(),
        1000
    );
    assert!(report["cold_start_ms"].is_null());
}

fn async_handlers_wait_at_the_same_time(files: &Files<'_>) {
    for module in ["waits", "waits_async"] {
        let args = "--iterations 200 --concurrency 10 --cold-starts 0";
        let report = files.report(module, args);
        assert_eq!(
            (at(&report, "messages"), at(&report, "concurrency")),
            (200.0, 10.0)
        );
        // One after the other would be less than 200.
        assert!(at(&report, "messages_per_second") > 300.0, "{report}");
        assert!(
            at(&report, "service_ms.min") >= wait_ms() * 0.999,
            "{report}"
        );
    }
}

fn runtimes_do_not_get_in_the_way(files: &Files<'_>) {
    for module in ["waits_inside_of_a_runtime", "blocks_on_a_runtime"] {
        let report = files.report(module, "--iterations 10 --cold-starts 1");
        assert_eq!(at(&report, "answers.answered"), 10.0);
        assert_eq!(at(&report, "cold_start_ms.count"), 1.0);
    }
}

fn the_table_names_the_goal(files: &Files<'_>) {
    let (status, out, err) = files.bench("waits", "--iterations 100 --cold-starts 1");
    assert_eq!((status, err.as_str()), (Some(0), ""), "{out}");
    let (_, few, _) = files.bench("waits", "--iterations 10 --cold-starts 1");
    assert!(
        few.contains("the goal is 200 ms: too few messages to tell"),
        "{few}"
    );
    for part in [
        "messages/s",
        "events/s",
        "MB/s",
        "p50 ",
        "p95 ",
        "p99 ",
        "max ",
        "the goal of 200 ms is ",
        "peak memory in MiB",
        "cold start in ms",
        "synchronous handlers",
        "messages answered",
    ] {
        assert!(out.contains(part), "{part}: {out}");
    }
    let (_, help, _) = run("waits", &["bench", "--help"]);
    assert!(
        help.contains("--max-p99-ms") && help.contains("Exit status:"),
        "{help}"
    );
    assert!(!help.contains("--first-answer"), "{help}");
}

fn limits_decide_the_status(files: &Files<'_>) {
    let kept = "--max-p99-ms 5000 --min-messages-per-second 1 --max-cold-start-ms 50000";
    let report = files.report("waits", &format!("{kept} --iterations 5 --cold-starts 1"));
    let limits = report["limits"].as_array().unwrap();
    assert_eq!(limits.len(), 3);
    assert!(
        limits.iter().all(|limit| limit["passed"] == true),
        "{report}"
    );
    for (limit, reason) in [
        ("--max-p99-ms 1", "the p99 of the service time is "),
        ("--min-messages-per-second 100000", "the throughput is "),
        ("--max-cold-start-ms 1", "the cold start is "),
        ("--max-memory-mib 0.5", "the peak memory is "),
    ] {
        if limit.starts_with("--max-memory") && !cfg!(target_os = "linux") {
            let (status, ..) = files.bench("waits", limit);
            assert_eq!(status, Some(2));
            continue;
        }
        let args = format!("{limit} --iterations 5 --cold-starts 1 --format json");
        let (status, out, err) = files.bench("waits", &args);
        assert_eq!(status, Some(1), "{limit}: {err}");
        assert!(err.starts_with(&format!("error: {reason}")), "{err}");
        assert!(err.contains(limit), "{err}");
        let report: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(report["limits"][0]["passed"], false);
    }
    // Without a child there is no cold start.
    let (status, out, err) = files.bench("needs_a_terminal", "--iterations 5");
    assert_eq!(status, Some(0), "{err}");
    assert!(
        err.starts_with("warning: the cold start cannot be measured"),
        "{err}"
    );
    assert!(
        out.contains("not measured") && err.contains("it ended early"),
        "{err}"
    );
    let limited = "--iterations 5 --max-cold-start-ms 50000";
    let (status, _, err) = files.bench("needs_a_terminal", limited);
    assert_eq!(status, Some(1));
    assert!(err.contains("the cold start was not measured"), "{err}");
}

fn formats_are_those_of_the_services(files: &Files<'_>) {
    let bench = |format: &str| {
        let args = format!("--iterations 10 --cold-starts 2 --format {format}");
        let (status, out, err) = files.bench("waits", &args);
        assert_eq!((status, err.as_str()), (Some(0), ""), "{format}");
        serde_json::from_str::<Value>(&out).unwrap()
    };
    let list = bench("github-action-benchmark");
    let entries = list.as_array().unwrap();
    assert!(entries.len() >= 6);
    for entry in entries {
        assert!(
            entry["name"]
                .as_str()
                .unwrap()
                .starts_with("Acme \"Inc\": ")
        );
        assert!(["us", "ms", "MiB"].contains(&entry["unit"].as_str().unwrap()));
        assert!(entry["value"].as_f64().unwrap() > 0.0, "{entry}");
    }
    let p50 = entries
        .iter()
        .find(|entry| entry["name"] == "Acme \"Inc\": service time, p50");
    assert!(p50.unwrap()["value"].as_f64().unwrap() >= wait_ms());
    let cold = entries.last().unwrap();
    assert!(
        cold["range"].as_str().unwrap().starts_with("\u{b1} "),
        "{cold}"
    );

    let bencher = bench("bencher");
    let benchmarks = bencher.as_object().unwrap();
    for measures in benchmarks.values() {
        for metric in measures.as_object().unwrap().values() {
            let value = at(metric, "value");
            assert!(value > 0.0);
            assert!(
                metric["lower_value"]
                    .as_f64()
                    .is_none_or(|lower| lower <= value)
            );
            assert!(
                metric["upper_value"]
                    .as_f64()
                    .is_none_or(|upper| upper >= value)
            );
        }
    }
    let module = &bencher["Acme \"Inc\""];
    assert!(at(module, "latency.value") >= wait_ms() * 1e6, "{bencher}");
    assert!(
        at(module, "throughput.value") <= 1e3 / wait_ms(),
        "{bencher}"
    );
    assert!(at(&bencher["Acme \"Inc\" cold start"], "latency.value") >= wait_ms() * 1e6);
}

fn a_baseline_shows_regressions(files: &Files<'_>) {
    let quick = "--iterations 10 --cold-starts 0";
    let mut before = files.report("waits", quick);
    let baseline = |report: &Value| files.write("before.json", &report.to_string());
    let compare = |report: &Value, args: &str| {
        let path = baseline(report);
        files.bench("waits", &format!("{quick} --baseline {path} {args}"))
    };
    let (status, out, err) = compare(&before, "");
    assert_eq!((status, err.as_str()), (Some(0), ""), "{out}");
    assert!(
        out.contains("ratio to the baseline") && !out.contains("cold start  "),
        "{out}"
    );
    let (status, out, err) = compare(&before, "--format json --max-regression 100000");
    assert_eq!((status, err.as_str()), (Some(0), ""), "{out}");
    let report: Value = serde_json::from_str(&out).unwrap();
    let p50 = &report["baseline"]["service_ms.p50"];
    assert_eq!(at(p50, "before"), at(&before, "service_ms.p50"));
    let ratio = at(&report, "service_ms.p50") / at(p50, "before");
    assert!((at(p50, "ratio") - ratio).abs() < 1e-3, "{report}");
    assert!((at(p50, "worse_by_percent") - (ratio - 1.0) * 100.0).abs() < 0.1);

    // A baseline ten times as fast, and one ten times as slow.
    let rate = at(&before, "messages_per_second");
    before["messages_per_second"] = (rate * 10.0).into();
    let (status, _, err) = compare(&before, "--max-regression 400");
    assert_eq!(status, Some(1));
    let (one, more) = err.split_once('\n').unwrap();
    assert!(
        one.starts_with("error: the throughput is ") && more.is_empty(),
        "{err}"
    );
    assert!(one.ends_with("more than --max-regression 400"), "{err}");
    let (status, _, err) = compare(&before, "");
    assert_eq!((status, err.as_str()), (Some(0), ""));
    before["messages_per_second"] = (rate / 10.0).into();
    let (status, ..) = compare(&before, "--max-regression 400");
    assert_eq!(status, Some(0));

    before["concurrency"] = 9.into();
    let (status, _, err) = compare(&before, "");
    assert_eq!(status, Some(0));
    assert!(
        err.starts_with(
            "warning: the baseline is of another run: Acme \"Inc\" with sync handlers, 3 "
        ),
        "{err}"
    );
}

fn failures_are_reported(files: &Files<'_>) {
    let args = "--iterations 30 --cold-starts 1";
    for (module, count, reason) in [
        (
            "panics",
            "answers.rejected",
            "30 of 30 messages were not answered",
        ),
        (
            "rejects",
            "answers.rejected",
            "the first failure: rejected: not our customer",
        ),
        (
            "retries",
            "answers.retry",
            "30 of 30 messages were not answered",
        ),
        (
            "acknowledges_rejections",
            "outcomes.rejected",
            "30 events failed",
        ),
    ] {
        let (status, out, err) = files.bench(module, &format!("{args} --format json"));
        assert_eq!(status, Some(1), "{module}: {err}");
        assert!(
            err.contains("error: ") && err.contains(reason),
            "{module}: {err}"
        );
        assert!(err.lines().count() <= 2, "{err}");
        let report: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(at(&report, count), 30.0, "{module}: {report}");
        let panics = if module == "panics" { 30.0 } else { 0.0 };
        assert_eq!(at(&report, "panics"), panics);
        let (status, _, err) = files.bench(module, &format!("{args} --allow-failures"));
        assert_eq!(status, Some(0), "{module}: {err}");
    }
    let (_, table, err) = files.bench("panics", args);
    assert!(
        table.contains("messages rejected") && table.contains("panics"),
        "{table}"
    );
    assert!(
        err.contains("warning: a handler panicked at ") && err.contains("modules.rs"),
        "{err}"
    );

    // A response is not for a module, and an event type that is not registered is skipped.
    let response = files.write("response.json", r#"{"type":"dsr_processing_response"}"#);
    let mut args = vec![
        "bench",
        &response,
        "--iterations",
        "4",
        "--cold-starts",
        "0",
    ];
    let (status, out, err) = run("does_nothing", &args);
    assert_eq!(status, Some(1));
    assert!(
        out.contains("messages refused") && err.contains("4 of 4 messages"),
        "{out}{err}"
    );
    let views = files.write("views.json", &batch(&[r#"{"type":"screen_view"}"#]));
    args[1] = &views;
    let (status, out, err) = run("does_nothing", &args);
    assert_eq!(status, Some(0));
    assert!(
        out.contains("events skipped") && err.starts_with("warning: "),
        "{out}{err}"
    );
}

fn bad_input_is_refused(files: &Files<'_>) {
    let empty = files.write("empty.json", "\n");
    let garbage = files.write(
        "garbage.json",
        "{\"type\":\"event_processing_request\",\"events\":7}",
    );
    let text = files.write("text.json", "ada@example.com");
    let other = files.write("other.json", "{\"format\":\"other\"}");
    let nowhere = files.path("nowhere.json");
    let messages = files.messages.as_str();
    let baseline = |path: &str| -> Vec<String> {
        ["bench", messages, "--baseline", path]
            .map(str::to_owned)
            .into()
    };
    let with = |args: &str| -> Vec<String> {
        let args = args.split_whitespace();
        ["bench", messages]
            .into_iter()
            .chain(args)
            .map(str::to_owned)
            .collect()
    };
    let on = |path: &str| vec!["bench".to_owned(), path.to_owned()];
    for (args, expected, reason) in [
        (on(&empty), 1, "there is no message in "),
        (on(&garbage), 1, "expected a list"),
        (on(&text), 1, "error: "),
        (on(&nowhere), 1, "cannot read "),
        (baseline(&nowhere), 1, "cannot read "),
        (baseline(&empty), 1, "expected a report"),
        (baseline(&text), 1, "expected a report"),
        (baseline(&other), 1, "expected a report"),
        (baseline(messages), 1, "expected a report"),
        (with("--seconds 0"), 2, "expected a number above 0"),
        (with("--seconds NaN"), 2, "expected a number above 0"),
        (with("--iterations 0"), 2, "expected a number from 1"),
        (with("--iterations 1 --seconds 1"), 2, "cannot be used with"),
        (with("--concurrency 0"), 2, "from 1 to 1024"),
        (with("--max-p99-ms -1"), 2, "error: "),
        (with("--max-regression 5"), 2, "--baseline"),
        (
            with("--cold-starts 0 --max-cold-start-ms 5"),
            2,
            "--cold-starts 0",
        ),
        (with("--format xml"), 2, "github-action-benchmark"),
        (
            with(&format!("--output {messages}")),
            2,
            "both input and output",
        ),
        (
            with(&format!("--report-file {messages}")),
            2,
            "both input and output",
        ),
        (
            with("- --baseline - --iterations 1"),
            2,
            "both to be read from standard input",
        ),
    ] {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let (status, out, err) = run("does_nothing", &args);
        assert_eq!(
            (status, out.as_str()),
            (Some(expected), ""),
            "{args:?}: {err}"
        );
        assert!(err.contains(reason), "{args:?}: {err}");
        assert!(!err.contains("ada@example.com"), "{err}");
    }
    assert!(
        fs::read_to_string(messages)
            .unwrap()
            .starts_with("{\"type\"")
    );
}

fn a_plan_reads_the_report(files: &Files<'_>) {
    // Two events in a message.
    let pair = files.write("pair.json", &batch(&[EVENT; 2]));
    let path = files.path("measured.json");
    let args = [
        "--iterations",
        "30",
        "--cold-starts",
        "0",
        "--report-file",
        &path,
    ];
    let args: Vec<&str> = ["bench", &pair].into_iter().chain(args).collect();
    let (status, _, err) = run("waits", &args);
    assert_eq!(status, Some(0), "{err}");
    let report = files.read("measured.json");
    let plan = |path: &str, more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hydrant"));
        command.args(["plan", "--events-per-second", "20", "--json"]);
        command.args(["--service-samples", path, "--service-memory", "1769"]);
        let output = command.args(more).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), err.as_str()), (Some(0), ""));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let forecast = plan(&path, &["--memory", "1769"]);
    assert_eq!(at(&forecast, "events_per_request"), 2.0);
    assert_eq!(at(&forecast, "requests_per_second"), 10.0);
    let (mean, measured) = (
        at(&forecast, "service_ms.mean"),
        at(&report, "service_ms.mean"),
    );
    assert!((mean / measured - 1.0).abs() < 0.01, "{mean} {measured}");
    // With less memory only the work takes longer.
    let share = at(&report, "cpu_share");
    let slow = at(&plan(&path, &["--memory", "128"]), "service_ms.mean");
    let expected = mean * (1.0 - share + share * 1769.0 / 128.0);
    assert!((slow / expected - 1.0).abs() < 0.01, "{slow} {expected}");
    // The same report in many lines, and the number of events from the command line.
    let lines = files.write(
        "lines.json",
        &serde_json::to_string_pretty(&report).unwrap(),
    );
    let forecast = plan(&lines, &["--memory", "1769", "--events-per-request", "4"]);
    assert_eq!(at(&forecast, "requests_per_second"), 5.0);
    assert_eq!(at(&forecast, "service_ms.mean"), mean);
}

#[cfg(unix)]
fn a_signal_ends_it(files: &Files<'_>) {
    use std::io::{BufRead, BufReader};
    use std::process::Stdio;

    use crate::program;

    let mut command = program("announces", &["bench", &files.messages, "--seconds", "600"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stderr.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert_eq!(line, "handling\n");
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            // Not INT, which a shell that runs tests in the background ignores.
            .args(["-TERM", &id])
            .status()
            .unwrap()
            .success()
    );
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(130), 0));
}
