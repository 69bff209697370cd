//! Which [`Fate`] a request without a reply means, and at which step it failed: the name, TCP, TLS or
//! HTTP. The reason names host and port, and nothing else of the URL: path, query and user may hold
//! settings of accounts.
//!
//! ```text
//!  reqwest::Error ──► hyper_util ──► io::Error ──► rustls::Error
//!                                └─► Unresolved, PrivateAddress
//!                 └─► hyper::Error ──► io::Error
//! ```

use std::error::Error;
use std::io::{self, ErrorKind};

use hydrant::delivery::Fate;
use reqwest::Url;
use rustls::CertificateError;

use crate::address::{PrivateAddress, Unresolved};
use crate::classify;

/// The fate of all records of a request to this URL that got no reply.
pub(crate) fn request(error: &reqwest::Error, url: &Url) -> Fate {
    let at = authority(url);
    if find::<PrivateAddress>(error).is_some() {
        return classify::private_address();
    }
    if find::<Unresolved>(error).is_some() {
        let name = url.host_str().unwrap_or_default();
        return Fate::retry(format!(
            "DNS: the name {name} cannot be resolved; check `url` and the name server"
        ));
    }
    if let Some(error) = find::<rustls::Error>(error) {
        return tls(error, &at);
    }
    let cause = find::<io::Error>(error).map(io::Error::kind);
    match error.is_connect() {
        true => Fate::retry(connect(cause, url, &at)),
        false => Fate::retry(exchange(error, cause, url, &at)),
    }
}

/// The fate of all records of a request whose reply ended before its end.
pub(crate) fn reply(error: &reqwest::Error, url: &Url) -> Fate {
    let at = authority(url);
    if let Some(error) = find::<rustls::Error>(error) {
        return tls(error, &at);
    }
    let cause = find::<io::Error>(error).map(io::Error::kind);
    Fate::retry(format!(
        "HTTP: {at} closes the connection in the middle of its answer{}",
        shown(cause)
    ))
}

/// No connection: TCP, or TLS without an error of the protocol.
fn connect(cause: Option<ErrorKind>, url: &Url, at: &str) -> String {
    use ErrorKind as K;
    let ended = matches!(
        cause,
        Some(K::UnexpectedEof | K::ConnectionReset | K::ConnectionAborted | K::BrokenPipe)
    );
    if ended && url.scheme() == "https" {
        return format!(
            "TLS: {at} closes the connection in the handshake; check that the port is one with TLS"
        );
    }
    let cause = cause.filter(|kind| *kind != K::Other);
    format!(
        "TCP: {at} cannot be connected to{}; check the port, that the server is running, and that \
         firewalls let it pass",
        shown(cause)
    )
}

/// A connection on which no answer came.
fn exchange(error: &reqwest::Error, cause: Option<ErrorKind>, url: &Url, at: &str) -> String {
    let of_http = find::<hyper::Error>(error);
    if of_http.is_some_and(hyper::Error::is_parse) {
        let check = match url.scheme() {
            "https" => "check the port",
            _ => "check the port, and whether it is one with TLS (https://)",
        };
        return format!("HTTP: {at} answers with something else than HTTP/1.1; {check}");
    }
    format!(
        "HTTP: {at} closes the connection before its answer{}",
        shown(cause)
    )
}

fn tls(error: &rustls::Error, at: &str) -> Fate {
    match error {
        rustls::Error::InvalidCertificate(wrong) => Fate::halted(certificate(wrong, at)),
        rustls::Error::InvalidMessage(_) => Fate::retry(format!(
            "TLS: {at} answers without TLS; check that the port is one with TLS"
        )),
        rustls::Error::AlertReceived(alert) => {
            let name = alert.as_str().map_or("unknown".to_owned(), snake_case);
            Fate::retry(format!(
                "TLS: {at} refuses the connection with the alert {name}"
            ))
        }
        rustls::Error::PeerIncompatible(_) => Fate::retry(format!(
            "TLS: {at} and this program have no version or cipher suite in common; expected TLS 1.2 \
             or 1.3"
        )),
        _ => Fate::retry(format!("TLS: the handshake with {at} failed")),
    }
}

/// The name of an alert as RFC 8446 writes it.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

fn certificate(wrong: &CertificateError, at: &str) -> String {
    use CertificateError as E;
    let problem = match wrong {
        E::UnknownIssuer => {
            "is not trusted; add that of its authority to the certificates that the operating \
             system trusts"
        }
        E::NotValidForName | E::NotValidForNameContext { .. } => {
            "is not for its host name; use a name of the certificate in `url`"
        }
        E::Expired | E::ExpiredContext { .. } => "has expired",
        E::NotValidYet | E::NotValidYetContext { .. } => {
            "is not valid yet; check the clock of this machine"
        }
        E::Revoked => "is revoked",
        _ => "is not valid or not trusted",
    };
    format!("TLS: the certificate of {at} {problem}")
}

/// The host and the port of a URL, and nothing else.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port_or_known_default() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn shown(cause: Option<ErrorKind>) -> String {
    cause.map_or_else(String::new, |kind| format!(" ({kind})"))
}

/// The innermost error of a type among an error and its causes.
fn find<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    // The source of an error of I/O is that of the error inside it, which would be skipped.
    let inner = error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref);
    let below = match inner {
        Some(inner) => find(inner),
        None => error.source().and_then(find),
    };
    below.or_else(|| error.downcast_ref())
}
