//! Status callbacks of OpenDSR: verified before anything in them is read (`lambda-and-http.md`,
//! section 10.2).
//!
//! The platform POSTs each change of the status of a request to the URLs in the request.
//! [`DOMAIN_HEADER`] names the caller, [`SIGNATURE_HEADER`] has the signature over the raw body.

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

/// The same after a fetch that gave no valid certificate.
const RETRY: Duration = Duration::from_secs(10);

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
    certificates: Mutex<HashMap<String, Fetched>>,
}

/// The last fetch of the certificate of a processor.
#[derive(Clone)]
struct Fetched {
    /// The chain, the certificate of the processor first. Empty if there is no valid one.
    chain: Vec<CertificateDer<'static>>,
    at: SystemTime,
}

impl Verifier {
    /// Accepts callbacks of these domains, with certificates of the authorities that Mozilla trusts.
    #[must_use]
    pub fn new<D: Into<String>>(domains: impl IntoIterator<Item = D>) -> Self {
        Self {
            domains: domains.into_iter().map(|it| normal(&it.into())).collect(),
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
            certificates: Mutex::default(),
        }
    }

    /// Trusts only the authorities whose certificates are in this PEM text.
    ///
    /// # Errors
    ///
    /// If it has no certificate, or an invalid one.
    pub fn with_roots(mut self, pem: &[u8]) -> Result<Self, InvalidRoots> {
        self.roots = certificates(pem, usize::MAX)
            .ok_or(InvalidRoots)?
            .iter()
            .map(|root| Ok(webpki::anchor_from_trusted_cert(root)?.to_owned()))
            .collect::<Result<_, webpki::Error>>()
            .map_err(|_| InvalidRoots)?;
        Ok(self)
    }

    /// Verifies a callback and reads it. `fetch` gets the certificate of a domain as PEM, with
    /// intermediate certificates after it; it is called only for a domain that is accepted, if no
    /// certificate is kept that is valid and fits the signature, and rarely. Answer with 202, or with
    /// [`Refused::status`].
    ///
    /// # Errors
    ///
    /// Why the callback is refused. Its body was read only if that is [`Refused::Body`].
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
        if let Some(Fetched { chain, at }) = self.kept(domain) {
            let wait = if chain.is_empty() { RETRY } else { REFETCH };
            let is_recent = now.duration_since(at).is_ok_and(|age| age < wait);
            match self.verify(domain, &signature, body, &chain, now) {
                Ok(()) => return StatusCallback::read(body),
                Err(_) if is_recent && chain.is_empty() => return Err(Refused::Unavailable),
                Err(refused) if is_recent => return Err(refused),
                Err(_) => {}
            }
        }
        // Other callbacks do not fetch at the same time. What is kept stays if this fails.
        self.keep(domain, None, now);
        let pem = fetch(domain).await.map_err(|_| Refused::Unavailable)?;
        let chain = certificates(&pem, MAX_CHAIN).ok_or(Refused::Unavailable)?;
        self.check(domain, &chain, now)?;
        self.keep(domain, Some(chain.clone()), now);
        self.verify(domain, &signature, body, &chain, now)?;
        StatusCallback::read(body)
    }

    fn accepted(&self, domain: &str) -> Result<&str, Refused> {
        let domain = normal(domain);
        let mut accepted = self.domains.iter();
        let found = accepted.find(|accepted| **accepted == domain);
        found.map(String::as_str).ok_or(Refused::Domain)
    }

    fn kept(&self, domain: &str) -> Option<Fetched> {
        let kept = self
            .certificates
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        kept.get(domain).cloned()
    }

    /// Records a fetch, and keeps the chain if there is one.
    fn keep(&self, domain: &str, chain: Option<Vec<CertificateDer<'static>>>, now: SystemTime) {
        let mut kept = self
            .certificates
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let fetched = kept.entry(domain.to_owned()).or_insert(Fetched {
            chain: Vec::new(),
            at: now,
        });
        fetched.at = now;
        if let Some(chain) = chain {
            fetched.chain = chain;
        }
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

/// A domain in lower case, without the dot of the root.
fn normal(domain: &str) -> String {
    let domain = domain.trim();
    domain
        .strip_suffix('.')
        .unwrap_or(domain)
        .to_ascii_lowercase()
}

/// The certificates in a PEM text in order, if there are some, but not more than `most`.
fn certificates(pem: &[u8], most: usize) -> Option<Vec<CertificateDer<'static>>> {
    let chain = CertificateDer::pem_slice_iter(pem).take(most.saturating_add(1));
    let chain: Vec<_> = chain.collect::<Result<_, _>>().ok()?;
    (!chain.is_empty() && chain.len() <= most).then_some(chain)
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("domains", &self.domains)
            .finish_non_exhaustive()
    }
}

/// The roots are not certificates in PEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidRoots;

impl fmt::Display for InvalidRoots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the roots are not certificates in PEM")
    }
}

impl std::error::Error for InvalidRoots {}

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
    /// The certificate could not be fetched, or what was fetched is none. The callback may be valid.
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

/// A change of the status of a request. `Debug` shows only the request and its status.
#[derive(Clone, PartialEq, Eq, Default)]
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

impl fmt::Debug for StatusCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StatusCallback")
            .field("subject_request_id", &self.subject_request_id)
            .field("request_status", &self.request_status)
            .finish_non_exhaustive()
    }
}

impl StatusCallback {
    fn read(body: &[u8]) -> Result<Self, Refused> {
        let read = || {
            let json = Json::new(std::str::from_utf8(body).ok()?)?;
            let text = |name| Some(json.get(name)?.text()?.into_owned());
            Some(Self {
                subject_request_id: text("subject_request_id").filter(|id| !id.is_empty())?,
                request_status: text("request_status").filter(|status| !status.is_empty())?,
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
