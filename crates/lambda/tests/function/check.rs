//! What the function must answer: what the engine in this process does.

use hydrant::{AsyncProcessor, Engine, Verdict};
use serde_json::{Value, json};

use super::function::{example, now_ms, value};

/// The type and the text of an error.
pub(crate) type Problem = (String, String);

/// The response of the engine, or the error that the function reports for it.
pub(crate) fn expected(body: &[u8]) -> Result<Value, Problem> {
    expected_of(&Engine::new_async(example::Module), body)
}

fn expected_of<P: AsyncProcessor>(engine: &Engine<P>, body: &[u8]) -> Result<Value, Problem> {
    let invocation = hydrant::host::system_invocation();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let pending = runtime.block_on(engine.process_async(body, &invocation));
    let output = match pending {
        Ok(pending) => pending.finish(),
        Err(error) => return Err((error.kind().as_str().to_owned(), error.to_string())),
    };
    let reason = || {
        let (_, failure) = output.failures().next().unwrap();
        failure.to_string()
    };
    match output.verdict() {
        Verdict::Answer => {
            let mut response = value(output.response());
            if response["id"] == invocation.fresh_id().to_string() {
                response["id"] = Value::Null;
            }
            Ok(response)
        }
        Verdict::Retry { .. } => Err(("retry".to_owned(), reason())),
        _ => Err(("rejected".to_owned(), reason())),
    }
}

/// Compares the answer to a direct invocation. Timestamps must be between `before` and now, and
/// generated identifiers may differ.
pub(crate) fn check(name: &str, body: &[u8], failed: bool, answer: &[u8], before: u64) {
    let answer = value(answer);
    match expected(body) {
        Ok(response) => {
            assert!(!failed, "{name}: {answer}");
            same_response(name, answer, response, before);
        }
        Err((error_type, message)) => {
            assert!(failed, "{name}: {answer}");
            let expected = json!({"errorType": error_type, "errorMessage": message});
            assert_eq!(answer, expected, "{name}");
        }
    }
}

/// Compares a response with that of the engine.
pub(crate) fn same_response(name: &str, mut answer: Value, mut expected: Value, before: u64) {
    let timestamp_ms = answer["timestamp_ms"].as_u64().unwrap();
    assert!((before..=now_ms()).contains(&timestamp_ms), "{name}");
    expected["timestamp_ms"] = answer["timestamp_ms"].clone();
    if expected["id"].is_null() {
        expected["id"] = answer["id"].take();
        assert!(expected["id"].is_string(), "{name}");
        answer["id"] = expected["id"].clone();
    }
    assert_eq!(answer, expected, "{name}");
}
