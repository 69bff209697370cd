//! The limits, and the results of every kind of hostile input at full size.

use hydrant::internals::complete_path_only;
use hydrant::{ErrorKind, ParseOptions, Scratch, parse};

use crate::check::{check, check_with};
use crate::kinds;

/// Inputs of several megabytes.
#[test]
fn every_kind_at_full_size() {
    let mut scratch = Scratch::new();
    for kind in kinds::all() {
        let text = (kind.make)(6 << 20);
        assert!(text.len() > 5 << 20, "{}: {} bytes", kind.name, text.len());
        let options = ParseOptions::new();
        for options in [options.clone(), complete_path_only(options)] {
            let started = std::time::Instant::now();
            (kind.answer)(&text, parse(&text, &mut scratch, &options));
            println!("{:>9.1?} {}", started.elapsed(), kind.name);
        }
    }
}

/// Small inputs, which are also compared with serde_json.
#[test]
fn every_kind_at_every_small_size() {
    let (mut scratch, options) = (Scratch::new(), ParseOptions::default());
    for kind in kinds::all() {
        for size in (2000..2300).step_by(7) {
            let text = (kind.make)(size);
            let _ = check_with(&text, &mut scratch, &options);
            (kind.answer)(&text, parse(&text, &mut scratch, &options));
        }
    }
}

#[test]
fn ten_thousand_levels() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}"), (r#"[{"a":"#, "}]")] {
        for before in [
            "",
            r#"{"type":"event_processing_request","new":"#,
            r#"{"type":"event_processing_request","events":[{"type":"custom_event","new":"#,
            r#"{"type":"event_processing_request","events":[{"type":"hologram","new":"#,
            r#"{"type":"event_processing_request","user_attributes":{"a":"#,
        ] {
            let text = format!("{before}{}0{}", open.repeat(10_000), close.repeat(10_000));
            let error = check(text.as_bytes()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TooDeep, "{before}");
        }
    }
}

#[test]
fn the_limit_on_nesting_is_exact() {
    let options = |max_depth| ParseOptions::new().max_depth(max_depth);
    for (asked, limit) in [
        (1, 1),
        (0, 1),
        (2, 2),
        (128, 128),
        (1000, 1000),
        (5000, 1000),
    ] {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            for levels in [limit - 1, limit] {
                let (open, close) = (open.repeat(levels), close.repeat(levels));
                // The message itself is one more level.
                let text =
                    format!(r#"{{"type":"dsr_processing_request","extensions":{open}1{close}}}"#);
                let mut scratch = Scratch::new();
                let result = check_with(text.as_bytes(), &mut scratch, &options(asked));
                match result {
                    Ok(()) => assert_eq!(levels + 1, limit),
                    Err(error) => {
                        assert_eq!(
                            (error.kind(), levels),
                            (ErrorKind::TooDeep, limit),
                            "{error}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn the_limit_on_size_is_exact() {
    let text = br#"{"type":"dsr_processing_request"}"#;
    let options = |max_bytes| ParseOptions::new().max_bytes(max_bytes);
    let mut scratch = Scratch::new();
    check_with(text, &mut scratch, &options(text.len())).unwrap();
    let error = check_with(text, &mut scratch, &options(text.len() - 1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
}

#[test]
fn the_limit_on_memory_stops_lists_and_maps() {
    let max_memory = 1 << 20;
    let profiles = "{},".repeat(1_000_000);
    let attributes: String = (0..500_000).map(|n| format!("\"{n}\":0,")).collect();
    for text in [
        format!(
            r#"{{"type":"audience_membership_change_request","user_profiles":[{profiles}{{}}]}}"#
        ),
        format!(r#"{{"type":"event_processing_request","user_attributes":{{{attributes}"a":0}}}}"#),
    ] {
        let options = ParseOptions::new().max_memory(max_memory);
        for options in [options.clone(), complete_path_only(options)] {
            let mut scratch = Scratch::new();
            let error = parse(text.as_bytes(), &mut scratch, &options).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TooLarge);
            // Besides copies of the text, memory is bounded by the limit and not by the size of the
            // lists.
            let lists = scratch.memory().saturating_sub(2 * text.len() + 4096);
            assert!(lists < 16 * max_memory, "{lists} bytes");
        }
    }
}

#[test]
fn strict_mode_refuses_lone_surrogates_with_their_place() {
    let options = ParseOptions::new().strict(true);
    let text = r#"{"type":"event_processing_request","user_attributes":{"a":"x\ud83d\ude00","b":"xy\ude00"}}"#;
    let error = parse(text.as_bytes(), &mut Scratch::new(), &options).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LoneSurrogate);
    assert_eq!(error.path(), r#"user_attributes["…"]"#);
    assert_eq!(
        error.location().unwrap().offset,
        text.rfind("\\ude00").unwrap()
    );
}
