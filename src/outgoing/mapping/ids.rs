//! Identifiers that the mapping makes. They depend only on the message, so that a repeated delivery
//! gets the same ones (outgoing-mapping.md, section 1, rule 7; N1, N5, N10).

use sha1::{Digest as _, Sha1};

use crate::message::Uuid;

/// The first eight bytes of a uuid XOR the last eight.
pub(super) fn id64(uuid: Uuid) -> i64 {
    let (halves, _) = uuid.0.as_chunks::<8>();
    halves
        .iter()
        .fold(0, |id, half| id ^ i64::from_be_bytes(*half))
}

/// [`id64`] XOR the 64-bit FNV-1a hash of the text that these pieces make.
pub(super) fn id64_of(uuid: Uuid, pieces: &[&str]) -> i64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let bytes = pieces.iter().flat_map(|piece| piece.bytes());
    let hash = bytes.fold(OFFSET, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(PRIME)
    });
    id64(uuid) ^ hash as i64
}

/// The version 5 uuid of a name in a namespace (RFC 9562, section 5.5).
pub(crate) fn uuid5(namespace: Uuid, name: &[u8]) -> Uuid {
    let mut digest = Sha1::new();
    digest.update(namespace.0);
    digest.update(name);
    let digest: [u8; 20] = digest.finalize().into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(digest.first_chunk::<16>().unwrap_or(&[0; 16]));
    bytes[6] = bytes[6] & 0x0f | 0x50;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    Uuid(bytes)
}

/// The version 5 uuid of a number in decimal.
pub(super) fn uuid5_of_number(namespace: Uuid, number: i64) -> Uuid {
    uuid5(namespace, itoa::Buffer::new().format(number).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uuid(text: &str) -> Uuid {
        text.parse().unwrap()
    }

    #[test]
    fn ids_are_those_of_the_worked_example() {
        // 0x4000 XOR 0x8000_0000_0000_002a.
        let batch = uuid("00000000-0000-4000-8000-00000000002a");
        assert_eq!(id64(batch), -9_223_372_036_854_759_382);
        let event = uuid("00000000-0000-4000-8000-000000000001");
        assert_eq!(id64(event), -9_223_372_036_854_759_423);
        assert_eq!(id64(Uuid([0xff; 16])), 0);
    }

    /// The hashes are those of the FNV authors' test vectors.
    #[test]
    fn texts_are_hashed_with_fnv_1a() {
        let zero = Uuid([0; 16]);
        for (text, hash) in [
            ("", 0xcbf2_9ce4_8422_2325_u64),
            ("a", 0xaf63_dc4c_8601_ec8c),
            ("foobar", 0x8594_4171_f739_67e8),
        ] {
            assert_eq!(id64_of(zero, &[text]) as u64, hash, "{text}");
        }
        assert_eq!(
            id64_of(zero, &["foo", "", "bar"]),
            id64_of(zero, &["foobar"])
        );
        let one = uuid("00000000-0000-0000-0000-000000000001");
        assert_eq!(id64_of(one, &["a"]) as u64, 0xaf63_dc4c_8601_ec8d);
    }

    /// The first is the example of RFC 9562, appendix A.4.
    #[test]
    fn names_have_version_5_uuids() {
        let dns = uuid("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
        assert_eq!(
            uuid5(dns, b"www.example.com").to_string(),
            "2ed6657d-e927-568b-95e1-2665a8aea6a2"
        );
        assert_eq!(uuid5_of_number(dns, -12), uuid5(dns, b"-12"));
    }
}
