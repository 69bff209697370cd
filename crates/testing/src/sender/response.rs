//! Checks of responses (protocol, section 11).

use hydrant::{ParseOptions, Scratch, parse};
use serde_json::Value;

/// The account of a request, or 0.
pub(super) fn account(request: Option<&Value>) -> i64 {
    let id = request.and_then(|request| request.get("account")?.get("account_id")?.as_i64());
    id.unwrap_or_default()
}

/// Checks that a response is a message, that its type is that of the request, and that its
/// identifier is a uuid, which may be that of the request or another. The error has no text of the
/// response.
pub(super) fn check(request: Option<&Value>, body: &[u8]) -> Result<Value, String> {
    parse(body, &mut Scratch::new(), &ParseOptions::new())
        .map_err(|error| format!("the response is not a message: {error}"))?;
    let response: Value = serde_json::from_slice(body)
        .map_err(|error| format!("the response is not JSON: {error}"))?;
    let text = |name: &str| {
        response
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let asked = request
        .and_then(|request| request.get("type")?.as_str())
        .unwrap_or_default();
    let expected = asked.replace("_request", "_response");
    if text("type") != expected {
        let actual = text("type");
        return Err(format!("the response to `{asked}` has the type `{actual}`"));
    }
    if !is_uuid(text("id")) {
        return Err("the identifier of the response is not a uuid".to_owned());
    }
    if response
        .get("timestamp_ms")
        .and_then(Value::as_i64)
        .is_none()
    {
        return Err("the response has no time".to_owned());
    }
    Ok(response)
}

fn is_uuid(text: &str) -> bool {
    let mut groups = text.split('-');
    let right = [8, 4, 4, 4, 12].iter().all(|length| {
        let group = groups.next().unwrap_or_default();
        group.len() == *length && group.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    right && groups.next().is_none()
}
