//! `hydrant forward` to Amazon Data Firehose as moto emulates it: what arrives in the bucket is what
//! `hydrant map` prints.

use crate::emulator::Moto;
use crate::support::*;

fn setup(moto: &Moto, stream: &str) -> Setup {
    Setup::new(&[
        "connection=kinesis",
        "access_key_id=AKIDEXAMPLE",
        "record_delimiter=\\n",
    ])
    .set(&format!("delivery_stream_name={stream}"))
    .set(&format!("endpoint_url={}", moto.url()))
    .env("HYDRANT_SECRET_ACCESS_KEY", "example")
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<_> = text.lines().collect();
    lines.sort_unstable();
    lines
}

#[test]
fn what_arrives_is_what_map_prints() {
    let Some(moto) = Moto::start() else { return };
    let args = [
        "generate",
        "--messages",
        "60",
        "--events",
        "4",
        "--seed",
        "3",
    ];
    let input = run(&args).exits(0).out;
    for (stream, batches, one_by_one) in [
        ("one-by-one", "off", "off"),
        ("batches", "on", "off"),
        ("whole-batches", "on", "on"),
    ] {
        moto.create_stream(stream, "DirectPut");
        let setup = setup(&moto, stream)
            .set(&format!("put_record_batch={batches}"))
            .set(&format!("send_as_batch={one_by_one}"));
        let file = setup.write("input", &input);
        let ran = setup.ran(setup.command("check", &[])).exits(0);
        assert_eq!(ran.err, "the target accepts the connection\n");
        let mut map = setup.command("map", &[]);
        map.arg(&file);
        let mapped = setup.ran(map).exits(0).out;
        let ran = setup.forwards_file(&file, &[]).exits(0);
        let objects = moto.objects(stream);
        let arrived = objects.concat();
        assert!(arrived.lines().count() >= 50, "{arrived}");
        assert_eq!(sorted(&arrived), sorted(&mapped));
        assert_eq!(ran.count("delivered"), mapped.lines().count() as u64);
        match batches {
            "off" => assert_eq!(objects.len(), mapped.lines().count()),
            _ => assert!(objects.len() < mapped.lines().count() / 2),
        }
    }
}

#[test]
fn an_unknown_stream_halts() {
    let Some(moto) = Moto::start() else { return };
    let setup = setup(&moto, "unknown").with_letters();
    let input = setup.write("input", messages(0..300, 9));
    let ran = setup.ran(setup.command("check", &[])).exits(3);
    assert!(
        ran.err.contains("does not exist in this region"),
        "{}",
        ran.err
    );
    let ran = setup.continues(&input).exits(3);
    assert!(
        ran.err.contains("does not exist in this region"),
        "{}",
        ran.err
    );
    assert_eq!((ran.count("acknowledged"), setup.settled()), (0, 0));
    assert!(setup.letters().is_empty());
    moto.create_stream("unknown", "DirectPut");
    setup.continues(&input).exits(0);
    assert_eq!(moto.objects("unknown").len(), 300);
}

/// Dead letters in a queue, and back.
#[test]
fn dead_letters_in_a_queue() {
    use hydrant_testing::http_server::HttpReply;

    use crate::target::{Answer, Target};

    let Some(moto) = Moto::start() else { return };
    let body = serde_json::json!({"QueueName": "dead"});
    let created = moto.json("sqs", "AmazonSQS.CreateQueue", &body);
    let url = created["QueueUrl"].as_str().unwrap();
    let refusing = Target::start(|_, _| Answer::Reply(HttpReply::new(422)));
    let setup = Setup::http(&refusing.url())
        .set(&format!("dead_letter_queue_url={url}"))
        .set(&format!("endpoint_url={}", moto.url()))
        .set("access_key_id=AKIDEXAMPLE")
        .env("HYDRANT_SECRET_ACCESS_KEY", "example");
    let ran = setup.forwards(messages(0..23, 4), &[]).exits(1);
    assert_eq!(ran.count("dead_letters"), 23);
    let good = Target::good();
    let setup = setup.set(&format!("url={}", good.url()));
    let redriven = setup.ran(setup.command("redrive", &[])).exits(0);
    assert_eq!(
        redriven.err.lines().last(),
        Some("dead letters 23, delivered 23, rejected again 0, kept 0")
    );
    assert_eq!(good.distinct(), (0..23).collect::<Vec<_>>());
    let ran = setup.ran(setup.command("redrive", &[])).exits(0);
    assert!(
        ran.err
            .ends_with("dead letters 0, delivered 0, rejected again 0, kept 0\n")
    );
}
