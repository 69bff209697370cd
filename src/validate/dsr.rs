//! Data subject requests (sections 3.6, 5.10).

use super::report::{Place, Report, known};
use super::rules::SUBJECT_REQUEST_ID;
use super::{common, identity};
use crate::message::{DsrProcessingRequest, Uuid};

pub(super) fn request(found: &mut Report, at: &Place<'_>, request: &DsrProcessingRequest<'_>) {
    common(found, at, &request.common);
    found.required(at, request);
    identity::account(found, at, &request.account);
    let id = request.subject_request_id.filter(|id| !id.is_empty());
    if id.is_some_and(|id| id.parse::<Uuid>().is_err()) {
        found.warn(
            &at.key("subject_request_id"),
            SUBJECT_REQUEST_ID,
            "not a uuid",
        );
    }
    known!(found, at, request; subject_request_type, regulation);
    if let Some(time) = request.submitted_time {
        found.seconds(&at.key("submitted_time"), time.seconds);
    }
    for (identity_type, identity) in &request.subject_identities {
        let at = at.key("subject_identities");
        // An unknown type may be the identity itself.
        let at = &if identity_type.is_known() {
            at.key(identity_type.as_str())
        } else {
            at.hidden_key()
        };
        if !identity_type.is_known() {
            found.unknown_value(at, None);
        }
        found.required(at, identity);
        if identity.encoding.is_some_and(|it| !it.is_known()) {
            found.unknown_encoding(&at.key("encoding"));
        }
        if identity.value.is_some_and(|value| !value.is_empty()) {
            let fewest_zeros = identity_type.fewest_zeros();
            identity::placeholder(found, &at.key(identity::VALUE), identity, fewest_zeros);
        }
    }
}
