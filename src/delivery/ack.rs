//! [`Resolved`]: what became of a record in the end, and [`worst`], which decides whether its
//! message is acknowledged.

use super::Fate;

/// What became of a record in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Resolved {
    /// The fate, after which there is no further attempt. [`Fate::Retry`] means that attempts or
    /// time ran out.
    pub fate: Fate,
    /// The number of attempts.
    pub attempts: u32,
}

impl Resolved {
    /// A fate after this number of attempts.
    #[must_use]
    pub fn new(fate: Fate, attempts: u32) -> Self {
        Self { fate, attempts }
    }
}

/// The worst of some fates: delivered, rejected, to be retried, halted, in this order. Of several to
/// be retried the one with the longest time counts, of equal ones the first. It decides the message:
/// only if no record is to be retried or halted, the message is acknowledged.
///
/// ```
/// use hydrant::delivery::{Fate, worst};
///
/// let fates = [Fate::Delivered, Fate::retry("no answer"), Fate::rejected("too large")];
/// assert_eq!(worst(&fates), Fate::retry("no answer"));
/// assert_eq!(worst([]), Fate::Delivered);
/// ```
#[must_use]
pub fn worst<'f>(fates: impl IntoIterator<Item = &'f Fate>) -> Fate {
    let mut worst = &Fate::Delivered;
    for fate in fates {
        if severity(fate) > severity(worst) {
            worst = fate;
        }
    }
    worst.clone()
}

/// How bad a fate is, and the time that it asks for.
fn severity(fate: &Fate) -> (u8, std::time::Duration) {
    match fate {
        Fate::Delivered => (0, Default::default()),
        Fate::Rejected { .. } => (1, Default::default()),
        Fate::Retry { after, .. } => (2, after.unwrap_or_default()),
        Fate::Halted { .. } => (3, Default::default()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn fates_are_ordered() {
        let short = Fate::retry_after(Duration::from_secs(1), "short");
        let long = Fate::retry_after(Duration::from_secs(2), "long");
        let ordered = [
            Fate::Delivered,
            Fate::rejected("a"),
            Fate::retry("b"),
            short,
            long,
            Fate::halted("c"),
        ];
        for (position, fate) in ordered.iter().enumerate() {
            for better in ordered.iter().take(position) {
                assert_eq!(worst([better, fate]), *fate);
                assert_eq!(worst([fate, better]), *fate);
            }
        }
        assert_eq!(
            worst(&[Fate::retry("x"), Fate::retry("y")]),
            Fate::retry("x")
        );
    }
}
