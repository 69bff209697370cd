//! Derived identifiers: `id64` of M 1.7 and uuids of version 5.
//!
//! All are functions of the message, so that repeated deliveries have the same identifiers.

use sha1::{Digest, Sha1};

/// The nil uuid, the namespace of N5.
pub(super) const NIL: &str = "00000000-0000-0000-0000-000000000000";

/// M 1.7: the first eight bytes of a uuid XOR the last eight, both big-endian.
///
/// # Panics
///
/// If the text is not a uuid of 36 characters.
pub fn id64(uuid: &str) -> i64 {
    let bits = bits(uuid);
    (((bits >> 64) as u64) ^ (bits as u64)) as i64
}

/// M 1.7: that value XOR the 64-bit FNV-1a hash of the text.
///
/// # Panics
///
/// If the uuid is not of 36 characters.
pub fn id64_with(uuid: &str, text: &str) -> i64 {
    id64(uuid) ^ fnv_1a(text.as_bytes()) as i64
}

/// The uuid of version 5 of a name: RFC 9562, section 5.5.
///
/// # Panics
///
/// If the namespace is not a uuid of 36 characters.
pub fn uuid_v5(namespace: &str, name: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update(bits(namespace).to_be_bytes());
    hash.update(name);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    bytes[6] = bytes[6] & 0x0F | 0x50; // the version
    bytes[8] = bytes[8] & 0x3F | 0x80; // the variant
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let groups = [0..8, 8..12, 12..16, 16..20, 20..32];
    groups.map(|group| digits[group].to_owned()).join("-")
}

/// FNV-1a with 64 bits: draft-eastlake-fnv, section 2.
fn fnv_1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

fn bits(uuid: &str) -> u128 {
    assert_eq!(uuid.len(), 36, "a uuid has 36 characters");
    u128::from_str_radix(&uuid.replace('-', ""), 16).expect("a uuid has hexadecimal digits")
}
