//! [`Tokens`]: who may send messages.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::error::StartError;

/// The tokens of the sender, each as its digest: the comparison takes the same time for tokens of any
/// length, wherever they differ, and memory does not hold the tokens.
pub(crate) struct Tokens {
    /// Those that are configured, which stay.
    fixed: Vec<[u8; 32]>,
    file: Option<PathBuf>,
    state: RwLock<State>,
    grace: Duration,
}

struct State {
    /// Those of the file.
    read: Vec<[u8; 32]>,
    /// Since when these count.
    since: Instant,
}

/// What a token is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    /// No tokens are configured.
    Open,
    Valid,
    Wrong,
}

impl Tokens {
    /// # Errors
    ///
    /// An empty token, and a file that cannot be read or has no token: the host would be open to
    /// everybody.
    pub(crate) fn new(
        fixed: &[String],
        file: Option<PathBuf>,
        grace: Duration,
    ) -> Result<Self, StartError> {
        if fixed.iter().any(|token| token.trim().is_empty()) {
            return Err(StartError::new("a token is empty"));
        }
        let read = file.as_deref().map(read).transpose()?;
        Ok(Self {
            fixed: fixed.iter().map(|token| digest(token.trim())).collect(),
            file,
            state: RwLock::new(State {
                read: read.unwrap_or_default(),
                since: Instant::now(),
            }),
            grace,
        })
    }

    pub(crate) fn are_configured(&self) -> bool {
        !self.fixed.is_empty() || self.file.is_some()
    }

    /// Compares a token with all that are configured, in a time that does not depend on it.
    pub(crate) fn check(&self, token: Option<&str>) -> Check {
        if !self.are_configured() {
            return Check::Open;
        }
        let Some(token) = token else {
            return Check::Wrong;
        };
        let digest = digest(token);
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let all = self.fixed.iter().chain(&state.read);
        let equal = all.fold(subtle::Choice::from(0), |equal, known| {
            equal | digest.ct_eq(known)
        });
        if bool::from(equal) {
            Check::Valid
        } else {
            Check::Wrong
        }
    }

    /// Whether a wrong token may be that of a change in progress.
    pub(crate) fn in_grace(&self) -> bool {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        state.since.elapsed() < self.grace
    }

    /// Reads the file again, and returns whether its tokens have changed.
    ///
    /// # Errors
    ///
    /// A file that cannot be read or has no token: those that were read before stay.
    pub(crate) fn reload(&self) -> Result<bool, StartError> {
        let Some(file) = &self.file else {
            return Ok(false);
        };
        let read = read(file)?;
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if state.read == read {
            return Ok(false);
        }
        *state = State {
            read,
            since: Instant::now(),
        };
        Ok(true)
    }
}

/// The tokens of a file: one per line; empty lines and those that begin with `#` are left out.
fn read(path: &Path) -> Result<Vec<[u8; 32]>, StartError> {
    let name = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| StartError::new(format!("cannot read the tokens in {name}: {error}")))?;
    let lines = text.lines().map(str::trim);
    let tokens = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let tokens: Vec<_> = tokens.map(digest).collect();
    if tokens.is_empty() {
        let what = "has no token; write one per line";
        return Err(StartError::new(format!("{name} {what}")));
    }
    Ok(tokens)
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The comparison takes the same time for tokens that are wrong at the beginning, at the end, and
    /// everywhere: the medians of many rounds in turns, so that the noise of the machine is in all.
    #[test]
    fn the_time_of_a_comparison_does_not_show_the_token() {
        let tokens = Tokens::new(&["s".repeat(64)], None, Duration::ZERO).unwrap();
        let wrong = [
            format!("x{}", "s".repeat(63)),
            format!("{}x", "s".repeat(63)),
            "y".repeat(64),
        ];
        let mut times: [Vec<Duration>; 3] = Default::default();
        for _ in 0..301 {
            for (token, times) in wrong.iter().zip(&mut times) {
                let began = Instant::now();
                for _ in 0..200 {
                    let check = tokens.check(std::hint::black_box(Some(token)));
                    assert_eq!(check, Check::Wrong);
                }
                times.push(began.elapsed());
            }
        }
        let medians = times.map(|mut times| {
            times.sort_unstable();
            times[times.len() / 2].as_nanos()
        });
        let (least, most) = (medians.iter().min().unwrap(), medians.iter().max().unwrap());
        assert!(most * 10 < least * 13, "{medians:?}");
    }
}
