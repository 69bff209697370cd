//! What a scratch holds, measured by an allocator that counts: `max_memory` bounds it for hostile
//! messages on both paths (`ParseOptions::max_memory`), and it is given back.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unsafe_code
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use hydrant::internals::complete_path_only;
use hydrant::{ErrorKind, ParseOptions, Scratch, parse};
use hydrant_testing::generate::batch;

/// The system's allocator, which counts what each thread holds.
struct Counting;

thread_local! {
    // Constant and without a destructor, so that counting itself allocates nothing.
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn add(bytes: usize) {
    let held = HELD.get() + bytes as isize;
    HELD.set(held);
    PEAK.set(PEAK.get().max(held));
}

fn remove(bytes: usize) {
    HELD.set(HELD.get() - bytes as isize);
}

// SAFETY: every call is handed on as it came to the system's allocator, which keeps the contract of
// the trait; counting touches thread-local integers and does not allocate. `realloc` is the default
// one, of `alloc`, a copy and `dealloc`, so that the peak has both blocks.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: the caller keeps the contract of `alloc`, which is the same there.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        remove(layout.size());
        // SAFETY: `block` came from `System` with this layout, for every block does.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What this thread holds.
fn held() -> usize {
    HELD.get().max(0) as usize
}

/// The most that this thread held while `run` ran, beyond what it held before.
fn peak(run: impl FnOnce()) -> usize {
    let before = HELD.get();
    PEAK.set(before);
    run();
    (PEAK.get() - before).max(0) as usize
}

/// `before`, as many `item`s as fit, `after`.
fn filled(size: usize, before: &str, item: &str, after: &str) -> Vec<u8> {
    let count = size.saturating_sub(before.len() + after.len()) / item.len();
    format!("{before}{}{after}", item.repeat(count)).into_bytes()
}

fn numbered(size: usize, before: &str, item: impl Fn(usize) -> String, after: &str) -> Vec<u8> {
    let mut text = before.to_owned();
    let mut number = 0;
    while text.len() + after.len() < size {
        text.push_str(&item(number));
        number += 1;
    }
    (text + after).into_bytes()
}

/// Texts of about this size that take as much memory as possible, each in another way.
fn shapes(size: usize) -> Vec<(&'static str, Vec<u8>)> {
    let batch = |field: &str| format!(r#"{{"type":"event_processing_request",{field}"#);
    let event = |field: &str| batch(&format!(r#""events":[{{"type":"product_action",{field}"#));
    let profiles = r#"{"type":"audience_membership_change_request","user_profiles":["#;
    let ios = |field: &str| batch(&format!(r#""runtime_environment":{{"type":"ios",{field}"#));
    let consent = batch(r#""consent_state":{"gdpr_consent_state":{"#);
    let registration = |field: &str| {
        format!(
            r#"{{"type":"module_registration_response","event_processing_registration":{{{field}"#
        )
    };
    let short = |number: usize| format!(r#""{number:x}":"","#);
    vec![
        ("profiles", filled(size, profiles, "{},", "{}]}")),
        // The fast path reads nearly all of it, and then the complete path does.
        (
            "profiles, then an escape",
            filled(size, profiles, "{},", r#"{"mpid":"\ud800"}]}"#),
        ),
        (
            "profiles, then an error",
            filled(size, profiles, "{},", "7]}"),
        ),
        ("null profiles", filled(size, profiles, "null,", "{}]}")),
        (
            "products",
            filled(size, &event(r#""products":["#), "{},", "{}]}]}"),
        ),
        (
            "events",
            filled(
                size,
                &batch(r#""events":["#),
                r#"{"type":"error"},"#,
                r#"{"type":"error"}]}"#,
            ),
        ),
        (
            "unknown events",
            filled(
                size,
                &batch(r#""events":["#),
                r#"{"type":""},"#,
                r#"{"type":""}]}"#,
            ),
        ),
        (
            "settings",
            filled(
                size,
                &registration(r#""account_settings":["#),
                r#"{"type":"text"},"#,
                r#"{"type":"text"}]}}"#,
            ),
        ),
        (
            "lists of lists",
            filled(
                size,
                &event(r#""impressions":["#),
                r#"{"products":[{}]},"#,
                "{}]}]}",
            ),
        ),
        (
            "short lists",
            numbered(
                size,
                &batch(r#""user_attribute_lists":{"#),
                |n| format!(r#""{n:x}":[0],"#),
                r#""":[]}}"#,
            ),
        ),
        (
            "a long list",
            filled(
                size,
                &batch(r#""user_attribute_lists":{"a":["#),
                "0,",
                "0]}}",
            ),
        ),
        (
            "attributes",
            numbered(size, &batch(r#""user_attributes":{"#), short, r#""":""}}"#),
        ),
        (
            "attributes, then null",
            numbered(
                size,
                &batch(r#""user_attributes":{"#),
                short,
                r#""":null}}"#,
            ),
        ),
        (
            "null attributes",
            numbered(
                size,
                &batch(r#""user_attributes":{"x":null,"#),
                short,
                r#""":""}}"#,
            ),
        ),
        (
            "equal attributes",
            filled(
                size,
                &batch(r#""user_attributes":{"#),
                r#""":"","#,
                r#""":""}}"#,
            ),
        ),
        (
            "maps of 17",
            filled(size, &event(r#""products":["#), &map_of_17(), "{}]}]}"),
        ),
        (
            "maps in a map",
            numbered(
                size,
                &ios(r#""apple_search_ads_attribution":{"#),
                |n| format!(r#""{n:x}":{{"":""}},"#),
                r#""":{}}}}"#,
            ),
        ),
        (
            "consent",
            numbered(
                size,
                &consent,
                |n| format!(r#""{n:x}":{{}},"#),
                r#""":{}}}}"#,
            ),
        ),
        (
            "an escaped string",
            filled(size, &batch(r#""source_id":""#), "\\n", r#""}"#),
        ),
        (
            "escaped strings",
            numbered(
                size,
                &batch(r#""user_attributes":{"#),
                |n| format!(r#""\n{n:x}":"\n","#),
                r#""":""}}"#,
            ),
        ),
        (
            "lone surrogates",
            filled(size, &batch(r#""source_id":""#), "\\ud800", r#""}"#),
        ),
        (
            "numbers beyond 64 bits",
            filled(
                size,
                &batch(r#""new":["#),
                "99999999999999999999,",
                "1e999]}",
            ),
        ),
        (
            "unknown numbers",
            filled(size, &batch(r#""new":["#), "1,", "1]}"),
        ),
        ("open lists", filled(size, "", "[", "")),
        ("open objects", filled(size, "", r#"{"":"#, "")),
        ("commas", filled(size, "[", ",", "")),
        ("numbers without commas", filled(size, "[", "1 ", "")),
        (
            "empty strings without commas",
            filled(size, "[", r#""""#, ""),
        ),
        ("quotes after a backslash", filled(size, r#"\""#, "[", "")),
        ("spaces", filled(size, &batch(r#""new":1"#), " ", "}")),
        (
            "text",
            filled(
                size,
                &batch(r#""source_id":""#),
                "a b, c: {d} [e] ",
                r#""}"#,
            ),
        ),
    ]
}

fn map_of_17() -> String {
    let entries: Vec<String> = (b'a'..=b'q')
        .map(|it| format!(r#""{}":"""#, it as char))
        .collect();
    format!(r#"{{"attributes":{{{}}}}},"#, entries.join(","))
}

/// What no message needs more of for each of its bytes, without a limit (documented in
/// `docs/embedding.md`).
const MULTIPLE: usize = 400;

/// What a scratch and an error take that is not in proportion to anything.
const CONSTANT: usize = 128 << 10;

fn check(size: usize, limits: &[usize]) {
    for (name, text) in shapes(size) {
        for &limit in limits {
            let options = ParseOptions::new().max_memory(limit);
            for (path, options) in [
                ("both paths", options.clone()),
                ("complete path", complete_path_only(options)),
            ] {
                let mut scratch = Scratch::new();
                let mut refused = None;
                let peak = peak(|| refused = parse(&text, &mut scratch, &options).err());
                let of_input = peak as f64 / text.len() as f64;
                let of_limit = peak as f64 / limit.max(1) as f64;
                let kind = refused.as_ref().map(|error| error.kind());
                println!("{of_input:>7.1} {of_limit:>7.2} {limit:>10} {name}, {path}: {kind:?}");
                assert!(
                    peak <= text.len() * MULTIPLE + CONSTANT,
                    "{name}, {path}: {peak}"
                );
                assert!(
                    peak <= limit.saturating_mul(4).saturating_add(CONSTANT),
                    "{name}, {path}: {peak} of {limit}"
                );
                if limit == 0 {
                    assert_eq!(kind, Some(ErrorKind::TooLarge), "{name}, {path}");
                }
                // What it says it holds is about what it holds.
                let before = held();
                let said = scratch.memory();
                drop(scratch);
                let really = before - held();
                let about = said / 2..=said * 2 + CONSTANT;
                assert!(
                    about.contains(&really),
                    "{name}, {path}: {said} said, {really} held"
                );
            }
        }
    }
}

#[test]
fn memory_is_bounded_by_the_limit_and_by_the_input() {
    check(1 << 20, &[0, 1 << 20, 8 << 20, 32 << 20, 256 << 20]);
}

#[test]
fn memory_of_large_messages_is_bounded() {
    check(8 << 20, &[0, 16 << 20]);
}

/// One after the other in the same scratch, growing: buffers that grow hold no more than new ones.
#[test]
fn memory_of_a_scratch_in_use_is_bounded() {
    let limit = 16 << 20;
    for options in [
        ParseOptions::new().max_memory(limit),
        complete_path_only(ParseOptions::new().max_memory(limit)),
    ] {
        let mut scratch = Scratch::new();
        let before = held();
        let mut most = 0;
        for size in [10 << 10, 300 << 10, 310 << 10, 400 << 10] {
            let in_use = held() - before;
            let texts = shapes(size);
            let more = peak(|| {
                for (_, text) in &texts {
                    let _ = parse(text, &mut scratch, &options);
                }
            });
            most = most.max(in_use + more);
        }
        println!("{:.2}", most as f64 / limit as f64);
        assert!(most <= limit * 4 + CONSTANT, "{most}");
    }
}

#[test]
fn memory_is_given_back() {
    let options = ParseOptions::new();
    let small = batch(3, 1);
    for (name, text) in shapes(2 << 20) {
        let before = held();
        let mut scratch = Scratch::new();
        let _ = parse(&text, &mut scratch, &options);
        // The arena may be replaced once, by one that is as large.
        for _ in 0..1000 {
            parse(&small, &mut scratch, &options).unwrap();
        }
        assert!(held() - before <= 20 << 20, "{name}: {}", held() - before);
        let _ = parse(&text, &mut scratch, &options);
        scratch.shrink_to(100 << 10);
        assert!(held() - before <= 5 << 20, "{name}: {}", held() - before);
    }
}

/// Real messages need far less than the default limit, and less than a small host has.
#[test]
fn ordinary_messages_are_far_from_the_limits() {
    let text = batch(3000, 1);
    for options in [
        ParseOptions::new().max_memory(text.len() * 16),
        complete_path_only(ParseOptions::new().max_memory(text.len() * 16)),
    ] {
        let mut scratch = Scratch::new();
        let peak = peak(|| assert!(parse(&text, &mut scratch, &options).is_ok()));
        println!("{:.1}", peak as f64 / text.len() as f64);
        assert!(peak < text.len() * 20, "{peak}");
    }
}
