//! Stub.
use crate::message::*;
pub use crate::settings_stub::*;
/// x
#[derive(Clone, Debug)]
pub struct Registration {
    name: String,
    version: String,
    events: Vec<EventType<'static>>,
}
impl Registration {
    /// x
    pub fn new(name: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            events: vec![],
        }
    }
    /// x
    pub fn events(mut self, events: impl IntoIterator<Item = EventType<'static>>) -> Self {
        self.events.extend(events);
        self
    }
    pub(crate) fn interests(&self) -> Interests {
        if self.events.is_empty() {
            Interests::all()
        } else {
            self.events
                .iter()
                .fold(Interests::none(), |i, e| i.with(*e))
        }
    }
    pub(crate) fn with_response<R>(
        &self,
        common: MessageCommon<'_>,
        use_it: impl FnOnce(&ModuleRegistrationResponse<'_>) -> R,
    ) -> R {
        use_it(&ModuleRegistrationResponse {
            common,
            name: Some(&self.name),
            version: Some(&self.version),
            ..ModuleRegistrationResponse::EMPTY
        })
    }
}
