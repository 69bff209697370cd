//! UUIDs survive a round trip, and no other text is accepted.

use hydrant::message::Uuid;
use proptest::prelude::*;

proptest! {
    #[test]
    fn uuids_round_trip(bytes in any::<[u8; 16]>()) {
        let uuid = Uuid(bytes);
        let text = uuid.to_string();
        let plain: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        prop_assert_eq!(text.replace('-', ""), plain);
        prop_assert_eq!(text.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        prop_assert_eq!(&uuid.encode()[..], text.as_bytes());
        prop_assert_eq!(text.parse(), Ok(uuid));
        prop_assert_eq!(text.to_uppercase().parse(), Ok(uuid));
        prop_assert_eq!(format!("{uuid:?}"), text);
    }

    #[test]
    fn random_uuids_are_of_version_4(bytes in any::<[u8; 16]>()) {
        let text = Uuid::from_random(bytes).to_string();
        prop_assert_eq!(&text[14..15], "4");
        prop_assert!("89ab".contains(&text[19..20]));
        // All other bits are unchanged.
        let given = Uuid(bytes).to_string();
        prop_assert_eq!(&text[..14], &given[..14]);
        prop_assert_eq!(&text[20..], &given[20..]);
    }

    #[test]
    fn one_wrong_character_is_enough(bytes in any::<[u8; 16]>(), at in 0..36usize, wrong in any::<char>()) {
        let text = Uuid(bytes).to_string();
        let mut changed: String = text.clone();
        changed.replace_range(at..at + 1, wrong.encode_utf8(&mut [0; 4]));
        let dash = text.as_bytes()[at] == b'-';
        let fine = if dash { wrong == '-' } else { wrong.is_ascii_hexdigit() };
        prop_assert_eq!(changed.parse::<Uuid>().is_ok(), fine, "{}", changed);
    }

    #[test]
    fn other_lengths_are_refused(bytes in any::<[u8; 16]>(), cut in 0..36usize, more in "[0-9a-f-]{1,4}") {
        let text = Uuid(bytes).to_string();
        prop_assert!(text[..cut].parse::<Uuid>().is_err());
        prop_assert!((text + &more).parse::<Uuid>().is_err());
    }
}
