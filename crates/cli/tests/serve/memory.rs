//! The resident memory of `hydrant serve` while it is attacked, as Linux reports it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{BATCH, Serving, program, start};

/// What it takes at most, in MiB, without optimization: 256 MiB of messages with a token and 16 MiB
/// of those without one, in buffers that have room to grow, and 10,000 connections of 35 KB.
const MOST: usize = 800;

/// A value of `/proc/PID/status`, in KiB.
fn status(serving: &Serving, name: &str) -> usize {
    let path = format!("/proc/{}/status", serving.child.id());
    let status = std::fs::read_to_string(path).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let value = line.and_then(|line| line.strip_prefix(':')).unwrap();
    let number = value.trim().strip_suffix(" kB").unwrap();
    number.parse().unwrap()
}

/// How many connections this process may open: both processes have the same limit.
fn connections() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let open = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"));
    let most = open
        .and_then(|line| line.split_whitespace().next())
        .unwrap();
    let most: usize = most.parse().unwrap_or(usize::MAX);
    most.saturating_sub(400).min(10_000)
}

fn connect(serving: &Serving) -> TcpStream {
    let stream = TcpStream::connect(&serving.address).unwrap();
    for set in [TcpStream::set_read_timeout, TcpStream::set_write_timeout] {
        set(&stream, Some(Duration::from_secs(30))).unwrap();
    }
    stream
}

/// The header of a request with a body of this length.
fn header(fields: &str, length: usize) -> String {
    format!("POST / HTTP/1.1\r\nHost: a\r\n{fields}Content-Length: {length}\r\n\r\n")
}

/// Sends as much as the host receives, and keeps the connection.
fn send(serving: &Serving, parts: &[&[u8]]) -> TcpStream {
    let mut stream = connect(serving);
    for part in parts {
        if stream.write_all(part).is_err() {
            break;
        }
    }
    stream
}

/// A frame of HTTP/2 (RFC 9113, section 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

/// A connection of HTTP/2 with 128 requests whose headers are long and whose bodies do not end.
fn many_streams() -> Vec<u8> {
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend(frame(4, 0, 0, &[]));
    // `x` with 4,000 bytes, which the table of HPACK keeps: each of the others is one byte.
    let mut first = b"\x83\x86\x84\x01\x01a\x40\x01x\x7f\xa1\x1e".to_vec();
    first.extend([b'a'; 4000]);
    let others = b"\x83\x86\x84\x01\x01a\xbe\xbe\xbe";
    for number in 0..128 {
        let id = 2 * number + 1;
        let fields = if number == 0 { &first[..] } else { others };
        bytes.extend(frame(1, 4, id, fields));
        bytes.extend(frame(0, 0, id, b"{"));
    }
    bytes
}

/// A frame of Zstandard with a window of 8 MiB that expands to 8 GiB of spaces (RFC 8878, section
/// 3.1.1).
fn bomb() -> Vec<u8> {
    let mut bomb = b"\x28\xb5\x2f\xfd\x00\x68".to_vec();
    for left in (0..60_000_u32).rev() {
        let block = (131_072 << 3) | (1 << 1) | u32::from(left == 0);
        bomb.extend(&block.to_le_bytes()[..3]);
        bomb.push(b' ');
    }
    bomb
}

#[test]
fn memory_is_bounded_under_attack() {
    // The limit on open files is raised as far as the system permits.
    let mut command = program("sh");
    command.args(["-c", "ulimit -n $(ulimit -H -n); exec \"$0\" \"$@\""]);
    command.arg(env!("CARGO_BIN_EXE_hydrant"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--to", "null"]);
    command.args(["--max-connections", "20000"]);
    let serving = start({
        command.env("HYDRANT_TOKENS", "secret");
        command
    });
    let valid = "Authorization: Token secret\r\n";
    let mib = |name: &str| status(&serving, name) / 1024;

    let (before, began) = (status(&serving, "VmRSS"), Instant::now());
    let message = header(valid, BATCH.len()) + BATCH;
    let wanted = connections();
    let mut idle = Vec::new();
    for _ in 0..wanted {
        let mut stream = send(&serving, &[message.as_bytes()]);
        let mut reply = [0; 4096];
        assert!(stream.read(&mut reply).unwrap() > 0);
        assert!(reply.starts_with(b"HTTP/1.1 200 "));
        idle.push(stream);
    }
    let taken = status(&serving, "VmRSS").saturating_sub(before);
    println!(
        "{wanted} idle connections: {} MiB, {} bytes each, after {:?}",
        taken / 1024,
        taken * 1024 / wanted,
        began.elapsed()
    );
    assert!(taken * 1024 / wanted < 48 << 10, "{taken} KiB");
    idle.truncate(wanted / 2);

    let mut held = Vec::new();
    let streams = many_streams();
    for _ in 0..200 {
        held.push(send(&serving, &[&streams]));
    }
    println!("25,600 streams of HTTP/2: {} MiB", mib("VmRSS"));
    let spaces = vec![b' '; 15 << 20];
    for _ in 0..1000 {
        let slow = header("", 60_000);
        held.push(send(&serving, &[slow.as_bytes(), &spaces[..59_999]]));
    }
    println!("1,000 bodies without a token: {} MiB", mib("VmRSS"));
    let bomb = bomb();
    for fields in ["", valid] {
        let fields = format!("{fields}Content-Encoding: zstd\r\n");
        for _ in 0..20 {
            let header = header(&fields, bomb.len());
            held.push(send(&serving, &[header.as_bytes(), &bomb]));
        }
    }
    println!("40 bombs: {} MiB", mib("VmRSS"));
    for _ in 0..40 {
        let slow = header(valid, spaces.len() + 1);
        held.push(send(&serving, &[slow.as_bytes(), &spaces]));
    }
    println!("40 bodies of 15 MiB with a token: {} MiB", mib("VmRSS"));
    println!("at most: {} MiB", mib("VmHWM"));
    assert!(mib("VmHWM") < MOST, "{} MiB", mib("VmHWM"));

    // When those who hold it have gone, there is room.
    drop(held);
    let deadline = Instant::now() + Duration::from_secs(60);
    while !serving.post(valid, BATCH).starts_with("HTTP/1.1 200 ") {
        assert!(Instant::now() < deadline, "it does not serve any more");
    }
    serving.terminate();
    assert_eq!(serving.wait().0.code(), Some(0));
}
