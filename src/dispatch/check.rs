//! [`Engine::check`]: checks of a module that need no message.

use super::Engine;
use crate::message::{EventType, Interests};
use crate::registration::Registration;
use crate::validate::{Finding, Level};

const REGISTERED: &str = "interest-registered";
const SKIPPED: &str = "interest-skipped";
const UNWINDING: &str = "panic-unwinds";

/// The rules about a module and its build that [`Engine::check`] applies in addition to those of
/// the registration: the identifier and the requirement of each.
pub const MODULE_RULES: &[(&str, &str)] = &[
    (
        REGISTERED,
        "Interests are among the registered event types.",
    ),
    (SKIPPED, "Registered event types are among the interests."),
    (UNWINDING, "The program is built with `panic = \"unwind\"`."),
];

impl<P> Engine<P> {
    /// Checks the module. Call it in a test of the module and when a host starts. It checks that
    ///
    /// - the registration follows the rules of the protocol (section 12), for example that event
    ///   types have their permissions,
    /// - settings are read as they are described
    ///   ([`SETTING_RULES`](crate::registration::SETTING_RULES)),
    /// - the interests match the registered event types, and the build can unwind
    ///   ([`MODULE_RULES`]).
    ///
    /// ```
    /// use hydrant::message::EventType;
    /// use hydrant::validate::Level;
    /// use hydrant::{Engine, Processor, Registration};
    ///
    /// struct Module;
    ///
    /// impl Processor for Module {
    ///     type Batch = ();
    ///     fn registration(&self) -> Registration {
    ///         Registration::new("Acme", "1.0").events([EventType::UserAttributeChange])
    ///     }
    /// }
    ///
    /// let findings = Engine::new(Module).check();
    /// let errors: Vec<_> = findings.iter().filter(|found| found.level == Level::Error).collect();
    /// assert_eq!(errors.len(), 1);
    /// assert!(errors[0].message.contains("allow_user_attributes"));
    /// ```
    #[must_use]
    pub fn check(&self) -> Vec<Finding> {
        let mut found = self.shared.registration.lint();
        interests(&self.shared.registration, self.shared.narrowed, &mut found);
        unwinding(cfg!(panic = "abort"), &mut found);
        found
    }
}

/// Compares the interests of the processor with the registered event types. The default, all event
/// types, is always correct.
fn interests(registration: &Registration, wanted: Interests, found: &mut Vec<Finding>) {
    if wanted == Interests::all() {
        return;
    }
    let registered = registration.interests();
    for event_type in EventType::ALL {
        let (rule, message) = match (
            registered.contains(*event_type),
            wanted.contains(*event_type),
        ) {
            (false, true) => (
                REGISTERED,
                format!("`{event_type}` is among the interests but not registered: none will come"),
            ),
            (true, false) => (
                SKIPPED,
                format!(
                    "`{event_type}` is registered but not among the interests: each is skipped"
                ),
            ),
            _ => continue,
        };
        found.push(Finding::new(Level::Warning, rule, String::new(), message));
    }
}

fn unwinding(aborts: bool, found: &mut Vec<Finding>) {
    if aborts {
        let message = "with `panic = \"abort\"` a panic in a handler ends the process, whatever it was handling: \
             build with `panic = \"unwind\"`";
        let finding = Finding::new(Level::Warning, UNWINDING, String::new(), message);
        found.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_that_cannot_unwind_is_a_finding() {
        let mut found = Vec::new();
        unwinding(false, &mut found);
        assert!(found.is_empty());
        unwinding(true, &mut found);
        assert_eq!((found.len(), found[0].rule), (1, UNWINDING));
    }

    #[test]
    fn interests_are_compared_with_the_registration() {
        let registration =
            Registration::new("a", "1").events([EventType::CustomEvent, EventType::Error]);
        let rules = |wanted: Interests| {
            let mut found = Vec::new();
            interests(&registration, wanted, &mut found);
            found
                .into_iter()
                .map(|finding| finding.rule)
                .collect::<Vec<_>>()
        };
        assert!(rules(Interests::all()).is_empty());
        let same = Interests::none()
            .with(EventType::CustomEvent)
            .with(EventType::Error);
        assert!(rules(same).is_empty());
        assert_eq!(rules(same.without(EventType::Error)), [SKIPPED]);
        assert_eq!(rules(same.with(EventType::Impression)), [REGISTERED]);
    }
}
