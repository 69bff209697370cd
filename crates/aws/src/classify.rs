//! Which [`Fate`] an error of AWS means (`connections.md`, section 2.1; decisions N17 and N18).
//!
//! The reasons contain the status and the code of an error, and never its message, which may name
//! accounts, resources and values.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_firehose::error::{ProvideErrorMetadata, SdkError};
use hydrant::delivery::Fate;

/// The service may accept the same request later.
const TRANSIENT: [&str; 22] = [
    "BandwidthLimitExceeded",
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InternalServiceError",
    "KMS.ThrottlingException",
    "KmsThrottled",
    "LimitExceededException",
    "OverLimit",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// Codes that SQS gives for one message, and Firehose for one record of a batch.
const INVALID: [&str; 5] = [
    "InvalidArgumentException",
    "InvalidMessageContents",
    "InvalidParameterValue",
    "SerializationException",
    "ValidationException",
];

/// The fate of all records of a request that failed.
pub(crate) fn error<E>(service: &str, error: &SdkError<E>) -> Fate
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match error {
        SdkError::TimeoutError(_) => Fate::retry(format!("{service} did not answer in time")),
        SdkError::ConstructionFailure(_) | SdkError::DispatchFailure(_) => unsent(service, error),
        SdkError::ResponseError(response) if response.raw().status().is_success() => {
            Fate::retry(format!("{service} answered a success that cannot be read"))
        }
        _ => {
            let status = error.raw_response().map(|raw| raw.status().as_u16());
            answer(service, status, error.code(), error.message())
        }
    }
}

/// The fate of one record that the service refused in a request that succeeded. A code that is not
/// known is no reason to give the record up.
pub(crate) fn entry(service: &str, code: &str) -> Fate {
    let reason = describe(service, None, Some(code));
    if TRANSIENT.contains(&code) {
        Fate::retry(reason)
    } else if INVALID.contains(&code) {
        Fate::rejected(reason)
    } else if explain(code).is_some() {
        Fate::halted(reason)
    } else {
        Fate::retry(reason)
    }
}

/// The fate of all records of a request that was answered with an error.
fn answer(service: &str, status: Option<u16>, code: Option<&str>, message: Option<&str>) -> Fate {
    let reason = describe(service, status, code);
    let code = code.unwrap_or_default();
    match status {
        Some(408 | 429 | 500..) | None => Fate::retry(reason),
        _ if TRANSIENT.contains(&code) => Fate::retry(reason),
        Some(..400) => Fate::retry(reason),
        Some(413) => Fate::rejected(reason),
        _ if INVALID.contains(&code) && blames_record(code, message.unwrap_or_default()) => {
            Fate::rejected(reason)
        }
        _ => Fate::halted(reason),
    }
}

/// Whether a message like "Value at 'record.data' failed to satisfy constraint" blames the content,
/// and not the stream.
fn blames_record(code: &str, message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    code == "InvalidMessageContents"
        || ["'record.data'", "'records", "record size", "data blob"]
            .iter()
            .any(|text| message.contains(text))
}

/// A request that did not reach the service.
fn unsent(service: &str, error: &(dyn Error + 'static)) -> Fate {
    let mut next = Some(error);
    while let Some(error) = next {
        match error.downcast_ref() {
            Some(CredentialsError::CredentialsNotLoaded(_)) => {
                return Fate::halted(
                    "no AWS credentials; set an access key, or one of the sources of the \
                     standard chain",
                );
            }
            Some(CredentialsError::InvalidConfiguration(_)) => {
                return Fate::halted("the configuration of the AWS credentials is invalid");
            }
            Some(_) => return Fate::retry("the AWS credentials could not be loaded"),
            None => next = error.source(),
        }
    }
    Fate::retry(format!("no connection with {service}"))
}

/// "Amazon SQS answered 400 Code: explanation".
fn describe(service: &str, status: Option<u16>, code: Option<&str>) -> String {
    let mut text = format!("{service} answered");
    if let Some(status) = status {
        text.push_str(&format!(" {status}"));
    }
    // A code is a name; anything else may be personal data.
    let is_name = |code: &&str| {
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.';
        (1..=64).contains(&code.len()) && code.bytes().all(letters)
    };
    match code.filter(is_name) {
        Some(code) => {
            text.push(' ');
            text.push_str(code);
            if let Some(explanation) = explain(code) {
                text.push_str(": ");
                text.push_str(explanation);
            }
        }
        None => text.push_str(" without a code"),
    }
    text
}

/// What somebody has to mend.
fn explain(code: &str) -> Option<&'static str> {
    Some(match code {
        "ResourceNotFoundException" => "the delivery stream does not exist in this region",
        "QueueDoesNotExist" | "AWS.SimpleQueueService.NonExistentQueue" => "no such queue",
        "AccessDenied" | "AccessDeniedException" | "NotAuthorized" => {
            "the policy of the credentials does not allow this action"
        }
        "UnrecognizedClientException" | "InvalidClientTokenId" | "InvalidAccessKeyId" => {
            "the access key does not exist or is disabled"
        }
        "InvalidSignatureException" | "SignatureDoesNotMatch" | "IncompleteSignature" => {
            "the secret access key is wrong, or the clock of this machine is"
        }
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => {
            "the session token has expired"
        }
        "InvalidSourceException" => "the source of the delivery stream is not Direct PUT",
        "InvalidKMSResourceException" => "the key of the delivery stream cannot be used",
        code if code.starts_with("Kms") || code.starts_with("KMS.") => {
            "the encryption key cannot be used"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `R`, `X` or `H`.
    fn letter(fate: &Fate) -> char {
        match fate {
            Fate::Retry { .. } => 'R',
            Fate::Rejected { .. } => 'X',
            Fate::Halted { .. } => 'H',
            _ => 'D',
        }
    }

    #[test]
    fn table_of_section_2_1() {
        for (status, code, message, expected) in [
            (400, "ThrottlingException", "Rate exceeded", 'R'),
            (503, "ServiceUnavailableException", "", 'R'),
            (500, "InternalFailure", "", 'R'),
            (502, "", "", 'R'),
            (429, "", "", 'R'),
            (408, "RequestTimeout", "", 'R'),
            (200, "", "", 'R'),
            (
                400,
                "ResourceNotFoundException",
                "Firehose s under account 1 not found",
                'H',
            ),
            (
                400,
                "InvalidArgumentException",
                "stream is not configured",
                'H',
            ),
            (
                400,
                "ValidationException",
                "Value at 'deliveryStreamName' failed",
                'H',
            ),
            (
                400,
                "ValidationException",
                "Value at 'record.data' failed to satisfy",
                'X',
            ),
            (
                400,
                "InvalidArgumentException",
                "Value at 'records.3.member.data' failed",
                'X',
            ),
            (
                400,
                "AccessDeniedException",
                "User: arn:aws:iam::1:user/x",
                'H',
            ),
            (400, "UnrecognizedClientException", "", 'H'),
            (400, "InvalidSignatureException", "", 'H'),
            (403, "ExpiredTokenException", "", 'H'),
            (413, "", "", 'X'),
            (418, "Unheard", "", 'H'),
            (400, "AWS.SimpleQueueService.NonExistentQueue", "", 'H'),
            (400, "InvalidMessageContents", "", 'X'),
        ] {
            let code = Some(code).filter(|code| !code.is_empty());
            let fate = answer("Amazon", Some(status), code, Some(message));
            assert_eq!(
                letter(&fate),
                expected,
                "{status} {code:?} {message}: {fate:?}"
            );
            assert!(!format!("{fate:?}").contains("arn"), "{fate:?}");
        }
    }

    #[test]
    fn entries() {
        for (code, expected) in [
            ("ServiceUnavailableException", 'R'),
            ("InternalFailure", 'R'),
            ("Unheard", 'R'),
            ("InvalidArgumentException", 'X'),
            ("InvalidMessageContents", 'X'),
            ("AccessDeniedException", 'H'),
            ("KMS.DisabledException", 'H'),
            ("KMS.ThrottlingException", 'R'),
        ] {
            assert_eq!(letter(&entry("Amazon", code)), expected, "{code}");
        }
    }

    #[test]
    fn credentials() {
        let fate = |error: CredentialsError| {
            type Failed = SdkError<aws_sdk_firehose::operation::put_record::PutRecordError>;
            super::error("Amazon", &Failed::construction_failure(error))
        };
        let missing = fate(CredentialsError::not_loaded_no_source());
        assert_eq!(letter(&missing), 'H');
        assert_eq!(
            letter(&fate(CredentialsError::invalid_configuration("x"))),
            'H'
        );
        // The service that gives credentials has an outage.
        assert_eq!(letter(&fate(CredentialsError::provider_error("x"))), 'R');
    }

    #[test]
    fn a_code_that_is_not_a_name_is_not_shown() {
        let fate = entry("Amazon", "ada@example.com");
        assert_eq!(fate, Fate::retry("Amazon answered without a code"));
    }
}
