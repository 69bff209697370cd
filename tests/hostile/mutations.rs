//! All small mutations of a small message, at every position.

use hydrant::{ErrorKind, ParseOptions, Scratch};
use hydrant_testing::generate::Options;

use crate::check::{check, check_with};

/// A message with every kind of token, in known and in unknown fields.
const SAMPLE: &str = concat!(
    r#"{"type":"event_processing_request","id":"00112233-4455-6677-8899-aabbccddeeff","events":[{"#,
    r#""type":"custom_event","name":"é\u00e9😀\ud83d\uDE00\n\"","attributes":{"a":"1","b":null,"a":-1.5e3}},"#,
    r#"{"type":"hologram" , "timestamp_ms":1.5,"x":[true,false,{}]},{"location":{"latitude":0.25},"#,
    r#""type":"error","breadcrumbs":[null,""]}],"mpid":12}"#
);

/// A message that is small enough for exhaustive tests.
const TINY: &str = r#"{"type":"dsr_processing_request","extensions":{"é\n":[1.5,null]},"account":{"account_id":"-7"}}"#;

#[test]
fn the_samples_are_accepted() {
    check(SAMPLE.as_bytes()).unwrap();
    check(TINY.as_bytes()).unwrap();
}

/// Checks all texts with one scratch, to find data that leaks from one to the next. Returns the
/// numbers of accepted texts and of all texts.
fn check_all(texts: impl Iterator<Item = Vec<u8>>) -> (usize, usize) {
    let (mut scratch, options) = (Scratch::new(), ParseOptions::default());
    let (mut accepted, mut all) = (0, 0);
    for text in texts {
        accepted += usize::from(check_with(&text, &mut scratch, &options).is_ok());
        all += 1;
    }
    (accepted, all)
}

fn with_inserted(at: usize, bytes: &[u8]) -> Vec<u8> {
    let (head, tail) = SAMPLE.as_bytes().split_at(at);
    [head, bytes, tail].concat()
}

#[test]
fn invalid_utf_8_is_refused_at_its_place_everywhere() {
    const BAD: &[(&str, &[u8])] = &[
        ("a continuation byte alone", b"\x80"),
        ("another", b"\xbf"),
        ("two bytes cut", b"\xc3"),
        ("three bytes cut", b"\xe2\x82"),
        ("four bytes cut", b"\xf0\x9f\x98"),
        ("overlong slash", b"\xc0\xaf"),
        ("overlong NUL", b"\xc0\x80"),
        ("overlong in three", b"\xe0\x80\xaf"),
        ("overlong in four", b"\xf0\x80\x80\xaf"),
        ("a surrogate (CESU-8)", b"\xed\xa0\x80"),
        ("a pair of them", b"\xed\xa0\xbd\xed\xb8\x80"),
        ("above U+10FFFF", b"\xf4\x90\x80\x80"),
        ("five bytes", b"\xf8\x88\x80\x80\x80"),
        ("never a first byte", b"\xf5\x80\x80\x80"),
        ("0xFE", b"\xfe"),
        ("0xFF", b"\xff"),
    ];
    for (name, bytes) in BAD {
        for at in 0..=SAMPLE.len() {
            let text = with_inserted(at, bytes);
            let error = check(&text).expect_err(name);
            let place = std::str::from_utf8(&text).unwrap_err().valid_up_to();
            assert_eq!(
                error.kind(),
                ErrorKind::InvalidUtf8,
                "{name} at {at}: {error}"
            );
            assert_eq!(error.location().unwrap().offset, place, "{name} at {at}");
        }
    }
}

#[test]
fn a_message_that_is_cut_off_is_refused() {
    for end in 0..SAMPLE.len() {
        let error = check(&SAMPLE.as_bytes()[..end]).unwrap_err();
        let expected = match end {
            0 => ErrorKind::EmptyInput,
            _ if !SAMPLE.is_char_boundary(end) => ErrorKind::InvalidUtf8,
            _ => ErrorKind::Syntax,
        };
        assert_eq!(error.kind(), expected, "cut at {end}: {error}");
    }
}

#[test]
fn a_message_that_lost_its_beginning_is_refused() {
    for start in 1..SAMPLE.len() {
        check(&SAMPLE.as_bytes()[start..]).unwrap_err();
    }
}

#[test]
fn a_control_character_is_refused_everywhere() {
    for byte in (0..0x20u8).filter(|byte| !b"\t\n\r".contains(byte)) {
        for at in 0..=SAMPLE.len() {
            let text = with_inserted(at, &[byte]);
            let error = check(&text).unwrap_err();
            if SAMPLE.is_char_boundary(at) && error.kind() != ErrorKind::Encoding {
                // Inside an escape, the location is that of the escape.
                let place = at.saturating_sub(5)..=at;
                assert!(
                    place.contains(&error.location().unwrap().offset),
                    "{byte:#x} at {at}: {error}"
                );
            }
        }
    }
}

#[test]
fn every_flipped_bit() {
    let flipped = (0..SAMPLE.len() * 8).map(|bit| {
        let mut text = SAMPLE.as_bytes().to_vec();
        text[bit / 8] ^= 1 << (bit % 8);
        text
    });
    let (accepted, all) = check_all(flipped);
    assert!(accepted > 100 && accepted < all, "{accepted} of {all}");
}

#[test]
fn every_byte_deleted_doubled_or_swapped() {
    let text = SAMPLE.as_bytes();
    let deleted = (0..text.len()).map(|at| [&text[..at], &text[at + 1..]].concat());
    let doubled = (0..text.len()).map(|at| [&text[..=at], &text[at..]].concat());
    let swapped = (1..text.len()).map(|at| {
        let mut text = text.to_vec();
        text.swap(at - 1, at);
        text
    });
    let (accepted, all) = check_all(deleted.chain(doubled).chain(swapped));
    assert!(accepted > 100 && accepted < all, "{accepted} of {all}");
}

#[test]
fn every_byte_in_every_place() {
    let replaced = (0..TINY.len()).flat_map(|at| {
        (0..=255).map(move |byte| {
            let mut text = TINY.as_bytes().to_vec();
            text[at] = byte;
            text
        })
    });
    let (accepted, all) = check_all(replaced);
    assert!(accepted > 1000 && accepted < all, "{accepted} of {all}");
}

/// Structural characters at every position, and runs that are longer than a SIMD block.
#[test]
fn structure_inserted_everywhere() {
    let pieces = [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "null", "0", "{}", "[]", "\"\"", "\\u", " ",
    ];
    let short = pieces.iter().map(|piece| (*piece).to_owned());
    let long = [" ".repeat(64), "\\".repeat(63), "\"".repeat(65)];
    for piece in short.chain(long) {
        check_all((0..=SAMPLE.len()).map(|at| with_inserted(at, piece.as_bytes())));
    }
}

/// The same message at every offset from the start of a SIMD block.
#[test]
fn leading_white_space_changes_only_offsets() {
    for spaces in 0..130 {
        let text = " ".repeat(spaces) + SAMPLE;
        check(text.as_bytes()).unwrap();
        let error = check(&text.as_bytes()[..text.len() - 1]).unwrap_err();
        assert_eq!(error.location().unwrap().offset, text.len() - 1);
        let broken = text.replace("\"mpid\":12", "\"mpid\":[]");
        let error = check(broken.as_bytes()).unwrap_err();
        assert_eq!(
            (error.path(), error.location().unwrap().offset),
            ("mpid", broken.rfind('[').unwrap())
        );
    }
}

#[test]
fn generated_hostile_messages() {
    let (mut scratch, options) = (Scratch::new(), ParseOptions::default());
    let messages = Options::default().hostile(true).events(0..=5);
    let mut generator = hydrant_testing::generate::Generator::new(messages);
    let mut accepted = 0;
    for _ in 0..2000 {
        let mut text = Vec::new();
        generator.write_message(&mut text);
        accepted += usize::from(check_with(&text, &mut scratch, &options).is_ok());
    }
    assert!((500..1900).contains(&accepted), "{accepted}");
}
