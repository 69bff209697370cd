//! Compares the declarations of the outgoing batch with the tables of
//! `docs/protocol/outgoing-json.md`: every field of a table is declared with its type, and every
//! declared field has a row.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hydrant::outgoing::{OutgoingBatch, OutgoingEvent};
use hydrant::schema::{Kind, ModelInfo};

use crate::document::{self, Row, Table};
use crate::spelled;

/// The model of each table of fields, by section, in the order of the tables of the section.
const MODELS: &[(&str, &[&str])] = &[
    ("2", &["OutgoingBatch"]),
    // The envelope of an event.
    ("3", &[""]),
    ("4", &["EventDataCommon"]),
    ("5.1", &["CustomEventData"]),
    (
        "5.2",
        &[
            "CommerceEventData",
            "OutgoingProductAction",
            "OutgoingProduct",
        ],
    ),
    ("5.4", &["SessionEndData"]),
    ("5.5", &["ScreenViewData"]),
    ("5.7", &["CrashReportData"]),
    ("5.8", &["OptOutData"]),
    ("5.9", &["PushRegistrationData"]),
    ("5.10", &["ApplicationStateTransitionData"]),
    ("5.11", &["PushMessageData"]),
    ("5.12", &["NetworkPerformanceData"]),
    ("5.13", &["BreadcrumbData"]),
    ("5.14", &["UserAttributeChangeData"]),
    ("5.15", &["UserIdentityChangeData"]),
    ("5.16", &["ProfileData"]),
    ("6.1", &["OutgoingLocation"]),
    ("6.2", &["DeviceCurrentState"]),
    ("7.1", &["DeviceInfo"]),
    ("7.2", &["ApplicationInfo"]),
    ("7.3", &["SourceInfo"]),
    ("8.1", &["OutgoingIdentity"]),
    ("8.3", &["OutgoingConsentState"]),
    ("8.4", &[""]),
    ("8.5", &[""]),
];

/// Models that sentences describe, with their fields.
const IN_SENTENCES: &[(&str, &[&str])] = &[
    ("OutgoingPromotionAction", &["action", "promotions"]),
    ("OutgoingPromotion", &["id", "name", "creative", "position"]),
    (
        "ProductImpression",
        &["product_impression_list", "products"],
    ),
    ("ShoppingCart", &["products"]),
    ("SessionStartData", &[]),
    ("UninstallData", &[]),
    ("FirstRunData", &[]),
    ("Breadcrumb", &["event_type", "data"]),
    ("NotificationInfo", &["type"]),
    (
        "AttributionInfo",
        &["service_provider", "publisher", "campaign"],
    ),
    (
        "ConsentRecord",
        &[
            "consented",
            "document",
            "timestamp_unixtime_ms",
            "location",
            "hardware_id",
            "regulation",
        ],
    ),
    ("BatchContext", &["data_plan", "location"]),
    ("DataPlan", &["plan_id", "plan_version"]),
    ("ConsentNotification", &["type", "data"]),
    ("ConsentChange", &["purpose", "current", "old"]),
];

/// Fields without a row, which other documents add: outgoing-mapping.md, sections 2 and 3.
const NO_ROW: &[(&str, &str)] = &[
    ("OutgoingBatch", "platform_fields"),
    ("OutgoingIdentity", "encoding"),
];

/// Rows of the common table (section 4) that a table of an event repeats.
const REPEATED: &[&str] = &["custom_flags"];

/// Types that the library declares differently: enumerations by name, types with two forms (O7),
/// objects by the names of the library, and numbers of 64 bits without sign.
const TYPES: &[(&str, &str, &str)] = &[
    ("OutgoingBatch", "user_attributes", "map<string,Json>"),
    (
        "OutgoingBatch",
        "user_identities",
        "list of OutgoingIdentity",
    ),
    ("OutgoingBatch", "context", "BatchContext"),
    ("OutgoingBatch", "consent_state", "OutgoingConsentState"),
    (
        "OutgoingBatch",
        "system_notifications",
        "list of ConsentNotification",
    ),
    ("EventDataCommon", "location", "OutgoingLocation"),
    ("EventDataCommon", "lifetime_value_change", "decimal"),
    (
        "EventDataCommon",
        "event_system_notification_info",
        "NotificationInfo",
    ),
    ("EventDataCommon", "message_id", "string"),
    ("EventDataCommon", "message_type", "string"),
    (
        "CommerceEventData",
        "product_action",
        "OutgoingProductAction",
    ),
    (
        "CommerceEventData",
        "promotion_action",
        "OutgoingPromotionAction",
    ),
    (
        "OutgoingProductAction",
        "products",
        "list of OutgoingProduct",
    ),
    ("CrashReportData", "breadcrumbs", "list of Breadcrumb"),
    ("CrashReportData", "ios_image_base_address", "decimal"),
    ("CrashReportData", "ios_image_size", "decimal"),
    ("PushMessageData", "push_message_behavior", "int32"),
    ("PushMessageData", "action_identifier", "string"),
    ("NetworkPerformanceData", "response_code", "string"),
    ("UserAttributeChangeData", "new", "Json"),
    ("UserAttributeChangeData", "old", "Json"),
    ("UserIdentityChangeData", "new", "OutgoingIdentity"),
    ("UserIdentityChangeData", "old", "OutgoingIdentity"),
    ("DeviceCurrentState", "device_orientation", "string"),
    ("DeviceCurrentState", "gps_state", "bool"),
    ("DeviceInfo", "microsoft_advertising_id", "string"),
    ("DeviceInfo", "microsoft_publisher_id", "string"),
    ("OutgoingBatch", "ip", "string"),
    ("OutgoingBatch", "events", "list of OutgoingEvent"),
    ("OutgoingBatch", "api_key", "string"),
    ("OutgoingBatch", "api_keys", "list of string"),
    ("OutgoingBatch", "partner_identity", "string"),
];

fn text() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/protocol/outgoing-json.md");
    std::fs::read_to_string(path).unwrap()
}

/// Every model that can occur in an outgoing batch, by name.
fn declared() -> BTreeMap<&'static str, &'static ModelInfo> {
    let mut models = BTreeMap::new();
    Kind::Model(&OutgoingBatch::INFO).visit_models(&mut |model| {
        models.insert(model.name, model);
        models.extend(model.shared.map(|shared| (shared.name, shared)));
    });
    // A model of Firehose messages, which the other test compares.
    models.remove("PlatformFields");
    models
}

fn is_fields(table: &Table) -> bool {
    let columns = table.columns();
    columns[0] == "Field" && columns.iter().any(|title| title == "Type")
}

/// The names of a row: some have several.
fn names<'t>(table: &'t Table, row: &'t Row) -> Vec<&'t str> {
    let cell = table.cell(row, "Field");
    cell.split(", ")
        .filter(|name| !name.contains('.'))
        .collect()
}

/// The type of a row in the notation of the other tables; `None` for an enumeration.
fn kind(cell: &str) -> Option<String> {
    let kind = cell.trim_end_matches(" nullable").replace("  ", " ");
    let kind = kind.split(" (").next().unwrap().replace(", ", ",");
    (!kind.starts_with("enum")).then_some(kind)
}

#[test]
fn outgoing_declarations_agree_with_the_specification() {
    let text = text();
    let tables = document::tables(&text);
    let mut models = declared();
    let mut found = Vec::new();
    let mut compared = 0;
    for (section, names_of_models) in MODELS {
        let fit = |table: &&Table| table.section == *section && is_fields(table);
        let of_section: Vec<&Table> = tables.iter().filter(fit).collect();
        assert_eq!(of_section.len(), names_of_models.len(), "section {section}");
        for (table, name) in of_section.into_iter().zip(*names_of_models) {
            let Some(model) = models.remove(name) else {
                assert_eq!(*name, "", "{name} is not declared");
                continue;
            };
            let mut rows = BTreeSet::new();
            for row in &table.rows {
                for field_name in names(table, row) {
                    rows.insert(field_name.to_owned());
                    let field = model.own.iter().find(|field| field.name == field_name);
                    let Some(field) = field else {
                        if !REPEATED.contains(&field_name) {
                            found.push(format!("{name}.{field_name} is not declared"));
                        }
                        continue;
                    };
                    compared += 1;
                    let own = spelled(&field.kind);
                    let mut all = TYPES.iter();
                    let other = all.find(|(model, field, _)| (model, field) == (name, &field_name));
                    let expected = match other {
                        Some((.., kind)) => Some((*kind).to_owned()),
                        None => kind(table.cell(row, "Type")),
                    };
                    // An enumeration of any name.
                    let expected =
                        expected.or_else(|| own.starts_with("enum ").then(|| own.clone()));
                    let expected = expected.as_deref().unwrap_or("an enumeration");
                    // Objects are called differently here, with a prefix.
                    let fits = [
                        expected.to_owned(),
                        format!("Outgoing{expected}"),
                        expected.replace("list of ", "list of Outgoing"),
                    ]
                    .contains(&own);
                    if !fits {
                        found.push(format!(
                            "{name}.{field_name} is {own}, the document {expected}"
                        ));
                    }
                }
            }
            for field in model.own {
                let is_known = rows.contains(field.name) || NO_ROW.contains(&(*name, field.name));
                if !is_known {
                    found.push(format!("{name}.{} has no row", field.name));
                }
            }
        }
    }
    for (name, fields) in IN_SENTENCES {
        let model = models
            .remove(name)
            .unwrap_or_else(|| panic!("{name} is not declared"));
        let own: Vec<&str> = model.own.iter().map(|field| field.name).collect();
        assert_eq!(own, *fields, "{name}");
        for field in own {
            assert!(text.contains(field), "{name}.{field}");
        }
    }
    assert!(found.is_empty(), "{found:#?}");
    assert!(models.is_empty(), "without a table: {:?}", models.keys());
    assert!(compared > 160, "{compared}");
}

/// The types of events, and the values of every enumeration, are those of the document.
#[test]
fn outgoing_enumerations_agree_with_the_specification() {
    let text = text();
    let tables = document::tables(&text);
    let types = tables
        .iter()
        .find(|table| table.columns()[0] == "EventType")
        .unwrap();
    let mut names: Vec<&str> = types
        .rows
        .iter()
        .flat_map(|row| types.cell(row, "EventType").split(", "))
        .collect();
    names.retain(|name| !["pre_attribution", "push_reaction"].contains(name));
    let members: Vec<&str> = OutgoingEvent::INFO
        .members
        .iter()
        .map(|member| member.tag)
        .collect();
    let (members, names) = (BTreeSet::from_iter(members), BTreeSet::from_iter(names));
    assert_eq!(members, names);
    let mut enumerations = 0;
    for model in declared().values() {
        for field in model.own {
            let Kind::Enum(info) = field.kind else {
                continue;
            };
            if matches!(info.name, "OutgoingEventType" | "IdentityEncoding") {
                continue;
            }
            enumerations += 1;
            // `ccpa_change` is ours (outgoing-mapping.md, section 7).
            for value in info.values.iter().filter(|value| **value != "ccpa_change") {
                assert!(
                    text.contains(&format!("`{value}`")),
                    "{} {value}",
                    info.name
                );
            }
        }
    }
    assert!(enumerations > 14, "{enumerations}");
}

/// The comparison notices a row that is missing.
#[test]
fn every_row_of_outgoing_json_is_compared() {
    let text = text();
    let declared = declared();
    let tables = document::tables(&text);
    for (section, names_of_models) in MODELS {
        let fit = |table: &&Table| table.section == *section && is_fields(table);
        for (table, name) in tables.iter().filter(fit).zip(*names_of_models) {
            let Some(model) = declared.get(name) else {
                continue;
            };
            let rows: usize = table.rows.iter().map(|row| names(table, row).len()).sum();
            let without_row = NO_ROW.iter().filter(|(model, _)| model == name).count();
            let repeated = table.rows.iter().filter(|row| {
                model.shared.is_some() && REPEATED.contains(&table.cell(row, "Field"))
            });
            assert_eq!(
                model.own.len() - without_row,
                rows - repeated.count(),
                "{name}"
            );
        }
    }
}
