//! A model for these tests only, with every flag of a declaration: its reader, writer, `Debug` and
//! description.
#![allow(unreachable_pub, reason = "models are public")]

use crate::error::ErrorKind;
use crate::parse::{ParseOptions, Scratch, parse_as};
use crate::schema::{Describe, Encode, Place, Presence, Written};
use crate::write::JsonWriter;

model! {
    /// A visit.
    pub struct Visit<'a> {
        /// A name.
        "name" name: Option<&'a str> = None, set, required;
        /// The number of a card.
        "card" card: Option<i64> = None, set, secret, since "9.9.9";
        /// A floor.
        "floor" floor: i32 = 0, always, required;
        /// Guests.
        "guests" guests: &'a [Guest<'a>] = &[], set, secret;
    }
}

model! {
    /// A guest.
    pub struct Guest<'a> {
        /// A kind.
        "kind" kind: &'a str = "", always, enforced, filled;
        /// A badge.
        "badge" badge: &'a str = "", always, secret, enforced, filled;
        /// A note.
        "note" note: &'a str = "", set;
    }
}

/// The error of a text on both paths, in every form in which it can be printed.
fn refused(text: &str) -> (ErrorKind, String, String) {
    let mut scratch = Scratch::new();
    let error =
        parse_as::<Visit<'_>>(text.as_bytes(), &mut scratch, &ParseOptions::default()).unwrap_err();
    let shown = format!("{error}\n{error:?}\n{}", error.pretty("visit.json"));
    (error.kind(), error.path().to_owned(), shown)
}

#[test]
fn secrets_are_not_shown() {
    let text = r#"{"card":4111,"guests":[{"kind":"friend","badge":"B-77"}],"name":"Ann"}"#;
    let mut scratch = Scratch::new();
    let visit = parse_as::<Visit<'_>>(text.as_bytes(), &mut scratch, &ParseOptions::default())
        .unwrap()
        .message;
    let shown = format!("{visit:?}");
    assert!(shown.contains("Ann") && shown.contains("friend"), "{shown}");
    assert!(shown.contains("[redacted]"), "{shown}");
    assert!(
        !shown.contains("4111") && !shown.contains("B-77"),
        "{shown}"
    );
}

#[test]
fn error_texts_show_no_values() {
    let (kind, path, shown) = refused(r#"{"floor":"ground","name":"Ann"}"#);
    assert_eq!((kind, path.as_str()), (ErrorKind::InvalidValue, "floor"));
    assert!(shown.contains("a string of 6 characters"), "{shown}");
    assert!(!shown.contains("ground"), "{shown}");
    for (text, path) in [
        (r#"{"card":"4111-22","name":"Ann"}"#, "card"),
        (r#"{"name":"Ann","card":4111.5e99}"#, "card"),
        (r#"{"guests":"4111"}"#, "guests"),
        (
            r#"{"guests":[{"kind":"friend","badge":{"4111":1}}]}"#,
            "guests[0].badge",
        ),
        // Below a secret list everything is masked, in case a value was put into the wrong field.
        (
            r#"{"guests":[{"kind":["4111"],"badge":"B"}]}"#,
            "guests[0].kind",
        ),
    ] {
        let (_, found, shown) = refused(text);
        assert_eq!(found, path);
        assert!(!shown.contains("4111"), "{shown}");
    }
}

#[test]
fn enforced_fields_are_refused_when_absent_or_empty() {
    for (text, kind, path, part) in [
        (
            r#"{"guests":[{"badge":"B"}]}"#,
            ErrorKind::MissingField,
            "guests[0]",
            "`kind`",
        ),
        (
            r#"{"guests":[{"kind":"friend"}]}"#,
            ErrorKind::MissingField,
            "guests[0]",
            "`badge`",
        ),
        (
            r#"{"guests":[{"kind":"friend","badge":"B","badge":null}]}"#,
            ErrorKind::MissingField,
            "guests[0]",
            "`badge`",
        ),
        (
            r#"{"guests":[{"badge":"B","kind":"x","kind":""}]}"#,
            ErrorKind::InvalidValue,
            "guests[0].kind",
            "not empty",
        ),
    ] {
        let (found, at, shown) = refused(text);
        assert_eq!((found, at.as_str()), (kind, path), "{shown}");
        assert!(shown.contains(part), "{shown}");
    }
    let text = r#"{"guests":[{"badge":"","badge":"B","kind":"","kind":"friend"}]}"#;
    let mut scratch = Scratch::new();
    let visit = parse_as::<Visit<'_>>(text.as_bytes(), &mut scratch, &ParseOptions::default());
    assert_eq!(visit.unwrap().message.guests[0].badge, "B");
}

#[test]
fn fields_are_described_as_they_are_declared() {
    use crate::schema::KeyOrigin::{Protocol, Sender, Unknown};
    let [name, card, floor, guests] = Visit::FIELDS else {
        panic!("{:?}", Visit::FIELDS)
    };
    assert_eq!(
        (name.name, name.presence, name.secret),
        ("name", Presence::Required, false)
    );
    assert_eq!(
        (card.since, card.secret, card.written),
        ("9.9.9", true, Written::Set)
    );
    assert_eq!((floor.since, floor.written), ("1.0.0", Written::Always));
    assert_eq!(guests.kind.models()[0].own[1].presence, Presence::Enforced);
    let shown = |keys: &[&str]| {
        let mut place = Place::root(Visit::KIND);
        let mut origin = Protocol;
        for key in keys {
            (origin, place) = place.field(key, None);
            if matches!(*key, "guests") {
                place = place.element();
            }
        }
        (origin, place.secret)
    };
    assert_eq!(shown(&["name"]), (Protocol, false));
    assert_eq!(shown(&["card"]), (Protocol, true));
    assert_eq!(shown(&["nmae"]), (Sender, true));
    assert_eq!(shown(&["nmae", "name"]), (Unknown, true));
    assert_eq!(shown(&["name", "name"]), (Unknown, true));
    assert_eq!(shown(&["guests", "note"]), (Protocol, true));
    assert_eq!(shown(&["guests", "name"]), (Unknown, true));
}

#[test]
fn required_fields_that_are_absent_are_found() {
    let mut found = Vec::new();
    super::Required::each_missing(&Visit::EMPTY, &mut |name, zero| found.push((name, zero)));
    assert_eq!(found, [("name", false), ("floor", true)]);
}

#[test]
fn fields_are_written_in_declaration_order() {
    let guest = Guest {
        kind: "friend",
        badge: "B",
        ..Guest::EMPTY
    };
    let visit = Visit {
        guests: &[guest],
        card: Some(7),
        ..Visit::EMPTY
    };
    let mut out = Vec::new();
    visit.encode(&mut JsonWriter::new(&mut out));
    let expected = r#"{"card":7,"floor":0,"guests":[{"kind":"friend","badge":"B"}]}"#;
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}
