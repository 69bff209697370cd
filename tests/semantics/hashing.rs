//! Section H: which text of an identity is hashed.

use hydrant::hash::{Algorithm, EmailGmail, Normalization, Profile, hash_one};
use hydrant::message::{Identity, IdentityEncoding};

fn text(profile: impl Profile, value: &str) -> Option<String> {
    let mut buffer = String::new();
    profile.normalize(value, &mut buffer).map(str::to_owned)
}

#[track_caller]
fn texts(profile: impl Profile, cases: &[(&str, &str)]) {
    for (value, expected) in cases {
        assert_eq!(text(&profile, value).as_deref(), Some(*expected), "{value}");
    }
}

#[track_caller]
fn none(profile: impl Profile, values: &[&str]) {
    for value in values {
        assert_eq!(text(&profile, value), None, "{value}");
    }
}

#[test]
fn h1_the_protocol_trims_and_lowers() {
    texts(
        Normalization::STANDARD,
        &[
            (" \u{a0}John_Smith@gmail.com\r\n", "john_smith@gmail.com"),
            ("J.Smith+x@gmail.com", "j.smith+x@gmail.com"),
            ("A b", "a b"),
            (" ", ""),
        ],
    );
    let meta = "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f";
    let standard = Normalization::STANDARD;
    let digest = hash_one(Algorithm::Sha256, standard, "John_Smith@gmail.com");
    assert_eq!(digest, meta);
}

#[test]
fn h2_addresses_have_no_white_space() {
    texts(
        EmailGmail,
        &[
            ("user.name+NYC@Example.com", "user.name+nyc@example.com"),
            (" ada . b @\u{a0}example.com ", "ada.b@example.com"),
        ],
    );
}

#[test]
fn h3_gmail_addresses_are_those_of_the_mailbox() {
    texts(
        EmailGmail,
        &[
            (
                "cloudy.sanfrancisco+shopping@gmail.com",
                "cloudysanfrancisco@gmail.com",
            ),
            ("Jane.Doe+shopping@googlemail.com", "janedoe@googlemail.com"),
            ("j.d+x@gmail.com.example", "j.d+x@gmail.com.example"),
        ],
    );
}

#[test]
fn h4_what_is_not_an_address_has_no_digest() {
    let values = [
        "",
        "jane",
        "a@b@gmail.com",
        "@gmail.com",
        "jane@",
        "+x@gmail.com",
    ];
    none(EmailGmail, &values);
}

#[cfg(feature = "phone")]
#[test]
fn h5_numbers_are_written_in_e164() {
    use hydrant::hash::PhoneNumber;
    texts(
        PhoneNumber::E164,
        &[
            ("+1 (800)555-0100", "+18005550100"),
            ("tel:+44-20-7031-3000;ext=5", "+442070313000"),
            ("+٢٠١٠١٢٣٤٥٦٧٨", "+201012345678"),
        ],
    );
}

#[cfg(feature = "phone")]
#[test]
fn h6_digits_have_no_plus() {
    use hydrant::hash::PhoneNumber;
    texts(PhoneNumber::DIGITS, &[("+1 (650)555-1212", "16505551212")]);
}

#[cfg(feature = "phone")]
#[test]
fn h7_numbers_without_plus_need_a_country() {
    use hydrant::hash::PhoneNumber;
    let germany = PhoneNumber::E164.default_country("DE".parse().unwrap());
    let denmark = PhoneNumber::E164.default_country("DK".parse().unwrap());
    let us = PhoneNumber::DIGITS.default_country("US".parse().unwrap());
    texts(
        germany,
        &[
            ("0151 12345678", "+4915112345678"),
            ("00 44 20 7031 3000", "+442070313000"),
        ],
    );
    texts(
        us,
        &[
            ("(650)555-1212", "16505551212"),
            ("1 650 555 1212", "16505551212"),
            ("4588123456", "14588123456"),
        ],
    );
    texts(denmark, &[("4588123456", "+4588123456")]);
    none(
        PhoneNumber::E164,
        &["(650)555-1212", "4588123456", "0151 12345678"],
    );
}

#[cfg(feature = "phone")]
#[test]
fn h8_what_is_not_a_number_has_no_digest() {
    use hydrant::hash::PhoneNumber;
    let us = PhoneNumber::E164.default_country("US".parse().unwrap());
    none(
        us,
        &[
            "",
            "+",
            "jane",
            "911",
            "555-1212",
            "+1 055 555 1212",
            "6502530000, 6502530001",
        ],
    );
}

#[test]
fn h9_digests_stay_as_they_are() {
    let digest = "3e3417d7ef77d5932a6734b916515ed5";
    let encode = |encoding, value: &str| {
        Identity::new(encoding, value).encode_as(Algorithm::Md5, EmailGmail)
    };
    let upper_case = digest.to_uppercase();
    assert_eq!(encode(IdentityEncoding::Md5, &upper_case).unwrap(), digest);
    assert_eq!(encode(IdentityEncoding::Sha1, digest), None);
    assert_eq!(encode(IdentityEncoding::Raw, " "), None);
    assert_eq!(
        encode(IdentityEncoding::Raw, "Ada@example.com").unwrap(),
        digest
    );
}
