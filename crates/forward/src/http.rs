//! The HTTP API of a partner.

use hydrant_http::{
    Authentication, Batching, Compression, HttpConfig, HttpSink, Method, RecordErrors, Secret,
    Signature,
};
use hydrant_runtime::DynSink;

use crate::config::{Config, ConfigError, Reader};

/// The sink for the API.
pub(crate) fn sink(config: &Config) -> Result<DynSink, ConfigError> {
    let sink = HttpSink::new(api(config)?).map_err(|error| ConfigError::new(error.to_string()))?;
    Ok(DynSink::new(sink))
}

/// The names of the account settings that the API needs, and whether each may be a secret.
pub(crate) fn account_settings(config: &Config) -> Result<Vec<(String, bool)>, ConfigError> {
    let settings = api(config)?.account_settings();
    settings.map_err(|error| ConfigError::new(error.to_string()))
}

fn api(config: &Config) -> Result<HttpConfig, ConfigError> {
    let mut reader = Reader::new(config);
    let mut http = HttpConfig::new(reader.required("url"))
        .with_method(match reader.choice("method") {
            Some("PUT") => Method::Put,
            Some("PATCH") => Method::Patch,
            _ => Method::Post,
        })
        .with_batching(match reader.choice("body") {
            Some("ndjson") => Batching::Ndjson,
            Some("single") => Batching::Single,
            _ => Batching::JsonArray,
        })
        .with_compression(match reader.choice("compression") {
            Some("gzip") => Compression::Gzip,
            Some("zstd") => Compression::Zstd,
            _ => Compression::None,
        })
        .with_authentication(authentication(&mut reader))
        .with_max_records(reader.size("batch_records"))
        .with_max_bytes(reader.size("batch_bytes"))
        .with_max_in_flight(reader.size("max_in_flight"))
        .with_redirects(reader.switch("allow_redirects"))
        .with_allow_http(reader.switch("allow_http"))
        .with_allow_private_addresses(reader.switch("allow_private_addresses"));
    for (name, value) in reader.map("headers") {
        http = http.with_header(name, value);
    }
    for name in [
        "errors_pointer",
        "error_index_pointer",
        "error_status_pointer",
    ] {
        let pointer = reader.text(name).unwrap_or_default();
        if !pointer.is_empty() && !pointer.starts_with('/') {
            reader.refuse(format!(
                "`{name}` is not a JSON pointer; expected a text that begins with `/`"
            ));
        }
    }
    if let Some(list) = reader.text("errors_pointer") {
        let index = reader.text("error_index_pointer").unwrap_or_default();
        let mut errors = RecordErrors::new(list, index);
        if let Some(status) = reader.text("error_status_pointer") {
            errors = errors.with_status(status);
        }
        let codes = reader.list("error_retry_codes");
        http = http.with_record_errors(errors.with_retry_codes(codes));
    }
    reader.finish(http)
}

/// The credentials of each kind of authentication.
const CREDENTIALS: &[(&str, &[&str])] = &[
    ("bearer", &["token", "token_setting"]),
    (
        "basic",
        &["user", "user_setting", "password", "password_setting"],
    ),
    ("hmac", &["hmac_key", "hmac_key_setting"]),
];

fn authentication(reader: &mut Reader<'_>) -> Authentication {
    let chosen = reader.choice("authentication");
    for (kind, names) in CREDENTIALS {
        for name in *names {
            if chosen != Some(kind) && reader.text(name).is_some() {
                reader.refuse(format!(
                    "`{name}` would not be sent, because `authentication` is {}; set it to {kind}, or \
                     remove `{name}`",
                    chosen.unwrap_or("not valid")
                ));
            }
        }
    }
    match chosen {
        Some("bearer") => Authentication::Bearer(secret(reader, "token", "token_setting")),
        Some("basic") => Authentication::Basic(
            secret(reader, "user", "user_setting"),
            secret(reader, "password", "password_setting"),
        ),
        Some("hmac") => {
            let key = secret(reader, "hmac_key", "hmac_key_setting");
            let header = reader.text("hmac_header").unwrap_or_default();
            let mut signature = Signature::new(header, key);
            if let Some(prefix) = reader.text("hmac_prefix") {
                signature = signature.with_prefix(prefix);
            }
            if reader.choice("hmac_encoding") == Some("base64") {
                signature = signature.in_base64();
            }
            if let Some(header) = reader.text("hmac_timestamp_header") {
                signature = signature.with_timestamp_header(header);
            }
            Authentication::Hmac(signature)
        }
        _ => Authentication::None,
    }
}

/// A secret of the configuration, or the name of the account setting that each customer has.
fn secret(reader: &mut Reader<'_>, value: &str, setting: &str) -> Secret {
    match (reader.secret(value), reader.text(setting)) {
        (Some(secret), None) => Secret::value(secret.expose()),
        (None, Some(name)) => Secret::setting(name),
        (given, _) => {
            let how_many = if given.is_some() {
                "only one of"
            } else {
                "one of"
            };
            reader.refuse(format!("set {how_many} `{value}` and `{setting}`"));
            Secret::value("")
        }
    }
}
