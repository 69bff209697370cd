//! The settings that a module registers, for the form of the composer.

use hydrant::message::{Message, ModuleRegistrationResponse, Setting};
use hydrant::write::JsonWriter;
use hydrant::{ParseOptions, Scratch, parse};

use super::summary::optional;

/// Writes the settings of a registration, which is the text of the response, as a list.
pub(super) fn write(json: &mut JsonWriter<'_>, registration: &[u8]) {
    let mut scratch = Scratch::new();
    let parsed = parse(registration, &mut scratch, &ParseOptions::new());
    json.list(|json| {
        if let Ok(parsed) = parsed
            && let Message::ModuleRegistrationResponse(response) = parsed.message
        {
            for (group, settings) in groups(response) {
                for setting in settings {
                    json.object_element(|json| write_one(json, group, setting));
                }
            }
        }
    });
}

/// The settings, by what they are registered for.
fn groups<'a>(
    response: &ModuleRegistrationResponse<'a>,
) -> impl Iterator<Item = (&'static str, &'a [Setting<'a>])> + use<'a> {
    let events = response.event_processing_registration;
    let audiences = response.audience_processing_registration;
    let erasures = response.dsr_processing_registration;
    [
        ("events", events.map(|it| it.account_settings)),
        (
            "event connection",
            events.map(|it| it.event_connection_settings),
        ),
        ("audiences", audiences.map(|it| it.account_settings)),
        (
            "audience subscription",
            audiences.map(|it| it.audience_subscription_settings),
        ),
        ("erasures", erasures.map(|it| it.account_settings)),
    ]
    .into_iter()
    .filter_map(|(group, settings)| Some((group, settings?)))
}

/// The default of a text is not written: it may be a key.
fn write_one(json: &mut JsonWriter<'_>, group: &str, setting: &Setting<'_>) {
    let (common, required, confidential, has_default, limits) = match setting {
        Setting::Text(it) => (
            &it.common,
            it.required,
            it.confidential,
            it.default_value.is_some(),
            [None, None],
        ),
        Setting::Integer(it) => {
            let limits = [it.min_value, it.max_value].map(|limit| limit.map(|it| it.to_string()));
            (
                &it.common,
                it.required,
                false,
                it.default_value.is_some(),
                limits,
            )
        }
        Setting::Float(it) => {
            let limits = [it.min_value, it.max_value].map(|limit| limit.map(|it| it.to_string()));
            (
                &it.common,
                it.required,
                false,
                it.default_value.is_some(),
                limits,
            )
        }
        Setting::Boolean(it) => (&it.common, false, false, true, [None, None]),
        // Of a type that only a later version knows.
        _ => return json.null_field("id"),
    };
    json.text_field("group", group);
    json.text_field("id", common.id.unwrap_or_default());
    json.text_field("name", common.name.unwrap_or_default());
    optional(
        json,
        "description",
        common.description,
        JsonWriter::text_field,
    );
    json.text_field("type", setting.kind().as_str());
    json.bool_field("required", required);
    json.bool_field("confidential", confidential);
    json.bool_field("visible", common.visible);
    json.bool_field("has_default", has_default);
    let [least, most] = &limits;
    optional(json, "min", least.as_deref(), JsonWriter::text_field);
    optional(json, "max", most.as_deref(), JsonWriter::text_field);
}
