//! [`Oversize`]: a record that exceeds the limit of the target and cannot be split.

use std::fmt;

/// The size of the records that a target accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) most: usize,
    /// The setting that decides it; `None` if the target does.
    pub(crate) setting: Option<&'static str>,
}

/// The size of a record that exceeds the limit of the target and cannot be split, because it has one
/// event or none. `Display` tells the size, the limit, and the setting that decides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Oversize {
    bytes: usize,
    limit: Limit,
}

impl Limit {
    /// What a record of this size exceeds.
    pub(crate) fn exceeded_by(self, bytes: usize) -> Option<Oversize> {
        (bytes > self.most).then_some(Oversize { bytes, limit: self })
    }
}

impl Oversize {
    /// The size of the record, in bytes.
    #[must_use]
    pub fn bytes(self) -> usize {
        self.bytes
    }
}

impl fmt::Display for Oversize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes, limit } = self;
        match limit.setting {
            // The rest of the setting is for what is around the record, or for its key.
            Some(setting) => {
                let most = limit.most;
                write!(
                    f,
                    "{bytes} bytes, and `{setting}` leaves {most} for a record"
                )
            }
            None => write!(f, "{bytes} bytes, and the target accepts {}", limit.most),
        }
    }
}
