//! Parsing and writing: the canonical form is a fixed point, and reused buffers do not affect
//! results.

use hydrant::message::Message;
use hydrant::{Error, ParseOptions, Scratch, normalize, parse, write};
use hydrant_testing::generate::{Generator, Kind, Options};
use proptest::prelude::*;
use proptest::sample::select;

/// The options of a stream, ordinary or hostile, of any kind and layout.
fn streams() -> impl Strategy<Value = Options> {
    (
        any::<u64>(),
        select(&Kind::ALL[..]),
        any::<[bool; 4]>(),
        0..12usize,
    )
        .prop_map(|(seed, kind, [hostile, shuffle, pretty, escapes], most)| {
            Options::default()
                .seed(seed)
                .kind(kind)
                .hostile(hostile)
                .shuffle(shuffle)
                .pretty(pretty)
                .escapes(escapes)
                .events(0..=most)
        })
}

fn messages(options: Options, count: usize) -> Vec<Vec<u8>> {
    let mut generator = Generator::new(options);
    let mut message = || {
        let mut text = Vec::new();
        generator.write_message(&mut text);
        text
    };
    (0..count).map(|_| message()).collect()
}

fn normalized(text: &[u8]) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    normalize(text, &mut out).map(|()| out)
}

/// Whether a time is written as seconds that are parsed as milliseconds: the exception in row W17.
fn is_beyond_the_year_5138(text: &[u8]) -> bool {
    let mut scratch = Scratch::new();
    let parsed = parse(text, &mut scratch, &ParseOptions::default()).unwrap();
    let Message::DsrProcessingRequest(request) = parsed.message else {
        return false;
    };
    let seconds = request.submitted_time.map_or(0, |time| time.seconds);
    seconds.unsigned_abs() >= 100_000_000_000
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_canonical_form_is_a_fixed_point(options in streams()) {
        let hostile = options.hostile;
        for text in messages(options, 4) {
            match normalized(&text) {
                Ok(_) if is_beyond_the_year_5138(&text) => {}
                Ok(once) => prop_assert_eq!(normalized(&once).unwrap(), once),
                Err(error) => prop_assert!(hostile, "{}", error),
            }
        }
    }

    /// White space, the order of fields and escapes do not affect the canonical form.
    #[test]
    fn the_canonical_form_does_not_depend_on_the_layout(seed in any::<u64>(), kind in select(&Kind::ALL[..])) {
        let plain = Options::default().seed(seed).kind(kind).events(0..=8).escapes(false);
        let pretty = messages(plain.clone().pretty(true), 3);
        for (plain, pretty) in messages(plain, 3).into_iter().zip(pretty) {
            let canonical = normalized(&plain).unwrap();
            // Ordinary messages are already canonical.
            prop_assert_eq!(String::from_utf8(plain), String::from_utf8(canonical.clone()));
            prop_assert_eq!(normalized(&pretty).unwrap(), canonical);
        }
    }

    #[test]
    fn a_reused_scratch_does_not_affect_results(options in streams(), max_depth in 5..200usize) {
        let mut used = Scratch::new();
        let options_of_reading = ParseOptions::new().max_depth(max_depth);
        for text in messages(options, 6) {
            let on = |scratch: &mut Scratch| {
                parse(&text, scratch, &options_of_reading).map(|parsed| {
                    let mut out = Vec::new();
                    write::message(&parsed.message, &mut out);
                    (out, parsed.tally)
                })
            };
            prop_assert_eq!(on(&mut used), on(&mut Scratch::new()));
        }
    }

    #[test]
    fn appending_keeps_previous_content(options in streams(), before in any::<Vec<u8>>()) {
        for text in messages(options, 2) {
            let mut out = before.clone();
            match (normalize(&text, &mut out), normalized(&text)) {
                (Ok(()), Ok(alone)) => prop_assert_eq!(out, [before.clone(), alone].concat()),
                (Err(one), Err(other)) => {
                    prop_assert_eq!(one, other);
                    prop_assert_eq!(&out, &before);
                }
                _ => prop_assert!(false),
            }
        }
    }
}
