//! Which [`Fate`] a reply means (`lambda-and-http.md`, section 5).

use std::time::SystemTime;

use hydrant::delivery::Fate;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::client;
use crate::config::RecordErrors;

/// The fate of all records of a request by its status, or nothing for a success. A rejection is
/// final only for a request with one record.
pub(crate) fn status(status: u16, headers: &HeaderMap, now: SystemTime) -> Option<Fate> {
    let reason = format!("the server answered {status}{}", explain(status));
    Some(match status {
        200..300 => return None,
        300..400 => Fate::halted(reason),
        400 | 413 | 422 => Fate::rejected(reason),
        408 | 429 | 500.. => match client::retry_after(headers, now) {
            Some(after) => Fate::retry_after(after, reason),
            None => Fate::retry(reason),
        },
        _ => Fate::halted(reason),
    })
}

fn explain(status: u16) -> &'static str {
    match status {
        300..400 => ": a redirect that is not followed",
        400 | 422 => ": the content is refused",
        401 | 403 => ": the credentials are wrong or lack a permission",
        404 => ": the URL does not exist",
        413 => ": the request is too large",
        429 => ": too many requests",
        _ => "",
    }
}

/// A host that must not be reached.
pub(crate) fn private_address() -> Fate {
    Fate::halted(
        "the host has an address that is not public; expected a public one, or \
         `allow_private_addresses`",
    )
}

/// The fates of the records of a request that succeeded, by the errors that the reply lists.
pub(crate) fn records(errors: &RecordErrors, body: &[u8], count: usize) -> Vec<Fate> {
    let all = |reason: &'static str| vec![Fate::retry(reason); count];
    if body.trim_ascii().is_empty() {
        return vec![Fate::Delivered; count];
    }
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return all("the server answered a success whose body is not JSON");
    };
    let list = match body.pointer(&errors.list) {
        None | Some(Value::Null) => return vec![Fate::Delivered; count],
        Some(Value::Array(list)) => list,
        Some(_) => return all("the errors in the reply are not a list"),
    };
    let mut fates = vec![None; count];
    let mut unknown = false;
    for element in list {
        let index = element.pointer(&errors.index).and_then(position);
        match index.and_then(|index| fates.get_mut(index)) {
            // The worst of several counts.
            Some(fate) => {
                let other = record(errors, element);
                if fate
                    .as_ref()
                    .is_none_or(|fate| severity(fate) < severity(&other))
                {
                    *fate = Some(other);
                }
            }
            None => unknown = true,
        }
    }
    let others = match unknown {
        true => Fate::retry("the reply has an error for a record that it does not name"),
        false => Fate::Delivered,
    };
    fates
        .into_iter()
        .map(|fate| fate.unwrap_or_else(|| others.clone()))
        .collect()
}

fn severity(fate: &Fate) -> u8 {
    match fate {
        Fate::Delivered => 0,
        Fate::Retry { .. } => 1,
        _ => 2,
    }
}

/// A position as a number or as a text.
fn position(value: &Value) -> Option<usize> {
    match value {
        Value::Number(number) => number.as_u64()?.try_into().ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// The fate of the record of one element. Codes and texts of the server are not part of the reason,
/// because they may repeat the content.
fn record(errors: &RecordErrors, element: &Value) -> Fate {
    let status = errors
        .status
        .as_ref()
        .and_then(|pointer| element.pointer(pointer));
    let code = match status {
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(text)) if errors.retry_codes.contains(text) => {
            return Fate::retry("the server asks to send the record again");
        }
        Some(Value::String(text)) => match text.parse() {
            Ok(number) => Some(number),
            Err(_) => return Fate::rejected("the server refuses the record"),
        },
        _ => None,
    };
    match code {
        Some(200..300) => Fate::Delivered,
        Some(code @ (408 | 429 | 500..600)) => {
            Fate::retry(format!("the server answered {code} for the record"))
        }
        Some(code @ 400..500) => {
            Fate::rejected(format!("the server answered {code} for the record"))
        }
        _ => Fate::retry("the server lists the record as failed, without a status"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use reqwest::header::{HeaderValue, RETRY_AFTER};

    use super::*;

    /// 2026-01-01T00:00:00Z
    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600)
    }

    fn letter(fate: Option<&Fate>) -> char {
        match fate {
            None | Some(Fate::Delivered) => 'D',
            Some(Fate::Retry { .. }) => 'R',
            Some(Fate::Rejected { .. }) => 'X',
            _ => 'H',
        }
    }

    #[test]
    fn statuses() {
        for (list, expected) in [
            (&[200, 201, 202, 204, 299][..], 'D'),
            (&[408, 429, 500, 502, 503, 504, 501, 520], 'R'),
            (&[400, 413, 422], 'X'),
            (
                &[301, 302, 307, 401, 402, 403, 404, 405, 409, 410, 415, 451],
                'H',
            ),
        ] {
            for &code in list {
                let fate = status(code, &HeaderMap::new(), now());
                assert_eq!(letter(fate.as_ref()), expected, "{code}");
            }
        }
    }

    #[test]
    fn errors_of_records() {
        let errors = RecordErrors::new("/result/errors", "/index")
            .with_status("/error/status")
            .with_retry_codes(["busy"]);
        for (body, expected) in [
            ("", "DDD"),
            (" \n", "DDD"),
            ("{}", "DDD"),
            (r#"{"result":{"errors":null}}"#, "DDD"),
            (r#"{"result":{"errors":[]}}"#, "DDD"),
            ("<html>", "RRR"),
            (r#"{"result":{"errors":"none"}}"#, "RRR"),
            (
                r#"{"result":{"errors":[{"index":1,"error":{"status":400}}]}}"#,
                "DXD",
            ),
            (
                r#"{"result":{"errors":[{"index":"2","error":{"status":"503"}}]}}"#,
                "DDR",
            ),
            (
                r#"{"result":{"errors":[{"index":0,"error":{"status":"busy"}}]}}"#,
                "RDD",
            ),
            (
                r#"{"result":{"errors":[{"index":0,"error":{"status":"invalid"}}]}}"#,
                "XDD",
            ),
            (r#"{"result":{"errors":[{"index":0}]}}"#, "RDD"),
            (
                r#"{"result":{"errors":[{"index":0,"error":{"status":202}}]}}"#,
                "DDD",
            ),
            (
                r#"{"result":{"errors":[{"index":3,"error":{"status":400}}]}}"#,
                "RRR",
            ),
            (
                r#"{"result":{"errors":[{"index":1,"error":{"status":400}},{"error":1}]}}"#,
                "RXR",
            ),
            (
                r#"{"result":{"errors":[{"index":1,"error":{"status":503}},{"index":1,"error":{"status":422}}]}}"#,
                "DXD",
            ),
            (
                r#"{"result":{"errors":[{"index":1,"error":{"status":202}},{"index":1,"error":{"status":422}}]}}"#,
                "DXD",
            ),
        ] {
            let fates = records(&errors, body.as_bytes(), 3);
            let letters: String = fates.iter().map(|fate| letter(Some(fate))).collect();
            assert_eq!(letters, expected, "{body}");
        }
    }

    #[test]
    fn the_time_that_the_server_asks_for_is_kept() {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_static("120"));
        let Some(Fate::Retry { after, .. }) = status(429, &headers, now()) else {
            panic!("not a retry");
        };
        assert_eq!(after, Some(Duration::from_secs(120)));
    }
}
