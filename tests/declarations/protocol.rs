//! Models, fields and enumerations in the tables of the specification.

use std::collections::{BTreeMap, BTreeSet};

use hydrant::schema::{Presence, Written};

use crate::document::{self, Table};

/// The models that the tables of each section describe, in order. The identities of section 5.2 and
/// the environments of section 6.2 are not listed, because their tables have other forms.
const MODELS: &[(&str, &[&str])] = &[
    ("3.1", &["MessageCommon"]),
    ("3.2", &["ModuleRegistrationResponse"]),
    (
        "3.3",
        &["EventProcessingRequest", "EventProcessingResponse"],
    ),
    (
        "3.4",
        &[
            "AudienceSubscriptionRequest",
            "AudienceSubscriptionResponse",
        ],
    ),
    (
        "3.5",
        &[
            "AudienceMembershipChangeRequest",
            "AudienceMembershipChangeResponse",
        ],
    ),
    ("3.6", &["DsrProcessingRequest"]),
    ("4", &["EventCommon"]),
    ("4.2", &["SessionEndEvent"]),
    ("4.3", &["CustomEvent"]),
    ("4.4", &["ScreenViewEvent"]),
    ("4.5", &["ErrorEvent"]),
    ("4.6", &["PrivacySettingChangeEvent"]),
    ("4.7", &["UserAttributeChangeEvent"]),
    ("4.8", &["UserIdentityChangeEvent"]),
    ("4.9", &["PushSubscriptionEvent"]),
    ("4.10", &["ApplicationStateTransitionEvent"]),
    ("4.11", &["PushMessageReceiptEvent"]),
    ("4.12", &["ProductActionEvent"]),
    ("4.13", &["PromotionActionEvent"]),
    ("4.14", &["ImpressionEvent"]),
    ("4.15", &["AttributionEvent"]),
    ("4.16", &["PushMessageOpenEvent"]),
    ("5.1", &["Account"]),
    ("5.3", &["Product"]),
    ("5.4", &["Promotion"]),
    ("5.5", &["Impression"]),
    ("5.6", &["GeoLocation"]),
    // One struct for GDPR and CCPA records, which have the same fields.
    ("5.7", &["Consent", "Consent"]),
    ("5.8", &["ConsentState"]),
    (
        "5.9",
        &[
            "GdprConsentStateNotification",
            "CcpaConsentStateNotification",
        ],
    ),
    ("5.10", &["OpenDsrIdentity"]),
    ("5.11", &["PlatformFields"]),
    ("5.12", &["UserProfile"]),
    ("5.13", &["Audience"]),
    ("5.14", &["UserAttributeAudienceEvent"]),
    ("6.1", &["RuntimeCommon"]),
    (
        "7.1",
        &[
            "SettingCommon",
            "TextSetting",
            "IntegerSetting",
            "FloatSetting",
            "BooleanSetting",
        ],
    ),
    ("7.2", &["Permissions"]),
    ("7.3", PERMISSIONS),
    ("7.4", &["EventProcessingRegistration"]),
    ("7.5", &["AudienceProcessingRegistration"]),
    ("7.6", &["DsrProcessingRegistration"]),
    ("7.7", &["Oauth2Authentication", "ScopeDetail"]),
    ("7.8", &["BulkConfiguration"]),
];

const PERMISSIONS: &[&str] = &[
    "DeviceIdentityPermission",
    "UserIdentityPermission",
    "PartnerIdentityPermission",
];

/// Types of the document that have another name in the library.
const RENAMED: &[(&str, &str)] = &[
    ("GDPRConsent", "Consent"),
    ("CCPAConsent", "Consent"),
    ("AuthenticationConfiguration", "Authentication"),
    ("Location", "GeoLocation"),
];

/// Fields that the reference always writes, because it generates absent values. The library keeps
/// them absent (section 2.4).
const NOT_INVENTED: &[(&str, &str)] = &[
    ("MessageCommon", "id"),
    ("MessageCommon", "timestamp_ms"),
    ("EventCommon", "id"),
    ("EventCommon", "timestamp_ms"),
];

pub(crate) type Version = [u32; 3];

/// A field, as the document and the declarations describe it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// The type in the notation of the document.
    pub(crate) kind: String,
    pub(crate) presence: Presence,
    pub(crate) written: Written,
    pub(crate) since: Version,
}

/// The content of the document.
#[derive(Debug, Default)]
pub(crate) struct Protocol {
    /// The fields of each model, by its name in the library.
    pub(crate) models: BTreeMap<String, Vec<Field>>,
    /// The fields of each environment besides the common ones, by the text of `type`.
    pub(crate) environments: BTreeMap<String, BTreeSet<String>>,
    /// The values of each enumeration.
    pub(crate) enumerations: BTreeMap<String, Vec<String>>,
    /// The model of each `type` of an event, if it has fields of its own.
    pub(crate) events: BTreeMap<String, Option<String>>,
    /// The texts of `type` that the tables of section 3 list.
    pub(crate) messages: Vec<String>,
    /// The captions of the tables of each model.
    pub(crate) captions: BTreeMap<String, String>,
    /// Contradictions and text that cannot be parsed.
    pub(crate) faults: Vec<String>,
}

impl Protocol {
    pub(crate) fn of(text: &str) -> Self {
        let tables = document::tables(text);
        let mut protocol = Self::default();
        let fields = |section: &str| {
            let is_field_table = |table: &&Table| table.section == section && has_fields(table);
            tables.iter().filter(is_field_table).collect::<Vec<_>>()
        };
        for (section, models) in MODELS {
            let found = fields(section);
            if found.len() != models.len() {
                protocol.fault(format!("section {section} has {} tables", found.len()));
            }
            for (table, model) in found.into_iter().zip(*models) {
                let fields = protocol.fields(table, model, &[0; 3]);
                protocol
                    .captions
                    .insert((*model).to_owned(), table.caption.clone());
                protocol.merge(model, fields);
            }
        }
        for table in tables.iter().filter(|table| has_fields(table)) {
            let is_known = MODELS.iter().any(|(section, _)| *section == table.section)
                || ["5.2", "6.2"].contains(&&*table.section);
            if !is_known {
                protocol.fault(format!("section {} is not known", table.section));
            }
        }
        let of = |section: &'static str, column: &'static str| {
            let fits = move |table: &&Table| {
                table.section == section && table.columns().iter().any(|title| title == column)
            };
            tables.iter().filter(fits)
        };
        for (common, models) in fields("5.2").into_iter().zip(of("5.2", "Enforced")) {
            protocol.identities(common, models);
        }
        for (matrix, types) in fields("6.2").into_iter().zip(of("6", "type")) {
            protocol.environments(matrix, types);
        }
        protocol.enforce(text);
        for table in of("8", "Wire values") {
            protocol.enumerations(table);
        }
        for table in of("3", "type") {
            let tags = table
                .rows
                .iter()
                .map(|row| table.cell(row, "type").to_owned());
            protocol.messages.extend(tags);
        }
        for table in of("4", "type") {
            for row in &table.rows {
                let section = table.cell(row, "Own fields");
                let model = MODELS.iter().find(|(known, _)| *known == section);
                let model = model.map(|(_, models)| models[0].to_owned());
                protocol
                    .events
                    .insert(table.cell(row, "type").to_owned(), model);
            }
        }
        protocol
    }

    fn fault(&mut self, fault: String) {
        self.faults.push(format!("the document: {fault}"));
    }

    /// The fields of an ordinary table. None of them is older than the model.
    fn fields(&mut self, table: &Table, model: &str, oldest: &Version) -> Vec<Field> {
        let mut fields = Vec::new();
        for row in &table.rows {
            let name = table.cell(row, "Field");
            let presence = match table.cell(row, "Required") {
                "yes" => Presence::Required,
                "no" => Presence::Optional,
                other => {
                    self.fault(format!("{model}.{name} is required: {other}"));
                    continue;
                }
            };
            let mut written = match table.cell(row, "Written") {
                "always" => Written::Always,
                "when set" | "when not empty" => Written::Set,
                "only when true" => Written::IfTrue,
                other => {
                    self.fault(format!("{model}.{name} is written: {other}"));
                    continue;
                }
            };
            if NOT_INVENTED.contains(&(model, name)) {
                if written != Written::Always {
                    self.fault(format!("{model}.{name} is no longer invented"));
                }
                written = Written::Set;
            }
            fields.push(Field {
                name: name.to_owned(),
                kind: kind(table.cell(row, "Type")),
                presence,
                written,
                since: version(table.cell(row, "Since")).max(*oldest),
            });
        }
        fields
    }

    /// Adds a model. If a field has two versions, the smaller one applies.
    fn merge(&mut self, model: &str, fields: Vec<Field>) {
        let Some(known) = self.models.get_mut(model) else {
            self.models.insert(model.to_owned(), fields);
            return;
        };
        for (known, field) in known.iter_mut().zip(&fields) {
            known.since = known.since.min(field.since);
        }
        let bare = |fields: &[Field]| {
            let since = |field: &Field| Field {
                since: [0; 3],
                ..field.clone()
            };
            fields.iter().map(since).collect::<Vec<_>>()
        };
        if bare(known) != bare(&fields) {
            self.fault(format!("the tables of {model} differ"));
        }
    }

    /// Section 5.2: one table of the fields that all identities have, and one of the differences.
    fn identities(&mut self, common: &Table, models: &Table) {
        let mut enforced = Vec::new();
        for row in &models.rows {
            let model = models.cell(row, "Model");
            let since = version(models.cell(row, "Since"));
            let (type_kind, rule) = models
                .cell(row, "`type` field".replace('`', "").as_str())
                .split_once(", required: ")
                .unwrap_or_default();
            let mut fields = vec![Field {
                name: "type".to_owned(),
                kind: kind(type_kind),
                presence: if rule.starts_with("yes") {
                    Presence::Required
                } else {
                    Presence::Optional
                },
                written: Written::Set,
                since,
            }];
            fields.extend(self.fields(common, model, &since));
            match models.cell(row, "Enforced") {
                "same" => {}
                names => enforced = names.split(", ").map(str::to_owned).collect(),
            }
            self.merge(model, fields);
            self.enforced(model, &enforced);
        }
    }

    /// Section 2.3: the fields of identity permissions whose presence is enforced.
    fn enforce(&mut self, text: &str) {
        let rule = document::section(text, "2.3");
        let of = |what: &str| {
            let rest = rule.split_once(what).unwrap_or_default().1;
            let names = document::names(rest.split(')').next().unwrap());
            names
                .into_iter()
                .map(str::to_owned)
                .collect::<BTreeSet<_>>()
        };
        let names: Vec<String> = of("identity permissions (").into_iter().collect();
        for model in PERMISSIONS {
            self.enforced(model, &names);
        }
        let is_enforced = |field: &&Field| field.presence == Presence::Enforced;
        let identities = of("partner identity (");
        for model in ["UserIdentity", "DeviceIdentity", "PartnerIdentity"] {
            let fields = self
                .models
                .get(model)
                .into_iter()
                .flatten()
                .filter(is_enforced);
            let stated: BTreeSet<String> = fields.map(|field| field.name.clone()).collect();
            if stated != identities {
                self.fault(format!("sections 2.3 and 5.2 differ about {model}"));
            }
        }
    }

    /// Marks required fields as enforced. They are always present and therefore always written.
    fn enforced(&mut self, model: &str, names: &[String]) {
        for field in self.models.get_mut(model).into_iter().flatten() {
            if !names.contains(&field.name) {
                continue;
            }
            if (field.presence, field.written) != (Presence::Required, Written::Set) {
                let fault = format!("the document: {model}.{} cannot be enforced", field.name);
                self.faults.push(fault);
            }
            (field.presence, field.written) = (Presence::Enforced, Written::Always);
        }
    }

    /// Section 6: the model of each `type`, and the matrix of models and fields. The library has
    /// one struct for all.
    fn environments(&mut self, matrix: &Table, types: &Table) {
        let mut oldest = BTreeMap::new();
        for row in &types.rows {
            let model = types.cell(row, "Model");
            let since = types.cell(row, "Since");
            let since = since
                .split_once("model since ")
                .map_or(since, |(_, since)| since);
            oldest.insert(model, version(since));
            let mut fields = BTreeSet::new();
            for row in &matrix.rows {
                match matrix.cell(row, model) {
                    "" => {}
                    _ => _ = fields.insert(matrix.cell(row, "Field").to_owned()),
                }
            }
            self.environments
                .insert(types.cell(row, "type").to_owned(), fields);
        }
        let mut fields = self.fields(matrix, "Runtime", &[0; 3]);
        for (field, row) in fields.iter_mut().zip(&matrix.rows) {
            let since = oldest
                .iter()
                .filter_map(|(model, oldest)| match matrix.cell(row, model) {
                    "" => None,
                    "x" => Some(*oldest),
                    later => Some(version(later)),
                });
            field.since = since.min().unwrap_or_default();
        }
        self.merge("Runtime", fields);
    }

    /// Section 8.
    fn enumerations(&mut self, table: &Table) {
        for row in &table.rows {
            let values = table.cell(row, "Wire values").split(", ");
            // A version may follow the value.
            let values = values.map(|value| value.split(' ').next().unwrap().to_owned());
            let name = table.cell(row, "Enumeration").to_owned();
            self.enumerations.insert(name, values.collect());
        }
    }
}

/// Whether the rows of a table are fields.
pub(crate) fn has_fields(table: &Table) -> bool {
    table
        .columns()
        .first()
        .is_some_and(|title| title == "Field")
        && table.columns().iter().any(|title| title == "Required")
}

/// A type of the document with the names of the library. Whether a value is optional follows from
/// the writing rule.
fn kind(text: &str) -> String {
    let mut kind = text.trim_end_matches('?').replace(", ", ",");
    for (from, to) in RENAMED {
        kind = kind.replace(from, to);
    }
    kind
}

/// The version at the start of a text; zeros if there is none.
pub(crate) fn version(text: &str) -> Version {
    let end = text.find(|char: char| !char.is_ascii_digit() && char != '.');
    let parts: Vec<_> = text[..end.unwrap_or(text.len())]
        .split('.')
        .map(str::parse)
        .collect();
    match parts[..] {
        [Ok(major), Ok(minor), Ok(patch)] => [major, minor, patch],
        _ => [0; 3],
    }
}
