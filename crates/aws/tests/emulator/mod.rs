//! moto, an emulator of AWS, for the tests of this package and of the program.
//!
//! `HYDRANT_MOTO_SERVER` names the program `moto_server` (by default the one on the path). Without
//! it the tests print that they are skipped; in CI (if `CI` is set) they fail.

use std::env;
use std::fs::File;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The emulator, on a port and with data of its own.
pub(crate) struct Moto {
    child: Child,
    port: u16,
}

impl Moto {
    /// Starts it, or returns nothing after a message that the test is skipped.
    pub(crate) fn start() -> Option<Self> {
        let named = env::var_os("HYDRANT_MOTO_SERVER");
        let program = named.clone().unwrap_or_else(|| "moto_server".into());
        let port = free_port();
        let log = format!("moto-{port}.log");
        let log = File::create(Path::new(env!("CARGO_TARGET_TMPDIR")).join(log)).unwrap();
        let started = Command::new(&program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        let Ok(child) = started else {
            let program = program.display();
            let missing = format!(
                "no {program}: `scripts/python-tool moto_server` installs it and prints its path, \
                 or set HYDRANT_MOTO_SERVER"
            );
            assert!(named.is_none() && env::var_os("CI").is_none(), "{missing}");
            eprintln!("SKIPPED: {missing}");
            return None;
        };
        let mut moto = Self { child, port };
        let start = Instant::now();
        while !moto.listens() {
            let ended = moto.child.try_wait().unwrap().is_some();
            assert!(
                !ended && start.elapsed() < Duration::from_secs(120),
                "moto does not start"
            );
            thread::sleep(Duration::from_millis(20));
        }
        Some(moto)
    }

    fn listens(&self) -> bool {
        TcpStream::connect(("127.0.0.1", self.port))
            .is_ok_and(|stream| stream.local_addr().ok() != stream.peer_addr().ok())
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A request to a service; the emulator finds the service by the signature, which it does not
    /// verify.
    pub(crate) fn call(
        &self,
        service: &str,
        method: &str,
        target: &str,
        headers: &str,
        body: &str,
    ) -> Vec<u8> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/{service}/\
             aws4_request, SignedHeaders=host, Signature=0\r\n{headers}Content-Length: {}\r\n\r\n\
             {body}",
            self.port,
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut reply = Vec::new();
        stream.read_to_end(&mut reply).unwrap();
        let end = reply
            .windows(4)
            .position(|bytes| bytes == b"\r\n\r\n")
            .unwrap();
        let head = String::from_utf8_lossy(&reply[..end]).into_owned();
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        reply.split_off(end + 4)
    }

    pub(crate) fn json(&self, service: &str, action: &str, body: &Value) -> Value {
        let headers = format!(
            "X-Amz-Target: {action}\r\nContent-Type: application/x-amz-json-1.{}\r\n",
            u8::from(service == "firehose")
        );
        let reply = self.call(service, "POST", "/", &headers, &body.to_string());
        serde_json::from_slice(&reply).unwrap()
    }

    /// Makes a bucket, and a stream that delivers into it.
    pub(crate) fn create_stream(&self, name: &str, kind: &str) {
        self.call("s3", "PUT", &format!("/{name}"), "", "");
        let destination = json!({
            "RoleARN": "arn:aws:iam::123456789012:role/delivery",
            "BucketARN": format!("arn:aws:s3:::{name}"),
            // Parts of a description that AWS always sends, and the emulator only if they are given.
            "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 60},
            "CompressionFormat": "UNCOMPRESSED",
            "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
        });
        let body = json!({
            "DeliveryStreamName": name,
            "DeliveryStreamType": kind,
            "S3DestinationConfiguration": destination,
        });
        self.json("firehose", "Firehose_20150804.CreateDeliveryStream", &body);
    }

    /// The objects of a bucket, in the order of their names.
    pub(crate) fn objects(&self, bucket: &str) -> Vec<String> {
        let list = self.call("s3", "GET", &format!("/{bucket}?list-type=2"), "", "");
        let list = String::from_utf8(list).unwrap();
        let keys = list.split("<Key>").skip(1);
        let keys = keys.map(|rest| rest.split("</Key>").next().unwrap());
        keys.map(|key| {
            let object = self.call("s3", "GET", &format!("/{bucket}/{key}"), "", "");
            String::from_utf8(object).unwrap()
        })
        .collect()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
