//! Status callbacks of OpenDSR: verified before anything in them is read (`lambda-and-http.md`,
//! section 10.2).
//!
//! The platform POSTs each change of the status of a request to the URLs in the request. The headers
//! [`DOMAIN_HEADER`] and [`SIGNATURE_HEADER`] tell who calls, and sign the raw body.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hydrant::json::Json;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, KeyUsage};

/// The header with the domain of the processor that calls.
pub const DOMAIN_HEADER: &str = "X-OpenDSR-Processor-Domain";

/// The header with the signature over the raw body: SHA-256 with RSA, in Base64.
pub const SIGNATURE_HEADER: &str = "X-OpenDSR-Signature";

/// A certificate that does not fit a signature is fetched again after this time at the earliest, so
/// that invalid callbacks cause few requests.
const REFETCH: Duration = Duration::from_secs(5 * 60);

/// The most certificates in a chain.
const MAX_CHAIN: usize = 8;

/// Verifies callbacks, and keeps the certificates of the processors.
///
/// ```
/// use std::time::SystemTime;
/// use hydrant_dsr::callback::{Refused, StatusCallback, Verifier};
///
/// async fn receive(
///     verifier: &Verifier,
///     domain: &str,
///     signature: &str,
///     body: &[u8],
/// ) -> (u16, Option<StatusCallback>) {
///     let received = verifier.receive(domain, signature, body, SystemTime::now(), async |domain| {
///         // GET https://DOMAIN/v3/discovery/, then the URL in its `processor_certificate`.
/// #       let _ = domain;
///         Ok::<_, std::io::Error>(Vec::new())
///     });
///     match received.await {
///         Ok(callback) => (202, Some(callback)),
///         Err(refused) => (refused.status(), None),
///     }
/// }
/// let verifier = Verifier::new(["opendsr.mparticle.com"]);
/// ```
pub struct Verifier {
    domains: Vec<String>,
    roots: Vec<TrustAnchor<'static>>,
    certificates: Mutex<HashMap<String, Certificate>>,
}

/// The chain of a processor, its own certificate first.
#[derive(Clone)]
struct Certificate {
    chain: Vec<CertificateDer<'static>>,
    fetched: SystemTime,
}

impl Verifier {
    /// Accepts callbacks of these domains, with certificates of the authorities that Mozilla trusts.
    pub fn new<D: Into<String>>(domains: impl IntoIterator<Item = D>) -> Self {
        Self {
            domains: domains.into_iter().map(Into::into).collect(),
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
            certificates: Mutex::default(),
        }
    }

    /// Trusts only the authorities whose certificates are in this PEM text.
    ///
    /// # Errors
    ///
    /// [`Refused::Certificate`] if it has no certificate, or an invalid one.
    pub fn with_roots(mut self, pem: &[u8]) -> Result<Self, Refused> {
        self.roots = certificates(pem)?
            .iter()
            .map(|root| Ok(webpki::anchor_from_trusted_cert(root)?.to_owned()))
            .collect::<Result<_, webpki::Error>>()
            .map_err(|_| Refused::Certificate)?;
        Ok(self)
    }

    /// Verifies a callback and reads it. `fetch` gets the certificate of a domain as PEM, with
    /// intermediate certificates after it; it is called only for a domain that is accepted, and if
    /// no certificate is kept that is valid and fits the signature. Answer with 202, or with
    /// [`Refused::status`].
    ///
    /// # Errors
    ///
    /// Why the callback is refused. Nothing in its body was read then.
    pub async fn receive<E>(
        &self,
        domain: &str,
        signature: &str,
        body: &[u8],
        now: SystemTime,
        fetch: impl AsyncFnOnce(&str) -> Result<Vec<u8>, E>,
    ) -> Result<StatusCallback, Refused> {
        let domain = self.accepted(domain)?;
        let signature = STANDARD
            .decode(signature.trim())
            .map_err(|_| Refused::Signature)?;
        if let Some(kept) = self.kept(domain) {
            let verified = self.verify(domain, &signature, body, &kept.chain, now);
            let age = now.duration_since(kept.fetched).unwrap_or(REFETCH);
            if verified.is_ok() || age < REFETCH {
                return verified.and_then(|()| StatusCallback::read(body));
            }
        }
        let pem = fetch(domain).await.map_err(|_| Refused::Unavailable)?;
        let chain = certificates(&pem)?;
        // A chain that is not valid must not replace one that is.
        self.check(domain, &chain, now)?;
        self.keep(domain, &chain, now);
        self.verify(domain, &signature, body, &chain, now)?;
        StatusCallback::read(body)
    }

    fn accepted(&self, domain: &str) -> Result<&str, Refused> {
        let domain = domain.trim();
        let mut accepted = self.domains.iter();
        let found = accepted.find(|accepted| accepted.eq_ignore_ascii_case(domain));
        found.map(String::as_str).ok_or(Refused::Domain)
    }

    fn kept(&self, domain: &str) -> Option<Certificate> {
        let kept = self
            .certificates
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        kept.get(domain).cloned()
    }

    fn keep(&self, domain: &str, chain: &[CertificateDer<'static>], now: SystemTime) {
        let mut kept = self
            .certificates
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let certificate = Certificate {
            chain: chain.to_vec(),
            fetched: now,
        };
        kept.insert(domain.to_owned(), certificate);
    }

    /// Checks that a chain is valid now, and is of exactly this domain.
    fn check<'c>(
        &self,
        domain: &str,
        chain: &'c [CertificateDer<'static>],
        now: SystemTime,
    ) -> Result<EndEntityCert<'c>, Refused> {
        let (own, others) = chain.split_first().ok_or(Refused::Certificate)?;
        let own = EndEntityCert::try_from(own).map_err(|_| Refused::Certificate)?;
        let now = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        own.verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &self.roots,
            others,
            UnixTime::since_unix_epoch(now),
            KeyUsage::server_auth(),
            None,
            None,
        )
        .map_err(|_| Refused::Certificate)?;
        // Not a wildcard, which would be valid for other hosts, too.
        let mut names = own.valid_dns_names();
        if !names.any(|name| name.eq_ignore_ascii_case(domain)) {
            return Err(Refused::Certificate);
        }
        Ok(own)
    }

    fn verify(
        &self,
        domain: &str,
        signature: &[u8],
        body: &[u8],
        chain: &[CertificateDer<'static>],
        now: SystemTime,
    ) -> Result<(), Refused> {
        let own = self.check(domain, chain, now)?;
        own.verify_signature(webpki::ring::RSA_PKCS1_2048_8192_SHA256, body, signature)
            .map_err(|_| Refused::Signature)
    }
}

/// The certificates in a PEM text, in order.
fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Refused> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem)
        .take(MAX_CHAIN + 1)
        .collect();
    let chain = chain.map_err(|_| Refused::Certificate)?;
    match chain.len() {
        1..=MAX_CHAIN => Ok(chain),
        _ => Err(Refused::Certificate),
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("domains", &self.domains)
            .finish_non_exhaustive()
    }
}

/// Why a callback is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused {
    /// The domain is not accepted.
    Domain,
    /// The certificate is not of a trusted authority, not of exactly the domain, or not valid now.
    Certificate,
    /// The signature does not fit the body.
    Signature,
    /// The body is not a status.
    Body,
    /// The certificate could not be fetched. The callback may be valid.
    Unavailable,
}

impl Refused {
    /// The HTTP status of the answer: 401, 400 for a signed body that is not a status, or 503 if the
    /// callback could not be verified.
    pub fn status(self) -> u16 {
        match self {
            Self::Domain | Self::Certificate | Self::Signature => 401,
            Self::Body => 400,
            Self::Unavailable => 503,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Domain => "the processor domain is not accepted",
            Self::Certificate => {
                "the certificate is not trusted, of another domain or not valid now"
            }
            Self::Signature => "the signature does not fit the body",
            Self::Body => "the body is not a status of a request",
            Self::Unavailable => "the certificate could not be fetched",
        })
    }
}

impl std::error::Error for Refused {}

/// A change of the status of a request.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct StatusCallback {
    /// The identifier of the request.
    pub subject_request_id: String,
    /// The status: `pending`, `in_progress`, `completed` or `cancelled`.
    pub request_status: String,
    /// The controller, for which the platform processes the data.
    pub controller_id: Option<String>,
    /// When the request will be completed.
    pub expected_completion_time: Option<String>,
    /// The version of OpenDSR.
    pub api_version: Option<String>,
    /// Where the results are, for requests that have some.
    pub results_url: Option<String>,
    /// Further content, as JSON.
    pub extensions: Option<String>,
}

impl StatusCallback {
    fn read(body: &[u8]) -> Result<Self, Refused> {
        let read = || {
            let json = Json::new(std::str::from_utf8(body).ok()?)?;
            let text = |name| Some(json.get(name)?.text()?.into_owned());
            Some(Self {
                subject_request_id: text("subject_request_id")?,
                request_status: text("request_status")?,
                controller_id: text("controller_id"),
                expected_completion_time: text("expected_completion_time"),
                api_version: text("api_version"),
                results_url: text("results_url"),
                extensions: json.get("extensions").map(|json| json.raw().to_owned()),
            })
        };
        read().ok_or(Refused::Body)
    }
}
