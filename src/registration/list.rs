//! A list of setting descriptions, with a record of which settings are read.

use super::values::{Read, SettingValues};
use super::{SettingDescription, Settings};

/// One of the lists of a registration.
#[derive(Clone, Debug, Default)]
pub(super) struct SettingList {
    pub(super) settings: Vec<SettingDescription>,
    /// One entry for each type that reads settings of this list.
    pub(super) readers: Vec<Reader>,
}

/// The settings that a type describes and those that it reads.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    /// Identifiers of the settings that it describes.
    pub(super) described: Vec<String>,
    pub(super) reads: Vec<Read>,
}

impl SettingList {
    pub(super) fn add(&mut self, setting: impl Into<SettingDescription>) {
        self.settings.push(setting.into());
    }

    pub(super) fn get(&self, id: &str) -> Option<&SettingDescription> {
        self.settings
            .iter()
            .find(|setting| setting.id() == Some(id))
    }

    pub(super) fn add_all<'a, T: Settings<'a>>(&mut self) {
        let settings = T::describe();
        let mut values = SettingValues::recording();
        // Only the record of which values are read is needed.
        let _ = T::read(&mut values);
        let ids = settings.iter().filter_map(SettingDescription::id);
        self.readers.push(Reader {
            described: ids.map(str::to_owned).collect(),
            reads: values.into_record().reads,
        });
        self.settings.extend(settings);
    }
}

/// Defines the two methods that add to a list.
macro_rules! setting_methods {
    ($(#[$one_meta:meta])* $one:ident, $(#[$all_meta:meta])* $all:ident, $list:ident) => {
        $(#[$one_meta])*
        pub fn $one(
            mut self,
            setting: impl Into<$crate::registration::SettingDescription>,
        ) -> Self {
            self.$list.add(setting);
            self
        }

        $(#[$all_meta])*
        pub fn $all<'a, T: $crate::registration::Settings<'a>>(mut self) -> Self {
            self.$list.add_all::<T>();
            self
        }
    };
}
pub(super) use setting_methods;
