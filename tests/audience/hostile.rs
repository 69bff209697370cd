//! Values that a sender would not choose, and messages whose records would be huge.

use hydrant::outgoing::audience::{
    AudienceErrorKind, AudienceMapper, AudienceOutput, AudienceRecord, AudienceSettings,
};
use hydrant::{ParseOptions, Scratch};
use serde_json::{Value, json};

use crate::{Memory, deliver, map, mapped, request, user};

const HOSTILE: &[&str] = &[
    "\"}],\\",
    "\0\u{1}\u{1f}\u{7f}",
    "\n\r\t",
    "\u{2028}\u{feff}\u{10ffff}",
    "null",
    "{}",
    " ",
    "00000000-0000-0000-0000-000000000000",
    "'; DROP TABLE users; --",
];

#[test]
fn any_text_is_sent_unchanged_and_read_again() {
    for text in HOSTILE {
        let mut user = user(text, "add", &[("email", text), ("other", text)]);
        user["audiences"][0]["audience_name"] = json!(text);
        let output = mapped(&request(&[user]), &AudienceSettings::default());
        let encoded = output.records().next().unwrap();
        let value: Value = serde_json::from_slice(encoded.payload).unwrap();
        assert_eq!(value["AudienceName"], *text);
        let expected = json!({"Email": text, "Other": text, "MPID": text});
        assert_eq!(value["UserIdentities"], expected);
        assert_eq!(encoded.key, Some(text.as_bytes()));
        assert!(encoded.payload.iter().all(|byte| *byte >= b' '));
        let mut scratch = Scratch::new();
        let record =
            AudienceRecord::parse(encoded.payload, &mut scratch, &ParseOptions::default()).unwrap();
        assert_eq!(record.audience_name, Some(*text));
        let identities = record.user_identities;
        assert_eq!(
            identities.iter().copied().collect::<Vec<_>>(),
            [("Email", *text), ("Other", *text), ("MPID", *text)]
        );
    }
}

#[test]
fn any_text_survives_the_store() {
    for text in HOSTILE {
        let store = Memory::default();
        let settings = AudienceSettings::default();
        let message = |value: &str| request(&[user("1", "add", &[("email", value)])]);
        let first = deliver(&store, &settings, &message(text));
        let pair = deliver(&store, &settings, &message("b"));
        assert_eq!(pair.len(), 2);
        assert_eq!(
            pair[0],
            first[0].replace("\"IsMember\":true", "\"IsMember\":false")
        );
    }
}

#[test]
fn the_memory_of_the_records_is_limited() {
    // The e-mail address is repeated for each audience and each device.
    let email = "e".repeat(10_000);
    let mut profile = user("1", "add", &[("email", &email)]);
    let audiences = (0..100).map(|id| json!({"audience_id": id, "action": "add"}));
    profile["audiences"] = audiences.collect();
    let devices = (0..100)
        .map(|id| json!({"type": "android_id", "encoding": "raw", "value": id.to_string()}));
    profile["device_identities"] = devices.collect();
    let message = request(&[profile]);
    let mut settings = AudienceSettings::default();
    settings.one_message_per_device = true;
    let store = Memory::default();
    let stateful = AudienceMapper::with_store(settings.clone(), &store);
    settings.send_remove_on_identity_change = Some(false);
    let stateless = AudienceMapper::new(settings).unwrap();
    let mut output = AudienceOutput::new().max_bytes(10 << 20);
    for error in [
        map(&stateless, &message, &mut output).unwrap_err(),
        map(&stateful, &message, &mut output).unwrap_err(),
    ] {
        assert_eq!(error.kind(), AudienceErrorKind::TooLarge);
        assert!(error.to_string().contains("more than 10485760 bytes"));
        assert_eq!(output.records().len(), 0);
        assert!(output.updates().is_empty());
    }
    let mut output = AudienceOutput::new().max_bytes(200 << 20);
    map(&stateless, &message, &mut output).unwrap();
    assert_eq!(output.records().len(), 10_000);
}

#[test]
fn many_devices_and_many_changes_take_linear_time() {
    // 50,000 values of one kind, and 50,000 changes of one user; quadratic time would be minutes.
    let mut profile = user("1", "add", &[]);
    let devices = (0..50_000)
        .map(|id| json!({"type": "android_id", "encoding": "raw", "value": id.to_string()}));
    profile["device_identities"] = devices.collect();
    let mut settings = AudienceSettings::default();
    settings.one_message_per_device = true;
    let store = Memory::default();
    assert_eq!(
        deliver(&store, &settings, &request(&[profile])).len(),
        50_000
    );
    let mut profile = user("1", "add", &[("email", "a")]);
    let audiences = (0..50_000).map(|_| json!({"audience_id": 9, "action": "add"}));
    profile["audiences"] = audiences.collect();
    assert_eq!(
        deliver(&store, &settings, &request(&[profile])).len(),
        50_000
    );
}
