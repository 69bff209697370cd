//! Texts of messages without settings, without what is not declared, and without identities if they
//! are not wanted. `place` decides which values these are.

use std::hash::{BuildHasher, RandomState};

use hydrant::json::Json;
use hydrant::message::{Identity, IdentityEncoding};
use hydrant::write::JsonWriter;

use crate::place::{Class, Place, trim};

const MASKED: &str = "masked-";
const DOMAIN: &str = "@masked.invalid";

/// How texts are redacted.
pub(super) struct Redaction {
    identities: bool,
    /// The key of the masks is random, so that nobody can compute the mask of an identity.
    key: RandomState,
}

impl Redaction {
    pub(super) fn new(identities: bool) -> Self {
        Self {
            identities,
            key: RandomState::new(),
        }
    }

    /// Whether identities are stored.
    pub(super) fn keeps_identities(&self) -> bool {
        self.identities
    }

    /// Appends a message without what is not stored; `null` for what is not JSON.
    pub(super) fn message(&self, text: &[u8], out: &mut Vec<u8>) {
        let text = std::str::from_utf8(text).ok();
        let json = text.and_then(|text| Json::new(text.trim_start_matches('\u{feff}')));
        match json {
            Some(json) => self.value(json, Place::MESSAGE, out),
            None => out.extend_from_slice(b"null"),
        }
    }

    fn value(&self, value: Json<'_>, place: Place, out: &mut Vec<u8>) {
        let raw = value.raw();
        match raw.as_bytes().first() {
            _ if place.is_settings() => out.extend_from_slice(b"{}"),
            Some(b'{') => {
                let type_name = place.discriminator().and_then(|tag| {
                    // The first one counts, as in a parser.
                    value.members().find(|(name, _)| name == tag)?.1.text()
                });
                out.push(b'{');
                for (at, (name, value)) in value.members().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    let (class, place) = place.field(&name, type_name.as_deref());
                    match self.keeps(class) {
                        true => JsonWriter::new(out).text(&name),
                        false => JsonWriter::new(out).text(&self.mask(&name)),
                    }
                    out.push(b':');
                    self.value(value, place, out);
                }
                out.push(b'}');
            }
            Some(b'[') => {
                out.push(b'[');
                for (at, value) in value.elements().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    self.value(value, place.element(), out);
                }
                out.push(b']');
            }
            _ => self.scalar(value, place, out),
        }
    }

    fn scalar(&self, value: Json<'_>, place: Place, out: &mut Vec<u8>) {
        let (raw, text) = (value.raw(), value.text());
        if self.keeps(place.scalar(text.as_deref().unwrap_or(raw))) {
            return out.extend_from_slice(raw.as_bytes());
        }
        match text {
            Some(text) => JsonWriter::new(out).text(&self.mask(&text)),
            None => match raw {
                "null" => out.extend_from_slice(b"null"),
                "true" | "false" => out.extend_from_slice(b"false"),
                number => out.extend_from_slice(self.mask(number).as_bytes()),
            },
        }
    }

    fn keeps(&self, class: Class) -> bool {
        class < Class::Personal || class == Class::Personal && self.identities
    }

    /// A text of the same form, as far as modules may check it. That of a text is always the same in
    /// a recording.
    fn mask(&self, text: &str) -> String {
        let identity = Identity::new(IdentityEncoding::Raw, text);
        let trimmed = trim(text);
        let is_zero = trimmed.bytes().all(|byte| matches!(byte, b'0' | b'-'));
        if is_zero || trimmed == "null" || identity.identifies_nobody() || is_mask(text) {
            return text.to_owned();
        }
        let hash = self.key.hash_one(trimmed.to_lowercase());
        let hex = format!("{hash:016x}");
        let number = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
        if number.bytes().all(|byte| byte.is_ascii_digit()) && !number.is_empty() {
            let digits = format!("1{hash:020}");
            let digits = digits.chars().cycle().take(number.len());
            let sign = trimmed.chars().take(trimmed.len() - number.len());
            return sign.chain(digits).collect();
        }
        if trimmed.parse::<f64>().is_ok() {
            return "0".to_owned();
        }
        if is_digest(trimmed) {
            let mut digits = hex.chars().cycle();
            let same = |it| match it {
                '-' => Some('-'),
                _ => digits.next(),
            };
            return trimmed.chars().filter_map(same).collect();
        }
        match text.contains('@') {
            true => format!("{MASKED}{hex}{DOMAIN}"),
            false => format!("{MASKED}{hex}"),
        }
    }
}

/// Whether a text is a digest or a uuid.
fn is_digest(text: &str) -> bool {
    let is_uuid = || {
        let parts = text.split('-').map(str::len);
        parts.eq([8, 4, 4, 4, 12])
    };
    let is_hex = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    text.bytes().all(is_hex)
        && match text.contains('-') {
            true => is_uuid(),
            false => matches!(text.len(), 32 | 40 | 64),
        }
}

/// Whether a text was masked before, when a recording is played and recorded again.
fn is_mask(text: &str) -> bool {
    let hex = text.strip_prefix(MASKED);
    let hex = hex.map(|hex| hex.strip_suffix(DOMAIN).unwrap_or(hex));
    hex.is_some_and(|hex| hex.len() == 16 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(identities: bool, text: &str) -> String {
        let mut out = Vec::new();
        Redaction::new(identities).message(text.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn settings_are_never_kept() {
        for text in [
            r#"{"account":{"account_id":7,"account_settings":{"api_key":"s3cret"}}}"#,
            r#"{"account":{"account_id":7,"account_\u0073ettings":"s3cret"}}"#,
            r#"{"account":{"event_connection_settings":{"k":"s3cret"}}}"#,
            r#"{"type":"audience_subscription_request","previous_audience_subscription_settings":{"k":"s3cret"}}"#,
            r#"{"type":"audience_membership_change_request","user_profiles":[{"audiences":[{"audience_subscription_settings":{"list":"s3cret"}}]}]}"#,
            r#"{"type":"audience_subscription_response","audience_subscription_settings":{"k":"s3cret"}}"#,
            r#"{"type":"module_registration_response","event_processing_registration":{"account_settings":[{"type":"text","id":"k","default_value":"s3cret"}]}}"#,
            // Misspelt, or not where they should be.
            r#"{"account":{"account_id":7,"api_key":"s3cret"}}"#,
            r#"{"acount_settings":{"api_key":"s3cret"},"accountSettings":["s3cret"]}"#,
            r#"{"a":{"account_settings":7,"account_settings":{"x":"s3cret"}}}"#,
            r#"{"a":{"b":[{"c":"s3cret"}]},"account":"s3cret","events":[["s3cret"]]}"#,
            r#"{"events":[{"type":"custom_event","name":["s3cret"],"attributes":{"a":{"b":"s3cret"}}}]}"#,
            // A message inside of a text.
            r#"{"events":[{"type":"custom_event","attributes":{"a":"{\"account_settings\":{\"k\":\"s3cret\"}}"}}]}"#,
            r#"{"user_attributes":{"a":"body: {\"account_settings\":{\"k\":\"s3cret\"}}"}}"#,
            // Of two types, parsers read the first.
            r#"{"events":[{"type":"custom_event","type":"push_subscription","token":"s3cret"}]}"#,
            r#"{"type":"module_registration_response","dsr_processing_registration":{"account_settings":[{"type":"integer","default_value":"s3cret"}]}}"#,
        ] {
            let text = &text.replacen(
                '{',
                r#"{"type":"event_processing_request","#,
                usize::from(!text.starts_with(r#"{"type":""#)),
            );

            for identities in [false, true] {
                let redacted = redacted(identities, text);
                assert!(!redacted.contains("s3cret"), "{redacted}");
                assert!(Json::new(&redacted).is_some(), "{redacted}");
            }
        }
        let account = |settings| {
            format!(
                r#"{{"type":"event_processing_request","account":{{"account_id":7,"account_settings":{settings}}}}}"#
            )
        };
        let redacted = redacted(true, &account(r#"{"api_key":"s3cret"}"#));
        assert_eq!(redacted, account("{}"));
    }

    #[test]
    fn masks_have_the_form_of_what_they_replace() {
        let text = r#"{"type":"event_processing_request","user_identities":[
            {"type":"email","encoding":"raw","value":"Ada@Example.com"},
            {"type":"other","encoding":"raw","value":"ada@example.com"},
            {"type":"email","encoding":"md5","value":"3e3417d7ef77d5932a6734b916515ed5"},
            {"type":"mobile_number","encoding":"raw","value":"+16505551212"},
            {"type":"customer","encoding":"raw","value":"ada"}],
            "mpid":"-9223372036854775807","user_attributes":{"age":"37","n":1.5,"empty":""},
            "device_application_stamp":"3e3417d7-ef77-d593-2a67-34b916515ed5",
            "integration_attributes":{"none":"00000000-0000-0000-0000-000000000000"},
            "runtime_environment":{"type":"ios","name":"Ada's phone","http_header_user_agent":"Ada/1.0"},
            "events":[{"type":"product_action","action":"purchase","total_amount":9.990,"affiliation":"ada"}]}"#;
        let out = redacted(false, text);
        let json = Json::new(&out).unwrap();
        let value = |at: usize| {
            let identity = json.get("user_identities").unwrap().at(at).unwrap();
            identity.get("value").unwrap().text().unwrap().into_owned()
        };
        assert!(value(0).ends_with("@masked.invalid"), "{out}");
        // The mask does not depend on upper and lower case.
        assert_eq!(value(0), value(1));
        assert_eq!(value(2).len(), 32);
        assert!(value(3).starts_with("+1") && value(3).len() == 12, "{out}");
        assert!(value(4).starts_with("masked-"), "{out}");
        let mpid = json.get("mpid").unwrap().text().unwrap();
        assert!(mpid.parse::<i64>().is_ok(), "{mpid}");
        let stamp = json.get("device_application_stamp").unwrap().text();
        let parts: Vec<usize> = stamp.unwrap().split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12], "{out}");
        // Zeros identify nobody.
        assert!(
            out.contains("\"00000000-0000-0000-0000-000000000000\""),
            "{out}"
        );
        for gone in [
            "xample", "ada@", "3e3417", "5551212", "\"37\"", "922337", "1.5", "Ada",
        ] {
            assert!(!out.contains(gone), "{gone}: {out}");
        }
        // The rest is as it was, digits included.
        assert!(
            out.ends_with(r#""action":"purchase","total_amount":9.990,"affiliation":"ada"}]}"#),
            "{out}"
        );
        // What is masked stays.
        let masks = |text: &str| text.matches("masked-").count();
        assert_eq!(masks(&redacted(false, &out)), masks(&out));
        let forged = r#"{"type":"event_processing_request","mpid":"masked-hugo"}"#;
        assert!(!redacted(false, forged).contains("hugo"));
        let kept = redacted(true, text);
        assert!(
            kept.contains("Ada@Example.com") && kept.contains("\"37\""),
            "{kept}"
        );
    }

    #[test]
    fn what_is_not_declared_is_not_kept() {
        let text = r#"{"type":"event_processing_request","new":"hugo","hugo@example.com":{"hugo@example.com":["hugo",true,42]},
            "user_identities":[{"type":"hugo@example.com","encoding":"hugo lovelace","value":"x"}],
            "events":[{"type":"screen_view","screen_name":"home","screen_nam":"hugo"},{"type":"hologram","hue":"hugo"}]}"#;
        for identities in [false, true] {
            let out = redacted(identities, text);
            let (unknown, events) = out.split_once(r#""user_identities""#).unwrap();
            assert!(
                !unknown.contains("hugo") && !unknown.contains(",42]"),
                "{out}"
            );
            assert!(
                unknown.contains(r#""new":"masked-"#) && unknown.contains("false"),
                "{out}"
            );
            let kept = r#"{"type":"screen_view","screen_name":"home","screen_nam":"masked-"#;
            assert!(events.contains(kept), "{out}");
            assert!(
                events.contains(r#"{"type":"hologram","hue":"masked-"#),
                "{out}"
            );
            assert_eq!(out.contains("hugo"), identities, "{out}");
        }
    }
}
