//! [`Edit`]: changes of the text of a message. What is not changed keeps its text, because writing
//! the model again would lose empty values and add defaults.

use crate::json::Json;
use crate::message::{Account, Message, Uuid};
use crate::write::JsonWriter;

/// What is changed.
#[derive(Clone, Copy, Default)]
pub(super) struct Edit<'e> {
    /// The event that stays alone.
    pub(super) event: Option<usize>,
    /// The settings of the account.
    pub(super) settings: &'e [(&'e str, &'e str)],
    /// The new identifier of the message.
    pub(super) id: Option<Uuid>,
}

impl Edit<'_> {
    /// The text on one line with these changes; `None` if it is not the text of this message.
    ///
    /// Members of the message and of the account that the model does not have are left out: no rule
    /// says that they hold no secret.
    pub(super) fn apply(self, text: &str, message: &Message<'_>) -> Option<String> {
        let text = text.trim_start_matches('\u{feff}');
        let whole = Json::new(text).filter(|json| json.raw().starts_with('{'))?;
        let kind = message.kind();
        let mut kinds = Message::INFO.members.iter();
        let model = kinds.find(|member| member.tag == kind.as_str())?.model;
        let names = model.fields().map(|field| field.name);
        let names = names.chain([Message::INFO.tag]);
        let mut out = Vec::new();
        JsonWriter::new(&mut out).object(|json| {
            for (name, value) in members(whole, names) {
                match (name, self.event, self.id) {
                    ("events", Some(event), _) => json.list_field(name, |list| {
                        if let Some(event) = value.at(event) {
                            list.raw_element(event.raw());
                        }
                    }),
                    ("account", ..) if value.raw().starts_with('{') => {
                        json.object_field(name, |json| self.write_account(value, json));
                    }
                    ("id", _, Some(id)) => json.uuid_field(name, id),
                    _ => json.raw_field(name, value.raw()),
                }
            }
        });
        String::from_utf8(out).ok()
    }

    fn write_account(self, account: Json<'_>, json: &mut JsonWriter<'_>) {
        let names = Account::INFO.fields().filter(|field| !field.secret);
        for (name, value) in members(account, names.map(|field| field.name)) {
            json.raw_field(name, value.raw());
        }
        if !self.settings.is_empty() {
            json.object_field("account_settings", |json| {
                for (name, value) in self.settings {
                    json.text_field(name, value);
                }
            });
        }
    }
}

/// The members of an object that have one of these names. Of equal names all stay, so that those
/// count that counted before.
fn members<'a>(
    object: Json<'a>,
    names: impl Iterator<Item = &'static str> + Clone,
) -> impl Iterator<Item = (&'static str, Json<'a>)> {
    object.members().filter_map(move |(name, value)| {
        let known = names.clone().find(|known| *known == name)?;
        Some((known, value))
    })
}
