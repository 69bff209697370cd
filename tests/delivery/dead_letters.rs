//! Dead letters of generated messages.

use hydrant::delivery::DeadLetter;
use hydrant::message::Message;
use hydrant::outgoing::{ConnectionSettings, Mapper};
use hydrant::write::JsonWriter;
use hydrant::{ParseOptions, Scratch, parse};
use hydrant_testing::generate::{Generator, Options, mutate};
use serde_json::Value;
use serde_json::value::RawValue;

/// The number of events, if the message can be parsed.
fn events(body: &[u8]) -> Option<usize> {
    let mut scratch = Scratch::new();
    match parse(body, &mut scratch, &ParseOptions::new())
        .ok()?
        .message
    {
        Message::EventProcessingRequest(batch) => Some(batch.events.len()),
        _ => Some(0),
    }
}

/// The message without white space between tokens.
fn compact(body: &[u8]) -> String {
    let mut out = Vec::new();
    JsonWriter::new(&mut out).raw(std::str::from_utf8(body).unwrap());
    String::from_utf8(out).unwrap()
}

/// The message with only this event and with these settings, by text: numbers are exact.
fn expected(body: &[u8], event: Option<usize>, settings: Option<&str>) -> String {
    let text = compact(body);
    let mut out = Vec::new();
    let fields: Vec<(String, &str)> = members(&text);
    for (name, value) in fields {
        let value = match name.as_str() {
            "events" => {
                let all: Vec<&RawValue> = serde_json::from_str(value).unwrap();
                let texts: Vec<&str> = all.iter().map(|it| it.get()).collect();
                match event {
                    Some(event) => format!("[{}]", texts[event]),
                    None => value.to_owned(),
                }
            }
            "account" => {
                let mut inner: Vec<String> = Vec::new();
                for (name, value) in members(value) {
                    if name != "account_settings" {
                        inner.push(format!("\"{name}\":{value}"));
                    }
                }
                inner.extend(settings.map(|it| format!("\"account_settings\":{it}")));
                format!("{{{}}}", inner.join(","))
            }
            _ => value.to_owned(),
        };
        out.push(format!("\"{name}\":{value}"));
    }
    format!("{{{}}}", out.join(","))
}

/// The members of an object in order.
fn members(object: &str) -> Vec<(String, &str)> {
    let json = hydrant::json::Json::new(object).unwrap();
    json.members()
        .map(|(name, value)| (name.into_owned(), value.raw()))
        .collect()
}

fn messages(options: Options, count: usize) -> impl Iterator<Item = Vec<u8>> {
    let mut generator = Generator::new(options);
    std::iter::repeat_with(move || {
        let mut message = Vec::new();
        generator.write_message(&mut message);
        message
    })
    .take(count)
}

#[test]
fn letters_have_one_event_and_no_settings_and_can_be_restored() {
    let (mut letters, mut whole) = (0, 0);
    for body in messages(Options::default().events(0..=5), 300) {
        let count = events(&body).unwrap();
        for event in (0..count).map(Some).chain([None, Some(count)]) {
            let letter = DeadLetter::new(&body, event, "refused \"by\" the target", 3, -1);
            let mut line = Vec::new();
            letter.write(&mut line);
            assert!(!line.contains(&b'\n'));
            let read = DeadLetter::read(&line).unwrap();
            assert!(read == letter, "{letter:?}");
            let event = event.filter(|event| *event < count);
            assert_eq!(
                (read.event, read.attempts, read.timestamp_ms),
                (event, 3, -1)
            );
            assert_eq!((read.withheld_bytes(), read.unparsed()), (0, None));
            assert_eq!(read.message().unwrap(), expected(&body, event, None));
            let value: Value = serde_json::from_slice(&line).unwrap();
            assert!(
                value["message"]["account"]
                    .get("account_settings")
                    .is_none()
            );
            // For redelivery.
            let settings = [("api_key", "n\"ew"), ("list", "7")];
            let restored = read.restore(&settings).unwrap();
            if value["message"].get("account").is_some() {
                let settings = r#"{"api_key":"n\"ew","list":"7"}"#;
                let mut restored = String::from_utf8(restored).unwrap();
                // One event of several has an identifier of its own, a version 5 uuid.
                if let (Some(id), true) = (value["message"]["id"].as_str(), value["event"].is_u64())
                {
                    let message: Value = serde_json::from_str(&restored).unwrap();
                    let own = message["id"].as_str().unwrap();
                    assert_eq!((own == id, own.as_bytes()[14]), (false, b'5'));
                    restored = restored.replacen(own, id, 1);
                }
                assert_eq!(restored, expected(&body, event, Some(settings)));
                assert_eq!(
                    read.account_id().map(i64::from),
                    value["message"]["account"]["account_id"].as_i64()
                );
            }
            match event {
                Some(_) => letters += 1,
                None => whole += 1,
            }
        }
    }
    assert!(letters > 300 && whole >= 600, "{letters} {whole}");
}

/// The records of a message, with only this event.
fn records(body: &[u8], event: Option<usize>) -> Vec<String> {
    let mut scratch = Scratch::new();
    let parsed = parse(body, &mut scratch, &ParseOptions::new()).unwrap();
    let Message::EventProcessingRequest(request) = parsed.message else {
        return Vec::new();
    };
    let mut request = *request;
    if let Some(event) = event {
        request.events = &request.events[event..=event];
    }
    let mut mapper = Mapper::new(ConnectionSettings::default()).unwrap();
    // Without an identifier, one is made of the bytes.
    let mapped = mapper.map(&request, b"");
    let (mut records, mut buffer) = (Vec::new(), Vec::new());
    mapped.each_record(usize::MAX, &mut buffer, |record| {
        records.push(String::from_utf8(record.payload.to_vec()).unwrap());
    });
    records
}

/// With empty values, which canonical messages do not have.
fn with_empty_values(body: &[u8]) -> Vec<u8> {
    let mut text = String::from_utf8(body.to_vec()).unwrap();
    for map in ["attributes", "custom_flags", "user_attributes"] {
        let (begin, with) = (
            format!("\"{map}\":{{\""),
            format!("\"{map}\":{{\"tag\":\"\",\""),
        );
        text = text.replace(&begin, &with);
    }
    text.into_bytes()
}

#[test]
fn letters_give_the_records_of_the_original() {
    let corpus = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/valid")).unwrap();
    let corpus = corpus.map(|entry| entry.unwrap().path());
    let corpus = corpus.filter(|path| path.extension().is_some_and(|it| it == "json"));
    let corpus = corpus.map(|path| std::fs::read(path).unwrap());
    let generated = messages(Options::default().events(0..=5), 200);
    let (mut compared, mut with_empty) = (0, 0);
    for original in corpus.chain(generated) {
        for body in [with_empty_values(&original), original] {
            let Some(count) = events(&body) else { continue };
            for event in (0..count).map(Some).chain([None]) {
                let letter = DeadLetter::new(&body, event, "refused", 1, 0);
                let expected = records(&body, event);
                let kept = letter.message().unwrap();
                assert_eq!(records(kept.as_bytes(), None), expected, "{kept}");
                if event.is_none() {
                    let restored = letter.restore(&[("api_key", "k")]).unwrap();
                    assert_eq!(records(&restored, None), expected, "{kept}");
                }
                compared += expected.len();
                with_empty += expected.iter().filter(|it| it.contains(":\"\"")).count();
            }
        }
    }
    assert!(
        compared > 1_000 && with_empty > 100,
        "{compared} {with_empty}"
    );
}

/// Values as they were sent: empty texts, no offset that was not sent, numbers with all digits.
#[test]
fn letters_keep_the_text_of_values() {
    let event = r#"{"type":"custom_event","name":"","attributes":{"tag":"","n":"1"},"custom_flags":{"f":""},"timezone_offset":null}"#;
    let body = format!(
        "\u{feff}{{\"type\": \"event_processing_request\",\n \"Account\":{{\"k\":\"s3cret\"}},\
         \"\\u0061ccount\":{{\"account_settings\":{{\"k\":\"s3cret\"}},\"key\":\"s3cret\",\"account_id\":\"7\",\
         \"account\\u005fsettings\":{{\"k\":\"s3cret\"}}}},\"events\":[],\"events\":[{event} , {event}]}}"
    );
    let letter = DeadLetter::new(body.as_bytes(), Some(1), "refused", 1, 0);
    let expected = format!(
        r#"{{"type":"event_processing_request","account":{{"account_id":"7"}},"events":[],"events":[{event}]}}"#
    );
    assert_eq!(letter.message(), Some(expected.as_str()));
}

#[test]
fn hostile_messages_are_kept_without_secrets() {
    const SECRET: &str = "s3cret-of-the-customer";
    let body = format!(
        r#"{{"type":"event_processing_request","account":{{"account_id":7,"account_settings":{{"k":"{SECRET}"}}}},"events":[{{"type":"screen_view"}}]}}"#
    );
    let (mut unparsed, mut withheld) = (0, 0);
    let mutations = (0..2_000).map(|seed| mutate(body.as_bytes(), seed));
    let cuts = (0..body.len()).map(|end| body.as_bytes()[..end].to_vec());
    for message in mutations.chain(cuts) {
        let letter = DeadLetter::new(&message, Some(0), "refused", 1, 0);
        let mut line = Vec::new();
        letter.write(&mut line);
        let line = String::from_utf8(line).unwrap();
        // Also a part of the secret.
        assert!(!line.contains("s3c"), "{line}");
        assert!(DeadLetter::read(line.as_bytes()).unwrap() == letter);
        if let Some(text) = letter.unparsed() {
            assert!(events(&message).is_none());
            assert!(letter.restore(&[]).is_err());
            unparsed += 1;
            withheld += usize::from(letter.withheld_bytes() > 0);
            let original = std::str::from_utf8(&message).unwrap();
            assert!(letter.withheld_bytes() == 0 || original.starts_with(text));
        }
    }
    assert!(
        unparsed > 150 && withheld > 50 && withheld < unparsed,
        "{unparsed} {withheld}"
    );
}

#[test]
fn other_lines_are_refused_without_quoting_them() {
    for line in [
        "",
        "{}",
        "[]",
        "s3cret",
        r#"{"reason":"s3cret","attempts":1,"timestamp_ms":1}"#,
        r#"{"reason":"s3cret","attempts":-1,"timestamp_ms":1,"message":{}}"#,
        r#"{"reason":"a","attempts":1,"timestamp_ms":1,"message":{"#,
    ] {
        let error = DeadLetter::read(line.as_bytes()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{line}");
    }
    assert!(DeadLetter::read(b"\xff").is_err());
}

#[test]
fn letters_are_found_by_person() {
    let body = br#"{"type":"event_processing_request","mpid":"-1234567890123456789",
        "user_identities":[{"type":"email","encoding":"raw","value":" Ada@example.com"}],
        "events":[{"type":"screen_view"}]}"#;
    let letter = DeadLetter::new(body, Some(0), "refused", 1, 0);
    assert!(letter.concerns(&["ada@EXAMPLE.com "]));
    assert!(letter.concerns(&["-1234567890123456789"]));
    assert!(!letter.concerns(&["example.com", "", " "]) && !letter.concerns(&[]));
    let damaged = DeadLetter::new(b"{\"email\":\"Ada@example.com", None, "refused", 1, 0);
    assert!(damaged.concerns(&["ada@example.com"]) && !damaged.concerns(&["bob", ""]));
}
