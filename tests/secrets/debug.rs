//! `Debug` of what holds data of a message outside the models: nothing of it.

use hydrant::hash::{Algorithm, Input};
use hydrant::message::{
    Identity, IdentityEncoding, Map, Message, OpenDsrIdentity, SubjectIdentities, UserIdentity,
};
use hydrant::registration::{SettingDescription, SettingValues, Text};
use hydrant::{ParseOptions, Scratch, parse};

use crate::{TOKEN, leaks};

#[test]
fn views_of_secrets_show_nothing() {
    let identity = Identity::new(IdentityEncoding::from(TOKEN), TOKEN);
    let unknown = OpenDsrIdentity::default();
    let pairs = [(TOKEN, unknown), ("email", unknown)];
    let subjects = SubjectIdentities::new(Map::new(&pairs));
    let setting: SettingDescription = Text::new("key", "Key").default(TOKEN).into();
    let mut values = SettingValues::new(Map::new(&[("limit", TOKEN)]));
    assert_eq!(values.required::<i64>("limit"), None);
    let fault = values.faults()[0].to_string();
    let raw = Identity::new(IdentityEncoding::Raw, TOKEN);
    let digest = raw.encode(Algorithm::Sha256).unwrap();
    for shown in [
        format!("{identity:?} {raw:?}"),
        format!("{subjects:?} {:?}", subjects.iter()),
        format!("{setting:?}"),
        format!("{values:?} {fault}"),
        format!("{:?} {:?}", Input::Raw(TOKEN), Input::Encoded(TOKEN)),
    ] {
        assert!(!leaks(&shown), "{shown}");
    }
    let shown = format!("{digest:?}");
    assert!(!shown.contains(&digest.as_str()[..8]), "{shown}");
    assert_eq!(
        format!("{subjects:?}"),
        "{Unknown([redacted]): OpenDsrIdentity { .. }, Email: OpenDsrIdentity { .. }}"
    );
}

#[test]
fn wrappers_show_nothing_of_their_texts() {
    let body = format!(r#"{{"httpMethod":"POST","body":"{TOKEN}","headers":{{"{TOKEN}":1}}}}"#);
    let unwrapped = hydrant::wrapper::unwrap(body.as_bytes()).unwrap().unwrap();
    assert_eq!(
        format!("{unwrapped:?}"),
        "Unwrapped { wrapper: ApiGateway, .. }"
    );
}

/// What is declared is shown, because it says what an identity is.
#[test]
fn types_and_encodings_that_are_known_are_shown() {
    let body = br#"{"type":"event_processing_request","user_identities":[
        {"type":"email","encoding":"md5","value":"v"},{"type":"fax","encoding":"rot13","value":"v"}]}"#;
    let mut scratch = Scratch::new();
    let parsed = parse(body, &mut scratch, &ParseOptions::default()).unwrap();
    let Message::EventProcessingRequest(batch) = parsed.message else {
        panic!("another message")
    };
    let shown = |identity: &UserIdentity<'_>| format!("{identity:?}");
    assert_eq!(
        shown(&batch.user_identities[0]),
        "UserIdentity { identity_type: Email, encoding: Md5, value: [redacted], .. }"
    );
    assert_eq!(
        shown(&batch.user_identities[1]),
        "UserIdentity { identity_type: Unknown([redacted]), encoding: Unknown([redacted]), value: [redacted], .. }"
    );
}
