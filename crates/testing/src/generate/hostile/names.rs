//! Names of fields that mutations look for. Tests compare them with the declarations of `hydrant`.

/// Fields whose value is an enumeration or a list of enumeration values, except `type`, which has
/// mutations of its own. `source_channel` is plain text with a documented list of values.
pub(super) const ENUM_FIELDS: &[&str] = &[
    "access_token_type",
    "action",
    "application_state",
    "att_authorization_status",
    "custom_event_type",
    "encoding",
    "grant_type",
    "regulation",
    "setting",
    "source_channel",
    "subject_request_type",
    "supported_dsr_types",
    "supported_event_types",
    "supported_runtime_environments",
    "supported_system_notification_types",
];

/// Fields that the protocol declares as required, except `type`, which has a mutation of its own,
/// and the two fields without which a message is a heartbeat.
pub(super) const REQUIRED_FIELDS: &[&str] = &[
    "account",
    "account_id",
    "action",
    "application_state",
    "audience_id",
    "audience_name",
    "authorization_url",
    "consented",
    "description",
    "encoding",
    "events",
    "firehose_version",
    "id",
    "key",
    "latitude",
    "longitude",
    "name",
    "purpose",
    "screen_name",
    "setting",
    "timestamp_ms",
    "token",
    "token_url",
    "user_profiles",
    "value",
    "version",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hydrant::message::Message;
    use hydrant::schema::{FieldInfo, Kind, Presence};

    use super::{ENUM_FIELDS, REQUIRED_FIELDS};

    /// The names of the declared fields that `wanted` accepts, without `type`, and `others`.
    fn declared(
        wanted: impl Fn(&FieldInfo) -> bool,
        others: &[&'static str],
    ) -> BTreeSet<&'static str> {
        let mut names: BTreeSet<&str> = others.iter().copied().collect();
        Kind::Family(&Message::INFO).visit_models(&mut |model| {
            names.extend(
                model
                    .fields()
                    .filter(|field| wanted(field))
                    .map(|field| field.name),
            );
        });
        assert!(names.remove("type"), "identities have a type");
        names
    }

    fn is_enum(kind: &Kind) -> bool {
        match kind {
            Kind::Enum(_) => true,
            Kind::List(element) => is_enum(element),
            _ => false,
        }
    }

    #[test]
    fn enumerations_match_the_declarations() {
        let expected = declared(|field| is_enum(&field.kind), &["source_channel"]);
        assert!(expected.iter().eq(ENUM_FIELDS), "{expected:#?}");
    }

    #[test]
    fn required_fields_match_the_declarations() {
        let is_required = |field: &FieldInfo| field.presence != Presence::Optional;
        let expected = declared(is_required, &["events", "user_profiles"]);
        assert!(expected.iter().eq(REQUIRED_FIELDS), "{expected:#?}");
    }
}
