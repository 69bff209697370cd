//! Bodies and headers of requests.

use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::write::GzEncoder;
use hmac::{Hmac, KeyInit, Mac};
use hydrant::delivery::{Fate, OutgoingRecord, RecordAccount};
use reqwest::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
};
use sha2::Sha256;

use crate::config::{Authentication, Batching, Compression, Secret, SecretSource, Signature};
use crate::template::{Template, setting};

/// The body with these records, before compression.
pub(crate) fn body(batching: Batching, records: &[OutgoingRecord]) -> Vec<u8> {
    let payloads = records.iter().map(|record| &record.payload[..]);
    let (start, between, end): (&[u8], &[u8], &[u8]) = match batching {
        Batching::JsonArray => (b"[", b",", b"]"),
        Batching::Ndjson => (b"", b"\n", b"\n"),
        Batching::Single => (b"", b"", b""),
    };
    let mut body = start.to_vec();
    for (n, payload) in payloads.enumerate() {
        if n > 0 {
            body.extend_from_slice(between);
        }
        let start = body.len();
        body.extend_from_slice(payload);
        if batching == Batching::Ndjson {
            // Line breaks in JSON are white space, because texts cannot contain them.
            for byte in body.iter_mut().skip(start) {
                if matches!(*byte, b'\n' | b'\r') {
                    *byte = b' ';
                }
            }
        }
    }
    body.extend_from_slice(end);
    body
}

pub(crate) fn compress(compression: Compression, body: Vec<u8>) -> io::Result<Vec<u8>> {
    match compression {
        Compression::None => Ok(body),
        Compression::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(&body)?;
            encoder.finish()
        }
        Compression::Zstd => zstd::encode_all(&body[..], 0),
    }
}

/// The headers that describe the body, which every host gets.
pub(crate) fn content_headers(batching: Batching, compression: Compression) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let content_type = match batching {
        Batching::JsonArray | Batching::Single => "application/json",
        Batching::Ndjson => "application/x-ndjson",
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    let encoding = match compression {
        Compression::None => None,
        Compression::Gzip => Some("gzip"),
        Compression::Zstd => Some("zstd"),
    };
    if let Some(encoding) = encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    headers
}

/// The configured headers for an account.
pub(crate) fn configured_headers(
    templates: &[(HeaderName, Template)],
    account: Option<&RecordAccount>,
) -> Result<HeaderMap, Fate> {
    let mut headers = HeaderMap::new();
    for (name, template) in templates {
        let value = template.expand(account, |name, value| {
            header_value(&of_setting(name), value)?;
            Ok(value.to_owned())
        })?;
        let header = header_value(&format!("the header `{name}`"), &value)?;
        headers.insert(name, header);
    }
    Ok(headers)
}

fn of_setting(name: &str) -> String {
    format!("the setting `{name}`")
}

/// A value for a header, without line breaks that would begin another one. `of` says whose value it
/// is.
fn header_value(of: &str, value: &str) -> Result<HeaderValue, Fate> {
    let valid = value.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let header = HeaderValue::from_str(value).ok().filter(|_| valid);
    let mut header = header.ok_or_else(|| {
        Fate::halted(format!(
            "the value of {of} cannot be sent in a header; expected printable ASCII"
        ))
    })?;
    header.set_sensitive(true);
    Ok(header)
}

/// Adds the headers that prove who sends this body.
pub(crate) fn authenticate(
    headers: &mut HeaderMap,
    authentication: &Authentication,
    account: Option<&RecordAccount>,
    body: &[u8],
    now: SystemTime,
) -> Result<(), Fate> {
    match authentication {
        Authentication::None => {}
        Authentication::Bearer(token) => {
            let value = format!("Bearer {}", reveal(token, account)?);
            headers.insert(AUTHORIZATION, header_value(&of_secret(token), &value)?);
        }
        Authentication::Basic(user, password) => {
            let (name, password) = (reveal(user, account)?, reveal(password, account)?);
            // RFC 7617, section 2: the first colon ends the name.
            if name.contains(':') {
                let of = of_secret(user);
                let reason =
                    format!("the value of {of} has a colon, which would end the user name");
                return Err(Fate::halted(reason));
            }
            let value = format!("Basic {}", STANDARD.encode(format!("{name}:{password}")));
            headers.insert(AUTHORIZATION, header_value(&of_secret(user), &value)?);
        }
        Authentication::Hmac(signature) => {
            let key = reveal(&signature.key, account)?;
            sign(headers, signature, key.as_bytes(), body, now)?;
        }
    }
    Ok(())
}

fn sign(
    headers: &mut HeaderMap,
    signature: &Signature,
    key: &[u8],
    body: &[u8],
    now: SystemTime,
) -> Result<(), Fate> {
    let invalid = || Fate::halted("the signature of the request cannot be made");
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| invalid())?;
    if let Some(header) = &signature.timestamp_header {
        let seconds = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        mac.update(format!("{seconds}.").as_bytes());
        let name = HeaderName::from_bytes(header.as_bytes()).map_err(|_| invalid())?;
        headers.insert(name, HeaderValue::from(seconds));
    }
    mac.update(body);
    let code = mac.finalize().into_bytes();
    let code = match signature.base64 {
        true => STANDARD.encode(code),
        false => code.iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    let name = HeaderName::from_bytes(signature.header.as_bytes()).map_err(|_| invalid())?;
    let value = format!("{}{code}", signature.prefix);
    let of = format!("the header `{}`", signature.header);
    headers.insert(name, header_value(&of, &value)?);
    Ok(())
}

/// Where a secret comes from.
fn of_secret(secret: &Secret) -> String {
    match &secret.0 {
        SecretSource::Value(_) => "`authentication`".to_owned(),
        SecretSource::Setting(name) => of_setting(name),
    }
}

fn reveal<'a>(secret: &'a Secret, account: Option<&'a RecordAccount>) -> Result<&'a str, Fate> {
    match &secret.0 {
        SecretSource::Value(value) => Ok(value),
        SecretSource::Setting(name) => setting(account, name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn bodies() {
        let records = ["{\"a\":1}", "{\r\n\"b\": 2}"].map(OutgoingRecord::new);
        let text = |batching, records| String::from_utf8(body(batching, records)).unwrap();
        assert_eq!(
            text(Batching::JsonArray, &records),
            "[{\"a\":1},{\r\n\"b\": 2}]"
        );
        assert_eq!(
            text(Batching::Ndjson, &records),
            "{\"a\":1}\n{  \"b\": 2}\n"
        );
        assert_eq!(text(Batching::Single, &records[1..]), "{\r\n\"b\": 2}");
    }

    fn headers(authentication: &Authentication, account: Option<&RecordAccount>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let body = b"what do ya want for nothing?";
        authenticate(&mut headers, authentication, account, body, now).unwrap();
        headers
    }

    #[test]
    fn signatures() {
        // RFC 4231, test case 2.
        let hex = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let signature = Signature::new("X-Signature", Secret::value("Jefe"));
        let sent = headers(&Authentication::Hmac(signature.clone()), None);
        assert_eq!(sent["x-signature"], hex);
        let base64 = signature.clone().with_prefix("v1=").in_base64();
        let sent = headers(&Authentication::Hmac(base64), None);
        assert_eq!(
            sent["x-signature"],
            "v1=W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="
        );
        let dated = signature.with_timestamp_header("X-Time");
        let sent = headers(&Authentication::Hmac(dated), None);
        assert_eq!(sent["x-time"], "1700000000");
        assert_eq!(
            sent["x-signature"],
            // printf '1700000000.what do ya want for nothing?' | openssl dgst -sha256 -hmac Jefe
            "1cdd0650c8be1cb0974b1788d458b1e781206cfef59b85faafc582d2e182c57e"
        );
    }

    #[test]
    fn tokens_and_passwords() {
        let account = RecordAccount::new(1, [("user", "Aladdin"), ("pw", "open sesame")]);
        let basic = Authentication::Basic(Secret::setting("user"), Secret::setting("pw"));
        let sent = headers(&basic, Some(&account));
        // The example of RFC 7617, section 2.
        assert_eq!(sent[AUTHORIZATION], "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert!(sent[AUTHORIZATION].is_sensitive());
        let sent = headers(&Authentication::Bearer(Secret::value("t")), None);
        assert_eq!(sent[AUTHORIZATION], "Bearer t");

        let mut none = HeaderMap::new();
        let refused = |account: &RecordAccount| {
            let mut none = HeaderMap::new();
            authenticate(&mut none, &basic, Some(account), b"", UNIX_EPOCH).unwrap_err()
        };
        let reason = "the account has no value for the setting `user`";
        let missing = RecordAccount::new(1, [("pw", "open sesame")]);
        assert_eq!(refused(&missing), Fate::halted(reason));
        let reason = "the value of the setting `user` has a colon, which would end the user name";
        let colon = RecordAccount::new(1, [("user", "a:b"), ("pw", "open sesame")]);
        assert_eq!(refused(&colon), Fate::halted(reason));
        let colon = Authentication::Basic(Secret::value("a:b"), Secret::value("c"));
        assert!(authenticate(&mut none, &colon, None, b"", UNIX_EPOCH).is_err());
    }

    #[test]
    fn values_that_would_inject_a_header_are_refused() {
        let template = Template::parse("headers", "v/{key}").unwrap();
        let templates = [(HeaderName::from_static("x-key"), template)];
        for value in ["a\r\nX-Admin: 1", "a\n", "\0", "ä", "\t"] {
            let account = RecordAccount::new(1, [("key", value)]);
            let reason = "the value of the setting `key` cannot be sent in a header; expected \
                          printable ASCII";
            let fate = configured_headers(&templates, Some(&account)).unwrap_err();
            assert_eq!(fate, Fate::halted(reason));
            let mut headers = HeaderMap::new();
            let bearer = Authentication::Bearer(Secret::setting("key"));
            let refused = authenticate(&mut headers, &bearer, Some(&account), b"", UNIX_EPOCH);
            assert_eq!(refused, Err(Fate::halted(reason)));
            assert!(headers.is_empty());
        }
        let account = RecordAccount::new(1, [("key", "a b")]);
        let headers = configured_headers(&templates, Some(&account)).unwrap();
        assert_eq!(headers["x-key"], "v/a b");
    }
}
