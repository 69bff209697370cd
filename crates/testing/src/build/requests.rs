//! [`RegistrationRequest`] and [`DataSubjectRequest`].

use serde_json::json;

use super::{Fields, message, with_account};

message! {
    /// The question for the registration of the module (protocol, section 3.2).
    RegistrationRequest
}

impl RegistrationRequest {
    /// A request with the common fields; there are no others.
    pub fn new() -> Self {
        Self(Fields::message("module_registration_request"))
    }
}

message! {
    /// A request to erase the data of one person (protocol, section 3.6).
    ///
    /// ```
    /// use hydrant_testing::build::DataSubjectRequest;
    ///
    /// let request = DataSubjectRequest::new().identity("email", "ada@example.com");
    /// assert!(request.to_json().contains(r#""subject_identities":{"email":{"#));
    /// ```
    DataSubjectRequest
}
with_account!(DataSubjectRequest);

impl DataSubjectRequest {
    /// A request of account 1 under the GDPR, without identities.
    pub fn new() -> Self {
        Self(Fields::message_of_account("dsr_processing_request"))
            .set("subject_request_id", "5f2d1a3e-0d6c-4f1b-9a57-3f2b8c9d1e10")
            .set("subject_request_type", "erasure")
            .set("submitted_time", "2024-05-01T12:00:00Z")
            .set("api_version", "3.0")
            .set("regulation", "gdpr")
    }

    /// Adds an identity, for example `email` or `controller_customer_id`.
    pub fn identity(self, identity_type: &str, value: &str) -> Self {
        let identity = json!({"encoding": "raw", "value": value});
        self.entry("subject_identities", identity_type, identity)
    }
}
