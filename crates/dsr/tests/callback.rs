//! Callbacks of OpenDSR: what is accepted and what is refused.
#![cfg(feature = "callback")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hydrant_dsr::callback::{Refused, StatusCallback, Verifier};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair};

const DOMAIN: &str = "opendsr.example";
const BODY: &[u8] = br#"{"controller_id":"7","subject_request_id":"a7551968","request_status":"completed","extensions":{"a":1}}"#;
const ROOT: &[u8] = include_bytes!("data/root.pem");
const OTHER_ROOT: &[u8] = include_bytes!("data/other-root.pem");
const PROCESSOR: &[u8] = include_bytes!("data/processor.pem");

/// A time at which the certificates are valid.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_900_000_000)
}

fn sign_with(algorithm: &'static dyn RsaEncoding, body: &[u8]) -> String {
    let key = RsaKeyPair::from_pkcs8(include_bytes!("data/processor.pk8")).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(algorithm, &SystemRandom::new(), body, &mut signature)
        .unwrap();
    STANDARD.encode(signature)
}

fn sign(body: &[u8]) -> String {
    sign_with(&RSA_PKCS1_SHA256, body)
}

/// The result of a future that never waits.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("it waits"),
    }
}

fn verifier() -> Verifier {
    Verifier::new([DOMAIN]).with_roots(ROOT).unwrap()
}

fn receive(
    verifier: &Verifier,
    domain: &str,
    signature: &str,
    body: &[u8],
    now: SystemTime,
    certificate: &[u8],
) -> Result<StatusCallback, Refused> {
    ready(verifier.receive(domain, signature, body, now, async |_| {
        Ok::<_, std::io::Error>(certificate.to_vec())
    }))
}

#[test]
fn a_signed_callback_is_read() {
    let callback = receive(
        &verifier(),
        "OpenDSR.example",
        &sign(BODY),
        BODY,
        now(),
        PROCESSOR,
    );
    let callback = callback.unwrap();
    assert_eq!(callback.subject_request_id, "a7551968");
    assert_eq!(callback.request_status, "completed");
    assert_eq!(callback.controller_id.as_deref(), Some("7"));
    assert_eq!(
        (callback.results_url, callback.extensions.as_deref()),
        (None, Some(r#"{"a":1}"#))
    );
}

#[test]
fn everything_else_is_refused() {
    let good = sign(BODY);
    let changed = [BODY, b" "].concat();
    let year = Duration::from_secs(365 * 24 * 3600);
    let cut: Vec<u8> = PROCESSOR
        .iter()
        .copied()
        .take(PROCESSOR.len() / 3)
        .collect();
    let own_only: String = {
        let text = std::str::from_utf8(PROCESSOR).unwrap();
        let end = "-----END CERTIFICATE-----\n";
        text.split_inclusive(end).next().unwrap().to_owned()
    };
    let text = b"no json".as_slice();
    let signed_text = sign(text);
    let sha512 = sign_with(&RSA_PKCS1_SHA512, BODY);
    let many = PROCESSOR.repeat(8);
    for (name, domain, signature, body, time, certificate, expected) in [
        (
            "domain",
            "evil.example",
            &*good,
            BODY,
            now(),
            PROCESSOR,
            Refused::Domain,
        ),
        (
            "no domain",
            "",
            &good,
            BODY,
            now(),
            PROCESSOR,
            Refused::Domain,
        ),
        (
            "suffix",
            "opendsr.example.evil",
            &good,
            BODY,
            now(),
            PROCESSOR,
            Refused::Domain,
        ),
        (
            "body",
            DOMAIN,
            &good,
            &changed,
            now(),
            PROCESSOR,
            Refused::Signature,
        ),
        (
            "no signature",
            DOMAIN,
            "",
            BODY,
            now(),
            PROCESSOR,
            Refused::Signature,
        ),
        (
            "not Base64",
            DOMAIN,
            "?",
            BODY,
            now(),
            PROCESSOR,
            Refused::Signature,
        ),
        (
            "SHA-512",
            DOMAIN,
            &sha512,
            BODY,
            now(),
            PROCESSOR,
            Refused::Signature,
        ),
        (
            "expired",
            DOMAIN,
            &good,
            BODY,
            now() + 200 * year,
            PROCESSOR,
            Refused::Certificate,
        ),
        (
            "too early",
            DOMAIN,
            &good,
            BODY,
            now() - 10 * year,
            PROCESSOR,
            Refused::Certificate,
        ),
        (
            "wildcard",
            DOMAIN,
            &good,
            BODY,
            now(),
            include_bytes!("data/wildcard.pem"),
            Refused::Certificate,
        ),
        (
            "other domain",
            DOMAIN,
            &good,
            BODY,
            now(),
            include_bytes!("data/other-domain.pem"),
            Refused::Certificate,
        ),
        (
            "not RSA",
            DOMAIN,
            &good,
            BODY,
            now(),
            include_bytes!("data/elliptic.pem"),
            Refused::Signature,
        ),
        (
            "no intermediate",
            DOMAIN,
            &good,
            BODY,
            now(),
            own_only.as_bytes(),
            Refused::Certificate,
        ),
        (
            "truncated",
            DOMAIN,
            &good,
            BODY,
            now(),
            &cut,
            Refused::Unavailable,
        ),
        (
            "empty",
            DOMAIN,
            &good,
            BODY,
            now(),
            b"",
            Refused::Unavailable,
        ),
        (
            "long chain",
            DOMAIN,
            &good,
            BODY,
            now(),
            &many,
            Refused::Unavailable,
        ),
        (
            "not a status",
            DOMAIN,
            &signed_text,
            text,
            now(),
            PROCESSOR,
            Refused::Body,
        ),
    ] {
        let fresh = Verifier::new([DOMAIN]).with_roots(ROOT).unwrap();
        let refused = receive(&fresh, domain, signature, body, time, certificate).unwrap_err();
        assert_eq!(refused, expected, "{name}");
        let status = match expected {
            Refused::Body => 400,
            Refused::Unavailable => 503,
            _ => 401,
        };
        assert_eq!(refused.status(), status);
    }
    let other = Verifier::new([DOMAIN]).with_roots(OTHER_ROOT).unwrap();
    let refused = receive(&other, DOMAIN, &good, BODY, now(), PROCESSOR);
    assert_eq!(refused, Err(Refused::Certificate));
    // Not among the authorities of the world.
    let refused = receive(
        &Verifier::new([DOMAIN]),
        DOMAIN,
        &good,
        BODY,
        now(),
        PROCESSOR,
    );
    assert_eq!(refused, Err(Refused::Certificate));
    assert_eq!(
        Verifier::new([DOMAIN])
            .with_roots(b"")
            .unwrap_err()
            .to_string(),
        "the roots are not certificates in PEM"
    );
}

#[test]
fn the_certificate_is_fetched_when_it_is_needed() {
    let verifier = verifier();
    let fetched = Cell::new(0);
    let call = |domain: &str, signature: &str, seconds: u64| {
        let now = now() + Duration::from_secs(seconds);
        ready(
            verifier.receive(domain, signature, BODY, now, async |domain| {
                assert_eq!(domain, DOMAIN);
                fetched.set(fetched.get() + 1);
                Ok::<_, std::io::Error>(PROCESSOR.to_vec())
            }),
        )
        .map(|_| ())
    };
    let good = sign(BODY);
    let bad = sign(b"another body");
    assert_eq!(
        (call("evil.example", &good, 0), fetched.get()),
        (Err(Refused::Domain), 0)
    );
    assert_eq!((call(DOMAIN, &good, 0), fetched.get()), (Ok(()), 1));
    assert_eq!((call(DOMAIN, &good, 60), fetched.get()), (Ok(()), 1));
    // It may have been replaced, but invalid callbacks cause few requests.
    for _ in 0..10 {
        assert_eq!(call(DOMAIN, &bad, 61), Err(Refused::Signature));
    }
    assert_eq!(fetched.get(), 1);
    assert_eq!(
        (call(DOMAIN, &bad, 1_000), fetched.get()),
        (Err(Refused::Signature), 2)
    );
    assert_eq!((call(DOMAIN, &good, 1_001), fetched.get()), (Ok(()), 2));

    // A failure to fetch is not the fault of the caller.
    let fresh = Verifier::new([DOMAIN]).with_roots(ROOT).unwrap();
    let failed = fresh.receive(DOMAIN, &good, BODY, now(), async |_| Err(()));
    let refused = ready(failed).unwrap_err();
    assert_eq!((refused, refused.status()), (Refused::Unavailable, 503));
    // Nor is one that follows at once; after some seconds it is fetched again.
    for (seconds, expected) in [(1, Err(Refused::Unavailable)), (11, Ok(()))] {
        let now = now() + Duration::from_secs(seconds);
        assert_eq!(
            receive(&fresh, DOMAIN, &good, BODY, now, PROCESSOR).map(|_| ()),
            expected
        );
    }
}
