//! `hydrant check`, and `hydrant forward` to an API that fails.

use std::net::TcpListener;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use hydrant_testing::http_server::{HttpReply, HttpServer};

use crate::support::*;
use crate::target::*;

/// Fails the first requests and then accepts.
fn at_first(failures: usize, reply: HttpReply) -> Target {
    Target::start(move |request, _| match request.number < failures {
        true => Answer::Reply(reply.clone()),
        false => Answer::Accept,
    })
}

#[test]
fn everything_arrives_once_and_in_the_order_of_each_user() {
    let target = Target::good();
    let setup = Setup::http(&target.url()).set("batch_records=7");
    let ran = setup.forwards(messages(0..500, 9), &[]).exits(0);
    assert_eq!(ran.err, "");
    assert_eq!(target.distinct(), (0..500).collect::<Vec<_>>());
    assert_eq!(target.numbers().len(), 500);
    for user in 1..=9 {
        let accepted = target.accepted();
        let of_user = accepted.iter().filter(|it| it.mpid == user);
        assert!(of_user.map(|it| it.number).is_sorted());
    }
    for (name, expected) in [
        ("messages", 500),
        ("acknowledged", 500),
        ("records", 500),
        ("delivered", 500),
        ("refused", 0),
        ("dead_letters", 0),
        ("retries", 0),
        ("not_forwarded", 0),
    ] {
        assert_eq!(ran.count(name), expected, "{name}");
    }
    assert!(ran.report["failure"].is_null());
}

#[test]
fn records_that_a_success_lists_as_failed() {
    // Of each request, the first time, the even numbers are to be repeated and multiples of 5 are
    // refused.
    let seen = Mutex::new(Vec::new());
    let target = Target::start(move |_, records| {
        let mut seen = seen.lock().unwrap();
        let status = |(position, record)| {
            let number = number_of(&serde_json::Value::clone(record)["events"][0]);
            let is_new = !seen.contains(&number);
            seen.push(number);
            match number {
                number if number % 5 == 0 => Some((position, 422)),
                number if number % 2 == 0 && is_new => Some((position, 503)),
                _ => None,
            }
        };
        Answer::Partly(records.iter().enumerate().filter_map(status).collect())
    });
    let setup = Setup::http(&target.url())
        .with_letters()
        .set("errors_pointer=/errors")
        .set("error_index_pointer=/index")
        .set("error_status_pointer=/status");
    let ran = setup.forwards(messages(1..=100, 30), &[]).exits(1);
    let delivered: Vec<_> = (1..=100).filter(|number| number % 5 != 0).collect();
    assert_eq!(target.distinct(), delivered);
    assert_eq!(target.numbers().len(), 80);
    let mut letters: Vec<_> = setup.letter_numbers().into_iter().flatten().collect();
    letters.sort_unstable();
    assert_eq!(letters, (1..=20).map(|it| it * 5).collect::<Vec<_>>());
    assert_eq!(
        (ran.count("delivered"), ran.count("dead_letters")),
        (80, 20)
    );
    assert_eq!(ran.count("retries"), 40);
    let reason = "the server answered 422 for the record";
    assert!(setup.letters().iter().all(|it| it["reason"] == reason));
}

/// The answer and the configuration of `docs/guide/forwarding.md`.
#[test]
fn the_example_of_partial_failures_is_right() {
    let guide = include_str!("../../../../docs/guide/forwarding.md");
    let (_, example) = guide.split_once("\n## Partial failures\n").unwrap();
    let block = |language: &str| {
        let (_, block) = example.split_once(&format!("```{language}\n")).unwrap();
        block.split_once("```").unwrap().0.to_owned()
    };
    let (answer, config) = (block("text"), block("toml"));
    let seen = std::sync::Arc::new(Mutex::new(Vec::new()));
    let requests = std::sync::Arc::clone(&seen);
    let target = Target::start(move |request, records| {
        let numbers = records.iter().map(|record| {
            let record = serde_json::Value::clone(record);
            number_of(&record["events"][0])
        });
        requests.lock().unwrap().push(numbers.collect::<Vec<_>>());
        match request.number {
            0 => Answer::Reply(HttpReply::new(200).with_body(answer.clone())),
            _ => Answer::Accept,
        }
    });
    let setup = Setup::http(&target.url())
        .with_letters()
        .set("linger=2s")
        .set("batch_records=5")
        .set("max_in_flight=1");
    let file = setup.write("forward.toml", config);
    let args = ["--config", file.to_str().unwrap()];
    let ran = setup.forwards(messages(0..5, 5), &args).exits(1);
    assert_eq!((ran.count("delivered"), ran.count("dead_letters")), (3, 2));
    let seen = seen.lock().unwrap().clone();
    let first = seen[0].clone();
    assert_eq!(first.len(), 5);
    let mut again: Vec<_> = seen[1..].concat();
    again.sort_unstable();
    let mut expected = [first[1], first[2]];
    expected.sort_unstable();
    assert_eq!(again, expected);
    let mut letters: Vec<_> = setup.letter_numbers().into_iter().flatten().collect();
    letters.sort_unstable();
    let mut expected = [first[0], first[3]];
    expected.sort_unstable();
    assert_eq!(letters, expected);
}

/// A setting of the account that is missing or cannot be sent: the account and the setting are named,
/// and not the value.
#[test]
fn settings_of_an_account_that_cannot_be_used() {
    let target = Target::good();
    let with = |setting: &str| {
        Setup::http(&target.url())
            .with_letters()
            .set("authentication=bearer")
            .set(&format!("token_setting={setting}"))
    };
    let wrong = messages([1], 1).replace("s3cret", "s3cret\\n");
    for (setting, input, said) in [
        (
            "token",
            messages([1], 1),
            "account 7: the account has no value for the setting `token`",
        ),
        (
            "api_key",
            wrong,
            "account 7: the value of the setting `api_key` cannot be sent in a header",
        ),
    ] {
        let setup = with(setting);
        let ran = setup.forwards(input, &[]).exits(3);
        assert!(ran.err.contains(said), "{}", ran.err);
        assert!(!ran.err.contains("s3cret"), "{}", ran.err);
        assert!(setup.letters().is_empty());
    }
    assert!(target.server.requests().is_empty());
}

#[test]
fn retry_after_is_obeyed_in_both_forms() {
    let date = |seconds| httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(seconds));
    for (status, in_seconds) in [(429, true), (503, true), (429, false), (503, false)] {
        let begun = Instant::now();
        let times = Mutex::new(Vec::new());
        let arrived = std::sync::Arc::new(times);
        let times = std::sync::Arc::clone(&arrived);
        let target = Target::start(move |request, _| {
            times.lock().unwrap().push(begun.elapsed());
            // A date has whole seconds.
            let after = match in_seconds {
                true => "1".to_owned(),
                false => date(2),
            };
            match request.number {
                0 => Answer::Reply(HttpReply::new(status).with_header("Retry-After", after)),
                _ => Answer::Accept,
            }
        });
        let setup = Setup::http(&target.url()).set("max_in_flight=1");
        setup.forwards(messages(0..20, 20), &[]).exits(0);
        assert_eq!(target.distinct().len(), 20);
        let times = arrived.lock().unwrap().clone();
        let waited = times[1] - times[0];
        assert!(
            waited >= Duration::from_millis(990),
            "{status}, seconds {in_seconds}: {waited:?}"
        );
    }
}

/// A time that is longer than the patience ends the run at once.
#[test]
fn retry_after_beyond_the_patience() {
    let reply = HttpReply::new(429).with_header("Retry-After", "100");
    let target = at_first(usize::MAX, reply);
    let setup = Setup::http(&target.url()).set("patience=50s");
    let begun = Instant::now();
    let ran = setup.forwards(messages([1], 1), &[]).exits(3);
    assert!(begun.elapsed() < Duration::from_secs(40));
    assert!(ran.err.contains("the server answered 429"), "{}", ran.err);
    assert_eq!(ran.count("acknowledged"), 0);
}

#[test]
fn connections_that_are_cut() {
    let body = HttpReply::new(200).with_body("0123456789");
    for reply in [
        HttpReply::cut(),
        body.clone().cut_after(4),
        HttpReply::new(500),
        HttpReply::new(503).cut_after(0),
    ] {
        let target = at_first(3, reply.clone());
        let setup = Setup::http(&target.url()).set("batch_records=20");
        let ran = setup.forwards(messages(0..200, 50), &[]).exits(0);
        let numbers = target.distinct();
        // What a success that is cut after its head means is known; its body decides nothing.
        let at_least = 200
            - if reply == body.clone().cut_after(4) {
                60
            } else {
                0
            };
        assert!(numbers.len() >= at_least, "{reply:?}: {numbers:?}");
        assert_eq!(ran.count("delivered"), 200);
    }
    // With errors to look for, a body that is cut is no answer.
    let target = at_first(2, body.cut_after(4));
    let setup = Setup::http(&target.url()).set("errors_pointer=/errors");
    let ran = setup.forwards(messages(0..50, 50), &[]).exits(0);
    assert_eq!(target.distinct().len(), 50);
    assert!(ran.count("retries") > 0);
}

#[test]
fn answers_that_are_lost_repeat_records() {
    let target = Target::start(|request, _| match request.number {
        0 => Answer::AcceptAndReply(HttpReply::cut()),
        1 => Answer::AcceptAndReply(HttpReply::new(500)),
        _ => Answer::Accept,
    });
    let setup = Setup::http(&target.url()).set("max_in_flight=1");
    let ran = setup.forwards(messages(0..10, 10), &[]).exits(0);
    assert_eq!(target.distinct(), (0..10).collect::<Vec<_>>());
    let repeated = target.numbers().len() - 10;
    assert_eq!(repeated as u64, ran.count("retries"));
    assert!(repeated >= 2);
}

#[test]
fn answers_that_come_too_late() {
    let target = at_first(2, HttpReply::never());
    let setup = Setup::http(&target.url()).set("request_timeout=200ms");
    let ran = setup.forwards(messages(0..10, 10), &[]).exits(0);
    assert_eq!(target.distinct().len(), 10);
    assert!(ran.count("retries") > 0);

    let target = at_first(usize::MAX, HttpReply::never());
    let setup = Setup::http(&target.url())
        .with_letters()
        .set("patience=1s")
        .set("request_timeout=60s");
    let input = setup.write("input", messages(0..10, 10));
    let begun = Instant::now();
    let ran = setup.continues(&input).exits(3);
    assert!(
        begun.elapsed() < Duration::from_secs(40),
        "patience ends it"
    );
    assert!(ran.err.contains("deadline"), "{}", ran.err);
    assert_eq!((ran.count("acknowledged"), setup.settled()), (0, 0));
    assert!(setup.letters().is_empty());
}

#[test]
fn attempts_run_out() {
    let target = at_first(usize::MAX, HttpReply::new(503));
    let setup = Setup::http(&target.url())
        .with_letters()
        .set("retry_attempts=3")
        .set("max_in_flight=1");
    let ran = setup.forwards(messages([1], 1), &[]).exits(3);
    assert_eq!(target.server.requests().len(), 3);
    assert!(
        ran.err
            .contains("error: the server answered 503 (attempts: 3)"),
        "{}",
        ran.err
    );
    assert!(setup.letters().is_empty(), "it may be accepted later");
}

#[test]
fn wrong_credentials_halt_everything() {
    for (status, reason) in [
        (401, "the credentials are wrong"),
        (403, "the credentials are wrong"),
        (404, "the URL does not exist"),
        (302, "a redirect"),
    ] {
        let target = at_first(usize::MAX, HttpReply::new(status));
        let setup = Setup::http(&target.url()).with_letters();
        let input = setup.write("input", messages(0..5_000, 100));
        let ran = setup.continues(&input).exits(3);
        assert!(ran.err.contains(reason), "{}", ran.err);
        assert_eq!((ran.count("acknowledged"), setup.settled()), (0, 0));
        assert!(setup.letters().is_empty());
        let requests = target.server.requests().len();
        assert!(requests <= 8, "only those in flight: {requests}");

        // After it is mended, nothing is missing.
        let good = Target::good();
        let setup = setup.set(&format!("url={}", good.url()));
        setup.continues(&input).exits(0);
        assert_eq!(good.distinct(), (0..5_000).collect::<Vec<_>>());
        assert_eq!(good.numbers().len(), 5_000);
    }
}

#[test]
fn credentials_that_expire_in_the_middle() {
    let target = Target::start(|request, _| match request.number < 20 {
        true => Answer::Accept,
        false => Answer::Reply(HttpReply::new(401)),
    });
    let setup = Setup::http(&target.url())
        .set("batch_records=10")
        .set("max_in_flight=1");
    let input = setup.write("input", messages(0..1_000, 1_000));
    let ran = setup.continues(&input).exits(3);
    let settled = setup.settled();
    assert_eq!(target.numbers(), (0..settled).collect::<Vec<_>>());
    assert_eq!(ran.count("acknowledged"), settled);
    assert!(settled >= 20);
    let good = Target::good();
    let setup = setup.set(&format!("url={}", good.url()));
    let ran = setup.continues(&input).exits(0);
    assert_eq!(ran.count("resumed"), settled);
    assert_eq!(good.numbers(), (settled..1_000).collect::<Vec<_>>());
}

#[test]
fn a_record_of_the_greatest_size_is_delivered() {
    let target = Target::good();
    let input = messages([1], 1);
    let map = Setup::http(&target.url());
    let path = map.write("input", &input);
    let mut command = map.command("map", &[]);
    command.arg(path);
    let bytes = map.ran(command).exits(0).out.trim_end().len();
    for (body, around) in [("array", 2), ("ndjson", 1), ("single", 0)] {
        let good = HttpServer::start(|_| HttpReply::new(200)).unwrap();
        for less in [0, 1, 2] {
            let setup = Setup::http(&good.url())
                .with_letters()
                .set(&format!("body={body}"))
                .set(&format!("batch_bytes={}", bytes + around - less));
            let ran = setup.forwards(&input, &[]);
            let reasons: Vec<_> = setup
                .letters()
                .iter()
                .map(|it| it["reason"].clone())
                .collect();
            let expected = if less == 0 { 0 } else { 1 };
            // A record that does not fit is recognized when it is mapped.
            let all = format!(
                "the record exceeds the limit of the target and cannot be split: {bytes} bytes, and \
                 `batch_bytes` leaves {} for a record",
                bytes - less
            );
            assert!(
                reasons.iter().all(|it| *it == all),
                "{body} {less}: {reasons:?}"
            );
            if less == 0 || body == "array" {
                assert_eq!(reasons.len(), expected, "{body} {less}: {}", ran.err);
            }
        }
        let longest = good.requests().iter().map(|it| it.body.len()).max();
        assert!(longest <= Some(bytes + around), "{body}");
    }
}

#[test]
fn a_message_that_is_larger_than_the_memory_for_records() {
    let target = Target::good();
    let mut large = event(1);
    large["attributes"]["text"] = "x".repeat(3 << 20).into();
    let input = messages([0], 1) + &message(1, &[large]) + "\n" + &messages([2], 1);
    let setup = Setup::http(&target.url()).set("max_memory=1M");
    setup.forwards(&input, &[]).exits(0);
    assert_eq!(target.numbers(), [0, 1, 2]);
}

/// The time is that of the run, not of reading, and calls are counted, not their requests.
#[test]
fn the_summary_is_of_the_whole_run() {
    let target = Target::start(|_, records| {
        std::thread::sleep(Duration::from_millis(300));
        match records.len() {
            1 => Answer::Accept,
            _ => Answer::Reply(HttpReply::new(413)),
        }
    });
    let setup = Setup::http(&target.url()).set("linger=2s");
    let ran = setup.forwards(messages(0..2, 2), &[]).exits(0);
    let (calls, requests) = (ran.count("calls"), target.server.requests().len());
    assert!(requests == 3 && calls == 1, "{calls} {requests}");
    assert!(ran.report["seconds"].as_f64().unwrap() >= 0.9);
    let bytes = ran.count("bytes") as f64;
    let most = bytes / 0.9 / 1e6;
    assert!(ran.report["mb_per_s"].as_f64().unwrap() <= most);
}

/// Credentials that the chosen authentication does not send are an error, not requests without them.
#[test]
fn credentials_without_their_authentication() {
    let target = Target::good();
    for (name, value) in [
        ("HYDRANT_TOKEN", "s3cret"),
        ("HYDRANT_TOKEN_SETTING", "api_key"),
        ("HYDRANT_USER", "ada"),
        ("HYDRANT_PASSWORD", "s3cret"),
        ("HYDRANT_HMAC_KEY", "s3cret"),
    ] {
        let setup = Setup::http(&target.url()).env(name, value);
        let ran = setup.forwards(messages([1], 1), &[]).exits(2);
        let name = name.trim_start_matches("HYDRANT_").to_lowercase();
        let said = format!("`{name}` would not be sent, because `authentication` is none");
        assert!(ran.err.contains(&said), "{}", ran.err);
        assert!(!ran.err.contains("s3cret"), "{}", ran.err);
    }
    let setup = Setup::http(&target.url())
        .set("authentication=bearer")
        .env("HYDRANT_TOKEN", "t")
        .env("HYDRANT_HMAC_KEY", "s3cret");
    let ran = setup.forwards(messages([1], 1), &[]).exits(2);
    assert!(
        ran.err.contains("`authentication` is bearer"),
        "{}",
        ran.err
    );
    assert!(target.numbers().is_empty());
}

#[test]
fn check_says_whether_the_target_answers() {
    let check = |setup: &Setup| setup.ran(setup.command("check", &[]));
    let heads = std::sync::Arc::new(AtomicUsize::new(0));
    let counted = std::sync::Arc::clone(&heads);
    let server = HttpServer::start(move |request| {
        counted.fetch_add(usize::from(request.method == "HEAD"), Ordering::SeqCst);
        HttpReply::new(404)
    })
    .unwrap();
    let ran = check(&Setup::http(&server.url())).exits(0);
    let said = "the server answers; the path, the credentials and the settings of accounts are not \
                checked, because that would deliver something\n";
    assert_eq!(ran.err, said);
    assert_eq!(heads.load(Ordering::SeqCst), server.requests().len());

    let hosts = Setup::new(&["connection=http", "url=https://{host}.example.com/a"]);
    let ran = check(&hosts).exits(0);
    assert!(ran.err.starts_with("nothing is checked"), "{}", ran.err);

    let server = HttpServer::start(|_| HttpReply::new(503)).unwrap();
    let ran = check(&Setup::http(&server.url())).exits(3);
    assert!(ran.err.contains("cannot be reached now"), "{}", ran.err);

    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let ran = check(&Setup::http(&format!("http://{free}"))).exits(3);
    let said = format!(
        "the target cannot be reached now: TCP: {free} cannot be connected to (connection refused)"
    );
    assert!(ran.err.contains(&said), "{}", ran.err);

    let private = Setup::new(&["connection=http", "url=https://127.0.0.1/"]);
    let ran = check(&private).exits(3);
    assert!(ran.err.contains("allow_private_addresses"), "{}", ran.err);
    let plain = Setup::new(&["connection=http", "url=http://example.com/"]);
    let ran = check(&plain).exits(2);
    assert!(ran.err.contains("allow_http"), "{}", ran.err);
    check(&Setup::new(&["connection=http"])).exits(2);
    let expected = match cfg!(feature = "kafka") {
        true => "`bootstrap_servers` is missing",
        false => "needs the feature `kafka`",
    };
    let ran = check(&Setup::new(&["connection=kafka"])).exits(2);
    assert!(ran.err.contains(expected), "{}", ran.err);
}
