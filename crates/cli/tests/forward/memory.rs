//! The memory of `hydrant forward` and `hydrant consume` does not depend on the length of the input, nor on how slow the
//! target is. `STREAM_MEGABYTES` sets the length of the stream; `scripts/faults` does.

use std::fs;
use std::io::Write;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use hydrant_testing::http_server::{HttpReply, HttpRequest, HttpServer};

use crate::support::*;

const MIB: u64 = 1 << 20;

/// What a run may take beyond that with one message, for `max_memory=4M`: the records, the messages
/// that wait for them, eight requests in flight with their buffers, blocks of input, and what the
/// allocator keeps, which depends on the threads. 45 to 105 MiB were seen, for 48 and for 400 MB.
const MOST: u64 = 128 * MIB;

/// The peak memory of a process so far, in bytes.
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// Forwards what `next` gives on standard input, and returns the peak memory.
fn forward(setup: &Setup, mut next: impl FnMut() -> Option<String> + Send + 'static) -> u64 {
    let mut command = setup.forward(&[]);
    command
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let writer = thread::spawn(move || {
        while let Some(text) = next() {
            stdin.write_all(text.as_bytes()).unwrap();
        }
    });
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        most = most.max(peak(child.id()).unwrap_or_default());
        thread::sleep(Duration::from_millis(2));
    }
    writer.join().unwrap();
    let output = child.wait_with_output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{err}");
    most
}

fn server(answer: impl Fn(&HttpRequest) -> HttpReply + Send + Sync + 'static) -> HttpServer {
    HttpServer::start_forgetful(answer).unwrap()
}

fn setup(server: &HttpServer) -> Setup {
    Setup::http(&server.url()).set("max_memory=4M")
}

/// The peak for one message.
fn least() -> u64 {
    let server = server(|_| HttpReply::new(200));
    let mut once = Some(messages([1], 1));
    forward(&setup(&server), move || once.take())
}

/// About a megabyte of messages of a hundred users, which are the same each time.
fn megabyte() -> String {
    let mut event = event(1);
    event["attributes"]["text"] = "x".repeat(700).into();
    let line = |user| message(user, &[event.clone()]) + "\n";
    (0..1_000).map(|number| line(number % 100)).collect()
}

/// `megabyte` so often.
fn stream(megabytes: u64) -> impl FnMut() -> Option<String> + Send {
    let (text, mut left) = (megabyte(), megabytes);
    move || {
        left = left.checked_sub(1)?;
        Some(text.clone())
    }
}

#[test]
fn a_long_stream_takes_no_more_memory_than_a_short_one() {
    let megabytes = std::env::var("STREAM_MEGABYTES").unwrap_or_else(|_| "48".to_owned());
    let megabytes: u64 = megabytes.parse().expect("STREAM_MEGABYTES is a number");
    let least = least();
    let bytes = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&bytes);
    let server = server(move |request| {
        counted.fetch_add(request.body.len() as u64, Ordering::Relaxed);
        HttpReply::new(200)
    });
    let begun = Instant::now();
    let most = forward(&setup(&server), stream(megabytes));
    let seconds = begun.elapsed().as_secs_f64();
    let received = bytes.load(Ordering::Relaxed);
    println!(
        "{megabytes} MB: {received} bytes arrived in {seconds:.1} s; the peak is {} MiB, {} MiB for \
         one message",
        most / MIB,
        least / MIB
    );
    assert!(received > megabytes * 700_000);
    assert!(
        most <= least + MOST,
        "{} MiB, {} MiB",
        most / MIB,
        least / MIB
    );
}

#[test]
fn a_slow_target_slows_down_the_reading() {
    let least = least();
    let server = server(|_| {
        thread::sleep(Duration::from_millis(60));
        HttpReply::new(200)
    });
    let setup = setup(&server)
        .set("max_in_flight=4")
        .set("batch_bytes=500K");
    let most = forward(&setup, stream(80));
    assert!(
        most <= least + MOST,
        "{} MiB, {} MiB",
        most / MIB,
        least / MIB
    );
}

/// Messages are settled in their order, so those after a slow one wait for it, though their records
/// have arrived.
#[test]
fn one_slow_record_slows_down_the_reading() {
    let least = least();
    let server = server(|request| {
        if request.number == 0 {
            thread::sleep(Duration::from_secs(3));
        }
        HttpReply::new(200)
    });
    // Their records are small.
    let large = |number: u64| {
        let rest = format!(r#","unknown":"{}"}}"#, "x".repeat(60_000));
        let text = messages([number], 1_000_000);
        text.strip_suffix("}\n").unwrap().to_owned() + &rest + "\n"
    };
    let mut numbers = 0..1_500;
    let setup = setup(&server).set("batch_records=1");
    let most = forward(&setup, move || numbers.next().map(large));
    assert!(
        most <= least + MOST,
        "{} MiB, {} MiB",
        most / MIB,
        least / MIB
    );
}

/// What `consume` may take beyond a run with one message, for `max_memory=4M`: messages that are not
/// settled, their records, requests in flight, and up to 32 MiB that librdkafka has fetched or is
/// fetching. 30 MiB were seen, for 320 MB.
#[cfg(feature = "kafka")]
const MOST_CONSUMED: u64 = 96 * MIB;

/// The target is slower than the broker, and each partition has more than fits into the memory.
#[cfg(feature = "kafka")]
#[test]
fn a_long_topic_takes_no_more_memory_than_a_short_one() {
    use crate::broker::Broker;
    use crate::consume::{consuming, create, store};
    use crate::member::Member;

    const MEGABYTES: usize = 320;
    let Some(broker) = Broker::shared() else {
        return;
    };
    let least = least();
    create(&broker, "long", 4);
    let part = megabyte().repeat(40);
    for _ in 0..MEGABYTES / 40 {
        store(&broker, "long", &part).exits(0);
    }
    let bytes = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&bytes);
    let server = server(move |request| {
        counted.fetch_add(request.body.len() as u64, Ordering::Relaxed);
        thread::sleep(Duration::from_millis(60));
        HttpReply::new(200)
    });
    let setup = consuming(&broker, "long", &server.url())
        .set("max_memory=4M")
        .set("batch_bytes=100K");
    let member = Member::start(&setup, "member", &[]);
    let (mut most, begun) = (0, Instant::now());
    // A share of the topic that is many times the memory.
    while bytes.load(Ordering::Relaxed) < 40_000_000 {
        most = most.max(peak(member.id()).unwrap_or_default());
        assert!(
            begun.elapsed() < Duration::from_secs(120),
            "{}",
            member.log()
        );
        thread::sleep(Duration::from_millis(20));
    }
    println!(
        "{MEGABYTES} MB in the topic, {} MB delivered in {:.1} s; the peak is {} MiB, {} MiB for one \
         message",
        bytes.load(Ordering::Relaxed) / 1_000_000,
        begun.elapsed().as_secs_f64(),
        most / MIB,
        least / MIB
    );
    assert_eq!(member.stop().0, Some(130));
    let arguments = ["--delete", "--topic", "long"];
    broker.tool("org.apache.kafka.tools.TopicCommand", &arguments);
    assert!(
        most <= least + MOST_CONSUMED,
        "{} MiB, {} MiB",
        most / MIB,
        least / MIB
    );
}
