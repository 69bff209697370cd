//! [`HttpSink`]: one attempt to deliver records, with redirects and halving.

use std::fmt;
use std::future::Future;
use std::ops::Range;
use std::time::{Duration, Instant, SystemTime};

use hydrant::delivery::{BatchLimits, Fate, OutgoingRecord, RecordAccount, Sink};
use reqwest::header::{HeaderMap, HeaderName, LOCATION};
use reqwest::{Client, Response, Url};
use tokio::time::{timeout, timeout_at};

use crate::address::{Resolver, require_public_host};
use crate::config::{Batching, ConfigError, HttpConfig, Method};
use crate::template::{Template, UrlTemplate};
use crate::{classify, client, failure, request};

const MOST_REDIRECTS: usize = 5;

/// The crate `http`, which reqwest uses, refuses longer ones.
const LONGEST_URL: usize = u16::MAX as usize - 1;

/// How long a body is read that decides nothing.
const REST_OF_REPLY: Duration = Duration::from_millis(100);

/// Delivers records to the HTTP API of a partner, as an [`HttpConfig`] describes it.
///
/// A call is one request. If the server refuses a request with several records because of its
/// content (400, 413, 422), the call repeats it in halves, one after the other, until the record is
/// known or the deadline has passed.
///
/// | reply | fate |
/// |---|---|
/// | 2xx | delivered, except what [`RecordErrors`](crate::RecordErrors) finds |
/// | 408, 429, 5xx, no reply | retry, after the time of `Retry-After` |
/// | 400, 413, 422 | rejected |
/// | 401, 403, 404, any other status | halted |
/// | a missing or unusable setting, an address that is not public, an invalid certificate | halted |
pub struct HttpSink {
    config: HttpConfig,
    url: UrlTemplate,
    headers: Vec<(HeaderName, Template)>,
    client: Client,
    /// Whether settings of the account decide what is sent, or where.
    per_account: bool,
}

impl HttpSink {
    /// A sink with this configuration. It sends nothing; [`check`](Sink::check) does.
    ///
    /// # Errors
    ///
    /// The first option that is wrong.
    pub fn new(config: HttpConfig) -> Result<Self, ConfigError> {
        config.validate()?;
        let (url, headers) = (config.url_template()?, config.header_templates()?);
        let per_account = url.has_settings()
            || headers.iter().any(|(_, value)| value.has_settings())
            || config.has_account_secrets();
        Ok(Self {
            url,
            headers,
            client: client(&config)?,
            per_account,
            config,
        })
    }

    /// Sends records in one request. A rejection is the server's answer to the whole request.
    async fn send(
        &self,
        records: &[OutgoingRecord],
        account: Option<&RecordAccount>,
    ) -> Result<Vec<Fate>, Fate> {
        let mut url = self.url.expand(account)?;
        let body = request::body(self.config.batching, records);
        let body = request::compress(self.config.compression, body)
            .map_err(|_| Fate::retry("the request could not be compressed"))?;
        let content = request::content_headers(self.config.batching, self.config.compression);
        let mut headers = content.clone();
        headers.extend(request::configured_headers(&self.headers, account)?);
        let authentication = &self.config.authentication;
        request::authenticate(
            &mut headers,
            authentication,
            account,
            &body,
            SystemTime::now(),
        )?;
        for _ in 0..=MOST_REDIRECTS {
            let response = self.request(&url, headers.clone(), body.clone()).await?;
            let Some(next) = self.redirected(&url, &response)? else {
                return self.read(response, records.len()).await;
            };
            if next.origin() != url.origin() {
                headers.clone_from(&content);
            }
            url = next;
        }
        Err(Fate::halted("the server redirects too often"))
    }

    /// The fate, with the number of the account if its settings may be the cause: somebody has to
    /// mend them.
    fn of_account(&self, fate: Fate, account: Option<&RecordAccount>) -> Fate {
        match (fate, account) {
            (Fate::Halted { reason }, Some(account)) if self.per_account => {
                Fate::halted(format!("account {}: {reason}", account.id()))
            }
            (fate, _) => fate,
        }
    }

    async fn request(
        &self,
        url: &Url,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Response, Fate> {
        self.require_allowed(url)?;
        let method = match self.config.method {
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
        };
        let request = self.client.request(method, url.clone()).headers(headers);
        let sent = request.body(body).send().await;
        sent.map_err(|error| failure::request(&error, url))
    }

    /// The rules for the first URL and for those of redirects.
    fn require_allowed(&self, url: &Url) -> Result<(), Fate> {
        match url.scheme() {
            "https" => {}
            "http" if self.config.allow_http => {}
            _ => return Err(Fate::halted("a redirect leads to a URL that is not https")),
        }
        if url.as_str().len() > LONGEST_URL {
            let reason = format!("the URL has more than {LONGEST_URL} bytes, and cannot be sent");
            return Err(Fate::halted(reason));
        }
        if !self.config.allow_private_addresses && require_public_host(url).is_err() {
            return Err(classify::private_address());
        }
        Ok(())
    }

    /// Where to send the same request again.
    fn redirected(&self, url: &Url, response: &Response) -> Result<Option<Url>, Fate> {
        if !self.config.redirects || !matches!(response.status().as_u16(), 307 | 308) {
            return Ok(None);
        }
        let location = response.headers().get(LOCATION);
        let next = location.and_then(|location| url.join(location.to_str().ok()?).ok());
        match next {
            Some(next) if next.username().is_empty() && next.password().is_none() => Ok(Some(next)),
            _ => Err(Fate::halted("the server redirects without a valid URL")),
        }
    }

    /// Reads a reply: its status, and in a success the errors of single records.
    async fn read(&self, response: Response, count: usize) -> Result<Vec<Fate>, Fate> {
        let status = response.status().as_u16();
        let fate = classify::status(status, response.headers(), SystemTime::now());
        let body = limited(response, self.config.max_response_bytes);
        match (fate, &self.config.record_errors) {
            (None, Some(errors)) => Ok(classify::records(errors, &body.await?, count)),
            (fate, _) => {
                // The connection can be used again only after the body has been read.
                let _ = timeout(REST_OF_REPLY, body).await;
                fate.map_or_else(|| Ok(vec![Fate::Delivered; count]), Err)
            }
        }
    }
}

/// The body of a reply, if it is not larger than the limit.
async fn limited(mut response: Response, limit: usize) -> Result<Vec<u8>, Fate> {
    let url = response.url().clone();
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= limit => body.extend_from_slice(&chunk),
            Ok(Some(_)) => {
                let reason = format!("the reply has more than {limit} bytes, and is not read");
                return Err(Fate::retry(reason));
            }
            Ok(None) => return Ok(body),
            Err(error) => return Err(failure::reply(&error, &url)),
        }
    }
}

async fn before<T>(
    deadline: Instant,
    request: impl Future<Output = Result<T, Fate>>,
) -> Result<T, Fate> {
    if Instant::now() >= deadline {
        return Err(Fate::retry("the deadline has passed"));
    }
    match timeout_at(deadline.into(), request).await {
        Ok(result) => result,
        Err(_) => Err(Fate::retry("no reply before the deadline")),
    }
}

/// The client: one connection pool.
fn client(config: &HttpConfig) -> Result<Client, ConfigError> {
    let builder = client::builder()?.dns_resolver(Resolver {
        allow_private: config.allow_private_addresses,
    });
    let wrong = |_| ConfigError::new("url", "cannot be used, because the client cannot be built");
    builder.build().map_err(wrong)
}

impl Sink for HttpSink {
    fn limits(&self) -> BatchLimits {
        let config = &self.config;
        let mut limits = BatchLimits::single(config.max_bytes);
        if config.batching != Batching::Single {
            limits.records = config.max_records;
        }
        // The brackets of an array; one of them is counted as a separator, of which there is one
        // less than records.
        if config.batching == Batching::JsonArray {
            limits.bytes = limits.bytes.saturating_sub(1);
            limits.record_bytes = limits.bytes;
        }
        limits.per_account = self.per_account;
        limits.in_flight = config.max_in_flight;
        // Only with a list of errors in the reply may a record be retried and one after it not.
        limits.ordered = config.record_errors.is_none();
        limits
    }

    fn size(&self, record: &OutgoingRecord) -> usize {
        let separator = usize::from(self.config.batching != Batching::Single);
        record.payload.len() + separator
    }

    async fn deliver(&self, records: &[OutgoingRecord], deadline: Instant) -> Vec<Fate> {
        let account = records.first().and_then(|record| record.account.as_deref());
        let mut fates = Vec::with_capacity(records.len());
        let mut waiting: Vec<Range<usize>> = Vec::new();
        if self.config.batching == Batching::Single {
            waiting.extend((0..records.len()).rev().map(|n| n..n + 1));
        } else if !records.is_empty() {
            waiting.push(0..records.len());
        }
        while let Some(part) = waiting.pop() {
            let records = records.get(part.clone()).unwrap_or_default();
            match before(deadline, self.send(records, account)).await {
                Ok(known) => fates.extend(known),
                Err(Fate::Rejected { .. }) if records.len() > 1 => {
                    let middle = part.start + part.len() / 2;
                    waiting.push(middle..part.end);
                    waiting.push(part.start..middle);
                }
                Err(fate) => {
                    let fate = self.of_account(fate, account);
                    fates.extend(records.iter().map(|_| fate.clone()));
                    // A server that is overloaded or accepts nothing gets no more requests.
                    if !matches!(fate, Fate::Rejected { .. }) {
                        let rest = waiting.drain(..).map(|part| part.len()).sum();
                        fates.extend(std::iter::repeat_n(fate, rest));
                    }
                }
            }
        }
        fates
    }

    /// Sends `HEAD /` without headers of the configuration: the name is resolved, the connection is
    /// made, TLS is negotiated, and a server answers, with whatever status below 500. Whether it
    /// accepts the credentials is known only with the first record. If settings of the account
    /// decide the host, nothing is checked.
    async fn check(&self, deadline: Instant) -> Result<(), Fate> {
        let Some(url) = self.url.origin() else {
            return Ok(());
        };
        self.require_allowed(&url)?;
        before(deadline, async {
            let sent = self.client.head(url.clone()).send().await;
            let response = sent.map_err(|error| failure::request(&error, &url))?;
            let status = response.status().as_u16();
            match classify::status(status, response.headers(), SystemTime::now()) {
                // 501: it does not know HEAD, and so it is there.
                Some(fate) if status >= 500 && status != 501 => Err(fate),
                _ => Ok(()),
            }
        })
        .await
    }

    /// Does nothing: connections end when the sink is dropped.
    async fn close(&self) {}
}

impl fmt::Debug for HttpSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpSink")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Redirects to addresses and schemes that the first URL may not have either; names are refused
    /// by the resolver.
    #[test]
    fn the_rules_hold_for_each_redirect() {
        let sink = HttpSink::new(HttpConfig::new("https://api.example.com/a")).unwrap();
        let url = Url::parse("https://api.example.com/a").unwrap();
        assert_eq!(sink.require_allowed(&url), Ok(()));
        for location in [
            "https://127.0.0.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://[::ffff:10.0.0.1]/",
            "//0x7f000001/",
            "http://api.example.com/",
            "ftp://api.example.com/",
        ] {
            let result = sink.require_allowed(&url.join(location).unwrap());
            assert!(matches!(result, Err(Fate::Halted { .. })), "{location}");
        }
    }

    /// It would never be accepted, so nothing is repeated.
    #[test]
    fn a_url_that_is_too_long_halts() {
        let sink = HttpSink::new(HttpConfig::new("https://api.example.com/{id}")).unwrap();
        let url = |length: usize| {
            let account = RecordAccount::new(1, [("id", "a".repeat(length))]);
            sink.url.expand(Some(&account)).unwrap()
        };
        let longest = LONGEST_URL - "https://api.example.com/".len();
        assert_eq!(sink.require_allowed(&url(longest)), Ok(()));
        let halted = sink.require_allowed(&url(longest + 1));
        assert!(matches!(halted, Err(Fate::Halted { .. })));
    }

    #[test]
    fn sinks_are_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<HttpSink>();
    }
}
