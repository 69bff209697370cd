//! Nothing of a secret is shown, wherever in or beside its field it is: not by errors, `Debug` or
//! findings. The secret is a token that no message has, put at every place that a sender may put it
//! at by mistake; then the text is broken. What is secret comes from the declarations.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod debug;
mod tokens;

#[path = "../support/named.rs"]
mod named;

use std::borrow::Cow;
use std::collections::BTreeSet;

use hydrant::internals::complete_path_only;
use hydrant::message::Message;
use hydrant::schema::Kind;
use hydrant::{Engine, Error, Invocation, ParseOptions, Processor, Registration, Scratch, parse};
use hydrant::{validate, wrapper};

/// No part of it occurs in a message by itself.
const TOKEN: &str = "xq7Zk9wVj3";

/// The names of all fields that are declared secret.
fn secret_names() -> BTreeSet<&'static str> {
    let mut names = BTreeSet::new();
    Kind::Family(&Message::INFO).visit_models(&mut |model| {
        let secret = model.fields().filter(|field| field.secret);
        names.extend(secret.map(|field| field.name));
    });
    names
}

struct Module;

impl Processor for Module {
    type Batch = ();

    fn registration(&self) -> Registration {
        Registration::new("Acme", "1.0")
    }
}

/// Everything that the library says about a body, of its own accord.
fn everything_said(body: &[u8]) -> Vec<String> {
    let mut said = Vec::new();
    let mut scratch = Scratch::new();
    let lenient = ParseOptions::new();
    for options in [
        lenient.clone(),
        complete_path_only(lenient.clone()),
        lenient.clone().strict(true),
        lenient.clone().max_memory(64 << 10),
        lenient.max_depth(4),
    ] {
        match parse(body, &mut scratch, &options) {
            Ok(parsed) => {
                said.push(format!("{parsed:?}"));
                said.push(format!("{parsed:#?}"));
                let findings = validate::findings(&parsed.message);
                said.extend(findings.iter().map(ToString::to_string));
                said.push(format!("{findings:?}"));
                if let Message::AudienceSubscriptionResponse(answer) = parsed.message {
                    let findings = validate::undeclared_settings(&Default::default(), answer);
                    said.push(format!("{findings:?}"));
                }
            }
            Err(error) => say(&error, &mut said),
        }
        match validate::unknown_fields(body, &mut scratch, &options) {
            Ok(findings) => {
                said.extend(findings.iter().map(ToString::to_string));
                said.push(format!("{findings:?}"));
            }
            Err(error) => say(&error, &mut said),
        }
    }
    let engine = Engine::new(Module);
    let invocation = Invocation::new(1_714_592_744_066, hydrant::message::Uuid([7; 16]));
    match engine.process(body, &invocation) {
        Ok(pending) => said.push(format!("{:?}", pending.finish())),
        Err(error) => say(&error, &mut said),
    }
    for text in wrapper::messages(body) {
        let normalize = |text: Cow<'_, [u8]>| hydrant::normalize(&text, &mut Vec::new());
        if let Err(error) = text.and_then(normalize) {
            say(&error, &mut said);
        }
    }
    said
}

fn say(error: &Error, said: &mut Vec<String>) {
    let mut json = Vec::new();
    hydrant::write::error(error, &mut json);
    said.extend([
        error.to_string(),
        error.message().to_owned(),
        error.path().to_owned(),
        format!("{error:?} {error:#?}"),
        error.pretty("body"),
        error.clone().on_line(3).pretty("body"),
        String::from_utf8(json).unwrap(),
    ]);
}

/// The token in whole or in large part: cut, unescaped, in other letter case.
fn leaks(shown: &str) -> bool {
    let lower = shown.to_lowercase();
    let token = TOKEN.to_lowercase();
    (0..=token.len() - 5).any(|at| lower.contains(&token[at..at + 5]))
}

#[track_caller]
fn assert_hidden(body: &[u8]) {
    for shown in everything_said(body) {
        assert!(!leaks(&shown), "{}\n{shown}", String::from_utf8_lossy(body));
    }
}

#[test]
fn the_check_finds_tokens() {
    assert!(leaks("…Q7zK9w…") && leaks(TOKEN) && !leaks("xq7Z k9wV j3"));
    let shown = everything_said(
        format!(r#"{{"type":"event_processing_request","source_id":["{TOKEN}"]}}"#).as_bytes(),
    );
    assert!(shown.iter().all(|shown| !leaks(shown)));
    let body = format!(r#"{{"type":"event_processing_request","source_id":"{TOKEN}"}}"#);
    assert!(everything_said(body.as_bytes()).iter().any(|it| leaks(it)));
    // Findings name unknown fields, and errors do not.
    let unknown = |value| format!(r#"{{"type":"event_processing_request","{TOKEN}":[{value}]}}"#);
    let leaks = |body: String| everything_said(body.as_bytes()).iter().any(|it| leaks(it));
    assert!(leaks(unknown("")) && !leaks(unknown(",")));
}
