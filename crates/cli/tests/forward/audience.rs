//! Audience memberships with a store of the identities sent: after every end and every kill, the
//! receiver has the latest identities of each member and no former ones (N7).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hydrant_testing::http_server::{HttpReply, HttpServer};
use serde_json::{Value, json};

use crate::crashes::{Random, kill, seed};
use crate::support::*;

/// Amazon Data Firehose, as far as `PutRecord` goes.
struct Stream {
    server: HttpServer,
    records: Arc<Mutex<Vec<Value>>>,
}

impl Stream {
    /// With these delays in microseconds and failures, by the number of the request.
    fn start(behaviour: impl Fn(u64) -> (u64, bool) + Send + Sync + 'static) -> Self {
        let records = Arc::<Mutex<Vec<Value>>>::default();
        let stored = Arc::clone(&records);
        let server = HttpServer::start(move |request| {
            let (delay, fails) = behaviour(request.number as u64);
            thread::sleep(Duration::from_micros(delay));
            let json = |status, body: Value| {
                HttpReply::new(status)
                    .with_header("Content-Type", "application/x-amz-json-1.1")
                    .with_body(body.to_string())
            };
            if fails {
                return json(500, json!({"__type": "ServiceUnavailableException"}));
            }
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            let data = body["Record"]["Data"].as_str().unwrap();
            let record = serde_json::from_slice(&STANDARD.decode(data).unwrap()).unwrap();
            stored.lock().unwrap().push(record);
            json(200, json!({"RecordId": "1"}))
        })
        .unwrap();
        Self { server, records }
    }

    fn good() -> Self {
        Self::start(|_| (0, false))
    }

    fn records(&self) -> Vec<Value> {
        self.records.lock().unwrap().clone()
    }

    /// `+` or `-`, the member and the address, for each record.
    fn changes(&self) -> Vec<String> {
        let records = self.records();
        let changes = records.iter().map(|record| {
            let sign = if record["IsMember"] == true { '+' } else { '-' };
            let identities = &record["UserIdentities"];
            let text = |name: &str| identities[name].as_str().unwrap_or("none").to_owned();
            format!("{sign}{} {}", text("MPID"), text("Email"))
        });
        changes.collect()
    }

    fn setup(&self) -> Setup {
        let setup = Setup::new(&[
            "connection=audience",
            "delivery_stream_name=members",
            "access_key_id=AKIDEXAMPLE",
            "retry_base=1ms",
            "retry_cap=20ms",
            "retry_attempts=1000",
            "linger=0ms",
        ])
        .set(&format!("endpoint_url={}", self.server.url()))
        .env("HYDRANT_SECRET_ACCESS_KEY", "example");
        let store = setup.path("identities").to_str().unwrap().to_owned();
        setup.set(&format!("identity_store={store}"))
    }
}

/// One user enters (or leaves) audience 9 with this address.
fn member(mpid: u64, email: &str, action: &str) -> String {
    json!({"type": "audience_membership_change_request", "timestamp_ms": 1_716_200_000_000u64,
        "account": {"account_id": 7}, "user_profiles": [{"mpid": mpid.to_string(),
            "user_identities": [{"type": "email", "encoding": "raw", "value": email}],
            "audiences": [{"audience_id": 9, "audience_name": "a", "action": action}]}]})
    .to_string()
        + "\n"
}

#[test]
fn former_identities_are_removed_within_a_run_and_across_runs() {
    // The first request of each run is slow, so the following messages are mapped before it ends.
    let stream = Stream::start(|number| (if number == 0 { 300_000 } else { 0 }, number % 5 == 3));
    let setup = stream.setup();
    let run = |lines: &[String]| setup.forwards(lines.concat(), &[]).exits(0);
    let ran = run(&[
        member(5, "a@x", "add"),
        member(5, "b@x", "add"),
        member(6, "z@x", "add"),
        member(5, "b@x", "add"),
        member(5, "c@x", "add"),
    ]);
    assert_eq!(ran.err, "");
    let of_five = |changes: Vec<String>| {
        let changes = changes.into_iter();
        changes
            .filter(|it| it[1..].starts_with("5 "))
            .collect::<Vec<_>>()
    };
    let first = ["+5 a@x", "-5 a@x", "+5 b@x", "+5 b@x", "-5 b@x", "+5 c@x"];
    assert_eq!(of_five(stream.changes()), first);
    run(&[member(5, "d@x", "add"), member(6, "z@x", "add")]);
    let changes = of_five(stream.changes());
    assert_eq!(changes[first.len()..], ["-5 c@x", "+5 d@x"]);
    run(&[member(5, "d@x", "remove"), member(5, "e@x", "add")]);
    let changes = of_five(stream.changes());
    assert_eq!(changes[first.len() + 2..], ["-5 d@x", "+5 e@x"]);
}

#[test]
fn an_audience_that_ends_forgets_its_members() {
    let stream = Stream::good();
    // The end of an audience has no key, and so no place among the members.
    let setup = stream.setup().set("max_in_flight=1");
    let ends = json!({"type": "audience_subscription_request", "audience_id": 9,
        "audience_name": "a", "action": "remove", "account": {"account_id": 7}})
    .to_string()
        + "\n";
    let lines = [member(5, "a@x", "add"), ends, member(5, "b@x", "add")];
    setup.forwards(lines.concat(), &[]).exits(0);
    assert_eq!(stream.changes(), ["+5 a@x", "-none none", "+5 b@x"]);
    setup.forwards(member(5, "c@x", "add"), &[]).exits(0);
    assert_eq!(stream.changes()[3..], ["-5 b@x", "+5 c@x"]);
}

#[test]
fn the_store_is_for_one_process() {
    let stuck = Stream::start(|_| (5_000_000, false));
    let setup = stuck.setup();
    let input = setup.write("input", member(5, "a@x", "add"));
    let mut first = setup.starts(&input, &[]);
    while stuck.server.requests().is_empty() {
        assert!(first.try_wait().unwrap().is_none());
        thread::yield_now();
    }
    let ran = setup.forwards_file(&input, &[]).exits(2);
    assert!(ran.err.contains("`identity_store`"), "{}", ran.err);
    kill(first.id());
    first.wait().unwrap();
}

/// What a receiver has after these changes: the addresses of each member.
fn received(changes: &[String]) -> BTreeMap<String, BTreeSet<String>> {
    let mut members = BTreeMap::<String, BTreeSet<String>>::new();
    for change in changes {
        let (member, email) = change[1..].split_once(' ').unwrap();
        let addresses = members.entry(member.to_owned()).or_default();
        match change.starts_with('+') {
            true => addresses.insert(email.to_owned()),
            false => addresses.remove(email),
        };
    }
    members
}

#[test]
fn after_kills_the_receiver_has_the_latest_identities_only() {
    let seed = seed();
    let mut random = Random(seed);
    let stream = Stream::start(move |number| {
        let mut random = Random(seed ^ number << 20);
        (random.below(3_000), random.below(10) == 0)
    });
    let setup = stream.setup().set("max_in_flight=6");
    let mut latest = BTreeMap::new();
    let lines: String = (0..2_500)
        .map(|number| {
            // Zero identifies nobody.
            let mpid = 1 + random.below(12);
            // Some keep their address.
            let email = format!("{}@x", number / 20 + random.below(3));
            latest.insert(mpid.to_string(), BTreeSet::from([email.clone()]));
            member(mpid, &email, "add")
        })
        .collect();
    let input = setup.write("input", lines);
    let kills = kills_until_the_end(&setup, &stream, &input, &mut random);
    let changes = stream.changes();
    assert_eq!(received(&changes), latest, "seed {seed}, {kills} kills");
    println!("seed {seed}: {kills} kills, {} records", changes.len());
}

/// Kills the program at random times and then lets it end.
fn kills_until_the_end(setup: &Setup, stream: &Stream, input: &Path, random: &mut Random) -> u32 {
    for kills in 0..5 {
        let before = stream.records().len();
        let more = 1 + random.below(400) as usize;
        let mut child = setup.starts(input, &[]);
        while stream.records().len() < before + more {
            if child.try_wait().unwrap().is_some() {
                return kills;
            }
            thread::sleep(Duration::from_millis(1));
        }
        kill(child.id());
        child.wait().unwrap();
    }
    setup.continues(input).exits(0);
    5
}
