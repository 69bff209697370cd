//! The texts of assertions that fail.

use hydrant::{ErrorKind, Verdict};
use hydrant_testing::build::*;
use hydrant_testing::{Harness, Run, json};

use crate::module::*;

fn run() -> Run {
    Harness::new(Plans).process(
        Batch::new()
            .event(custom_event("a").attribute("plan", "gold"))
            .event(custom_event("b").attribute("plan", "free")),
    )
}

#[test]
fn differences_are_shown_line_by_line() {
    let text = complaint(|| {
        run().assert_records([r#"{ "plan": "gold" }"#, r#"{"plan":"none"}"#]);
    });
    let expected = r#"the records differ (- expected, + actual)
  {
    "plan": "gold"
  }
  {
-   "plan": "none"
+   "plan": "free"
  }
"#;
    assert!(text.starts_with(expected), "{text}");
    assert!(text.contains("\nverdict: answer\n"), "{text}");

    let text = complaint(|| {
        run().assert_outcomes(["done", "rejected", "done"]);
    });
    let expected =
        "the outcomes of the events differ (- expected, + actual)\n  done\n- rejected\n  done\n";
    assert!(text.starts_with(expected), "{text}");

    let text = complaint(|| {
        run().assert_response(
            json!({"type": "event_processing_response", "suspend_subscription": true}),
        );
    });
    assert!(
        text.contains("-   \"suspend_subscription\": true"),
        "{text}"
    );
}

#[test]
fn keys_and_payloads_are_compared() {
    run().assert_records([
        ("nobody", r#"{"plan":"gold"}"#),
        ("nobody", r#"{"plan":"free"}"#),
    ]);
    let text = complaint(|| {
        run().assert_records([
            ("nobody", r#"{"plan":"gold"}"#),
            ("ada", r#"{"plan":"free"}"#),
        ]);
    });
    assert!(text.contains("- [ada] {\n+ [nobody] {\n"), "{text}");
    assert!(
        complaint(|| {
            run().assert_records([r#"{"plan":"gold"}"#]);
        })
        .contains("+   \"plan\": \"free\"")
    );
    // Broken JSON is not JSON.
    complaint(|| {
        run().assert_records([r#"{"plan":"gold",}"#, r#"{"plan":"free"}"#]);
    });
}

#[test]
fn verdicts_and_errors() {
    run()
        .assert_answered()
        .assert_verdict(Verdict::Answer)
        .assert_outcome("done");
    let text = complaint(|| {
        run().assert_verdict(Verdict::Fail);
    });
    assert!(text.contains("- fail\n+ answer\n"), "{text}");
    let refused = Harness::new(Plans).process("{");
    refused.assert_refused(ErrorKind::Syntax);
    assert!(
        refused.snapshot().starts_with("refused: "),
        "{}",
        refused.snapshot()
    );
    let text = complaint(|| {
        Harness::new(Plans).process("{").assert_answered();
    });
    assert!(text.starts_with("the message was refused: "), "{text}");
    assert!(
        complaint(|| {
            run().assert_not_answered();
        })
        .starts_with("the message was answered")
    );
}
