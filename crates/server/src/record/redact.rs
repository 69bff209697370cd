//! Texts of messages without settings, and without identities if they are not wanted.

use std::hash::{BuildHasher, RandomState};

use hydrant::json::Json;
use hydrant::write::JsonWriter;

/// Fields with settings. They are always empty.
pub(super) const SETTINGS: [&str; 4] = [
    "account_settings",
    "audience_subscription_settings",
    "event_connection_settings",
    "previous_audience_subscription_settings",
];

/// Fields with secrets that are not settings. Their texts are always masked.
pub(super) const SECRETS: [&str; 1] = ["default_value"];

/// Fields with identities, or with what may be as personal.
pub(super) const IDENTITIES: [&str; 18] = [
    "added",
    "client_ip_address",
    "device_application_stamp",
    "device_identities",
    "extensions",
    "hardware_id",
    "http_header_user_agent",
    "http_user_agent",
    "identities",
    "location",
    "mpid",
    "partner_identities",
    "push_token",
    "removed",
    "subject_identities",
    "token",
    "user_attributes",
    "user_identities",
];

/// The members of an identity that are kept.
const KEPT: [&str; 2] = ["type", "encoding"];

/// How texts are redacted.
pub(super) struct Redaction {
    identities: bool,
    /// The key of the masks is random, so that nobody can compute the mask of an identity.
    key: RandomState,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mask {
    Nothing,
    /// Texts and numbers.
    Values,
    Texts,
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
        let json = std::str::from_utf8(text).ok().and_then(Json::new);
        match json {
            Some(json) => self.value(json, Mask::Nothing, out),
            None => out.extend_from_slice(b"null"),
        }
    }

    fn value(&self, value: Json<'_>, mask: Mask, out: &mut Vec<u8>) {
        match (value.raw().as_bytes().first(), mask) {
            (Some(b'{'), _) => {
                out.push(b'{');
                for (at, (name, value)) in value.members().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    JsonWriter::new(out).text(&name);
                    out.push(b':');
                    self.member(&name, value, mask, out);
                }
                out.push(b'}');
            }
            (Some(b'['), _) => {
                out.push(b'[');
                for (at, value) in value.elements().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    self.value(value, mask, out);
                }
                out.push(b']');
            }
            (Some(b'"'), Mask::Values | Mask::Texts) => {
                let text = value.text().unwrap_or_default();
                JsonWriter::new(out).text(&self.mask(&text));
            }
            (Some(b'-' | b'0'..=b'9'), Mask::Values) => out.push(b'0'),
            _ => out.extend_from_slice(value.raw().as_bytes()),
        }
    }

    fn member(&self, name: &str, value: Json<'_>, mask: Mask, out: &mut Vec<u8>) {
        // A registration declares settings under one of these names, in a list.
        if SETTINGS.contains(&name) && !value.raw().starts_with('[') {
            out.extend_from_slice(b"{}");
            return;
        }
        let mask = if KEPT.contains(&name) {
            Mask::Nothing
        } else if mask != Mask::Nothing {
            mask
        } else if SECRETS.contains(&name) {
            Mask::Texts
        } else if IDENTITIES.contains(&name) && !self.identities {
            Mask::Values
        } else {
            Mask::Nothing
        };
        self.value(value, mask, out);
    }

    /// A text of the same form, as far as modules may check it. That of a text is always the same in
    /// a recording.
    fn mask(&self, text: &str) -> String {
        if text.is_empty() || text.starts_with("masked-") {
            return text.to_owned();
        }
        let hash = self.key.hash_one(text.trim().to_lowercase());
        let is_digest =
            matches!(text.len(), 32 | 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = text.strip_prefix('+').unwrap_or(text);
        if is_digest {
            let hash = format!("{hash:016x}");
            return hash.chars().cycle().take(text.len()).collect();
        }
        if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
            let digits = format!("1{hash:020}");
            let digits = digits.chars().cycle().take(number.len());
            let sign = if text.starts_with('+') { "+" } else { "" };
            return sign.chars().chain(digits).collect();
        }
        match text.contains('@') {
            true => format!("masked-{hash:016x}@masked.invalid"),
            false => format!("masked-{hash:016x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hydrant::message::Message;
    use hydrant::schema::{FamilyInfo, Kind, ModelInfo};

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
            r#"{"a":{"account_settings":7,"account_settings":{"x":"s3cret"}}}"#,
            r#"{"audiences":[{"audience_subscription_settings":{"list":"s3cret"}}]}"#,
            r#"{"event_processing_registration":{"account_settings":[{"id":"k","default_value":"s3cret"}]}}"#,
        ] {
            for identities in [false, true] {
                let redacted = redacted(identities, text);
                assert!(!redacted.contains("s3cret"), "{redacted}");
                assert!(Json::new(&redacted).is_some(), "{redacted}");
            }
        }
        let text = r#"{"account":{"account_id":7,"account_settings":{"api_key":"s3cret"}}}"#;
        let expected = r#"{"account":{"account_id":7,"account_settings":{}}}"#;
        assert_eq!(redacted(true, text), expected);
    }

    #[test]
    fn masks_have_the_form_of_what_they_replace() {
        let text = r#"{"user_identities":[
            {"type":"email","encoding":"raw","value":"Ada@Example.com"},
            {"type":"other","encoding":"raw","value":"ada@example.com"},
            {"type":"email","encoding":"md5","value":"3e3417d7ef77d5932a6734b916515ed5"},
            {"type":"mobile_number","encoding":"raw","value":"+16505551212"},
            {"type":"customer","encoding":"raw","value":"ada"}],
            "mpid":"9223372036854775807","user_attributes":{"age":"37","n":1.5,"empty":""},
            "events":[{"name":"ada","price":9.990}]}"#;
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
        for gone in [
            "xample", "ada@", "3e3417", "5551212", "\"37\"", "922337", "1.5",
        ] {
            assert!(!out.contains(gone), "{gone}: {out}");
        }
        // The rest is as it was, digits included.
        assert!(
            out.ends_with(r#""events":[{"name":"ada","price":9.990}]}"#),
            "{out}"
        );
        // What is masked stays.
        assert_eq!(redacted(false, &out).matches("masked-").count(), 3);
        let kept = redacted(true, text);
        assert!(
            kept.contains("Ada@Example.com") && kept.contains("\"37\""),
            "{kept}"
        );
    }

    /// A field that is declared secret cannot be forgotten here.
    #[test]
    fn every_secret_field_is_redacted() {
        let mut secrets = BTreeSet::new();
        of_family(&Message::INFO, &mut BTreeSet::new(), &mut secrets);
        assert!(secrets.len() > 12, "{secrets:?}");
        for name in secrets {
            // The value of an identity is inside of a list of them.
            let known = name == "value"
                || SETTINGS.contains(&name)
                || SECRETS.contains(&name)
                || IDENTITIES.contains(&name);
            assert!(known, "{name}");
        }
    }

    type Names = BTreeSet<&'static str>;

    fn of_family(family: &'static FamilyInfo, seen: &mut Names, secrets: &mut Names) {
        for member in family.members {
            of_model(member.model, seen, secrets);
        }
    }

    fn of_model(model: &'static ModelInfo, seen: &mut Names, secrets: &mut Names) {
        if !seen.insert(model.name) {
            return;
        }
        for field in model.fields() {
            if field.secret {
                secrets.insert(field.name);
            }
            let mut kind = field.kind;
            while let Kind::List(inner) = kind {
                kind = *inner;
            }
            match kind {
                Kind::Model(model) => of_model(model, seen, secrets),
                Kind::Family(family) => of_family(family, seen, secrets),
                _ => {}
            }
        }
    }
}
