//! Properties that must hold for any input. Results are compared by value, because `Debug` hides
//! secrets.

use crate::outgoing::{Read, case};
use hydrant::internals::complete_path_only;
use hydrant::message::Message;
use hydrant::registration::Registration;
use hydrant::validate::{coercions, findings, unknown_fields};
use hydrant::{ParseOptions, Scratch};
use hydrant_reference::{Json, identical};

/// Both parse paths give the same message and tally or the same error, with a position inside the
/// input, in strict mode or not; so do the searches for unknown fields and for coerced values,
/// whose number equals the tally.
pub fn paths(input: &[u8]) {
    let (mut first, mut second) = (Scratch::new(), Scratch::new());
    for strict in [false, true] {
        let options = ParseOptions::new().strict(strict);
        let complete = complete_path_only(options.clone());
        let parsed = hydrant::parse(input, &mut first, &options);
        let error = match (&parsed, hydrant::parse(input, &mut second, &complete)) {
            (Ok(fast), Ok(complete)) => {
                assert!(
                    fast.message == complete.message,
                    "the fast path reads another message"
                );
                assert_eq!(fast.tally, complete.tally, "the fast path counts otherwise");
                // Equal values may be written differently.
                let texts = [&fast.message, &complete.message].map(|message| {
                    let mut text = Vec::new();
                    hydrant::write::message(message, &mut text);
                    text
                });
                assert!(texts[0] == texts[1], "the fast path keeps another text");
                None
            }
            (Err(fast), Err(complete)) => {
                assert_eq!(fast.to_string(), complete.to_string());
                assert_eq!(fast.path(), complete.path());
                assert!(fast.location().is_none_or(|at| at.offset <= input.len()));
                let _ = fast.pretty("input");
                Some(fast.to_string())
            }
            (Ok(_), Err(error)) => panic!("only the complete path refuses: {error}"),
            (Err(error), Ok(_)) => panic!("only the fast path refuses: {error}"),
        };
        let unknown = unknown_fields(input, &mut second, &options);
        let refused = unknown.err().map(|error| error.to_string());
        assert_eq!(
            refused, error,
            "the search for unknown fields changes the result"
        );
        match (coercions(input, &mut second, &options), parsed) {
            (Ok(found), Ok(parsed)) => {
                let counted = parsed.tally.coercions();
                assert!(found.len() == counted || counted > 10_000, "coerced values");
            }
            (found, parsed) => assert!(found.err() == parsed.err(), "coerced values"),
        }
    }
}

/// The engine and the reference implementation accept the same inputs, read the same values and
/// coerce the same number. Tolerated: nesting between the two limits, which each checks by itself
/// (both have 128 levels); and for a text that is not JSON, only the refusal is compared.
pub fn reference(input: &[u8]) {
    let mut written = Vec::new();
    match (
        hydrant::normalize(input, &mut written),
        hydrant_reference::normalize(input),
    ) {
        (Ok(()), Ok(expected)) => {
            let tree = Json::read(&written).expect("the engine writes JSON");
            if let Err(difference) = identical(&expected, &tree) {
                panic!("reference, engine: {difference}");
            }
            let (mut scratch, options) = (Scratch::new(), ParseOptions::new());
            let parsed = hydrant::parse(input, &mut scratch, &options).expect("it was normalized");
            let coerced = hydrant_reference::coercions(input).len();
            assert_eq!(parsed.tally.coercions(), coerced, "coerced values");
        }
        (Err(_), Err(_)) => {}
        (Ok(()), Err(refusal)) => panic!("the engine accepts, the reference refuses: {refusal}"),
        (Err(error), Ok(_)) => panic!("the reference accepts, the engine refuses: {error}"),
    }
}

/// The engine and the reference implementation map a message to the same records, which are read
/// and written again as they were. The settings are made of a hash of the input, so that all
/// combinations occur and a finding can be repeated.
pub fn records(input: &[u8]) {
    let Some(read) = Read::new(input) else {
        return;
    };
    let hash = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    let case = case(input.iter().fold(0xcbf2_9ce4_8422_2325, hash));
    if let Err(difference) = read.agree(&case, &mut Scratch::new()) {
        panic!("{case:?}: {difference}");
    }
}

/// The normal form is a fixed point: `normalize` leaves its own output unchanged. The one exception
/// is a submitted time from the year 5138 on, which is written as seconds and read back as
/// milliseconds (D5).
pub fn round_trip(input: &[u8]) {
    let mut once = Vec::new();
    let mut scratch = Scratch::new();
    let Ok(parsed) = hydrant::parse(input, &mut scratch, &ParseOptions::default()) else {
        return;
    };
    if let Message::DsrProcessingRequest(request) = parsed.message
        && request
            .submitted_time
            .is_some_and(|time| time.seconds.unsigned_abs() >= 100_000_000_000)
    {
        return;
    }
    hydrant::write::message(&parsed.message, &mut once);
    assert!(!once.contains(&b'\n'));
    let mut twice = Vec::new();
    hydrant::normalize(&once, &mut twice).expect("normal form is accepted");
    assert!(
        once == twice,
        "{}\n{}",
        String::from_utf8_lossy(&once),
        String::from_utf8_lossy(&twice)
    );
}

/// The validator accepts any message, and a registration that is written and read again is the
/// same, with the same findings.
pub fn validator(input: &[u8]) {
    let (mut first, mut second) = (Scratch::new(), Scratch::new());
    let options = ParseOptions::new();
    let Ok(parsed) = hydrant::parse(input, &mut first, &options) else {
        return;
    };
    let found = findings(&parsed.message);
    for finding in &found {
        let _ = finding.to_string();
    }
    let _ = unknown_fields(input, &mut second, &options);
    let Message::ModuleRegistrationResponse(response) = &parsed.message else {
        return;
    };
    let registration = Registration::from(*response);
    let once = registration.to_json(response.common);
    let again = hydrant::parse(&once, &mut second, &options).expect("what was written is read");
    let Message::ModuleRegistrationResponse(response) = &again.message else {
        panic!("another message was written");
    };
    let twice = Registration::from(*response).to_json(response.common);
    assert!(
        once == twice,
        "{}\n{}",
        String::from_utf8_lossy(&once),
        String::from_utf8_lossy(&twice)
    );
}
