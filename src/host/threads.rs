//! How many threads are worth having: what the machine shows, what a platform really grants of it, or what the user says.
//! It starts none.

use std::ffi::{OsStr, OsString};
use std::num::NonZero;
use std::thread::available_parallelism;
use std::{env, error, fmt};

/// Memory for which AWS Lambda grants one virtual CPU, in megabytes ("Configure Lambda function memory"). It grants CPU
/// time in proportion; two cores are visible however little it is.
const LAMBDA_MEGABYTES_PER_CPU: usize = 1769;

/// The name of the environment variable that [`granted_threads`] reads.
pub const THREADS: &str = "HYDRANT_THREADS";

/// How many threads can run at the same time: as many as `HYDRANT_THREADS` says, a number from 1 to 65535, and as the
/// machine grants if the variable is not set or empty. In AWS Lambda, where that follows the memory of the function, a
/// thread counts if its CPU is granted whole.
///
/// # Errors
///
/// If `HYDRANT_THREADS` is anything else.
///
/// ```
/// let threads = hydrant::host::granted_threads()?;
/// assert!(threads >= 1);
/// # Ok::<(), hydrant::host::ParseThreadsError>(())
/// ```
///
/// Give it to [`Engine::with_threads`](crate::Engine::with_threads), so that a small function starts none:
///
/// ```
/// # use hydrant::{Engine, Order, Processor, message::ModuleRegistrationResponse};
/// # struct Module;
/// # impl Processor for Module {
/// #     fn register(&self) -> ModuleRegistrationResponse<'_> { ModuleRegistrationResponse::EMPTY }
/// # }
/// let threads = hydrant::host::granted_threads()?;
/// let engine = Engine::new(Module).with_order(Order::Unordered).with_threads(threads);
/// # Ok::<(), hydrant::host::ParseThreadsError>(())
/// ```
pub fn granted_threads() -> Result<usize, ParseThreadsError> {
    granted(
        env::var_os(THREADS).as_deref(),
        env::var("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").ok().as_deref(),
        available_parallelism().map_or(1, NonZero::get),
    )
}

/// `HYDRANT_THREADS` is no number of threads; the message says what it is, and what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseThreadsError(OsString);

impl fmt::Display for ParseThreadsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(asked) = self;
        let most = u16::MAX;
        write!(
            f,
            "{THREADS}={}: not a number of threads, which is one from 1 to {most}",
            asked.display()
        )
    }
}

impl error::Error for ParseThreadsError {}

/// A memory size that is not a number does not count: it is not the user who sets it.
fn granted(
    asked: Option<&OsStr>,
    lambda_megabytes: Option<&str>,
    available: usize,
) -> Result<usize, ParseThreadsError> {
    if let Some(asked) = asked.filter(|asked| !asked.is_empty()) {
        let number = asked.to_str().and_then(|text| text.parse().ok());
        return number
            .map(|number: NonZero<u16>| number.get().into())
            .ok_or_else(|| ParseThreadsError(asked.to_owned()));
    }
    let megabytes = lambda_megabytes.and_then(|text| text.trim().parse::<usize>().ok());
    let whole = megabytes.map_or(usize::MAX, |megabytes| megabytes / LAMBDA_MEGABYTES_PER_CPU);
    Ok(available.min(whole).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambda_grants_cpus_by_memory() {
        for (megabytes, threads) in [
            ("128", 1),
            ("1769", 1),
            ("3537", 1),
            ("3538", 2),
            ("5307", 3),
            ("10240", 5),
            ("x", 6),
        ] {
            assert_eq!(
                granted(None, Some(megabytes), 6),
                Ok(threads),
                "{megabytes}"
            );
        }
        assert_eq!(granted(None, Some("10240"), 2), Ok(2));
    }

    #[test]
    fn elsewhere_all_there_are() {
        assert_eq!(granted(None, None, 4), Ok(4));
        assert_eq!(granted(None, None, 0), Ok(1));
        // As if it were not there.
        assert_eq!(granted(Some(OsStr::new("")), None, 4), Ok(4));
        assert_eq!(granted(Some(OsStr::new("")), Some("128"), 4), Ok(1));
    }

    #[test]
    fn who_asks_gets() {
        for (asked, threads) in [("1", 1), ("3", 3), ("65535", 65535)] {
            let asked = Some(OsStr::new(asked));
            assert_eq!(granted(asked, None, 2), Ok(threads));
            assert_eq!(granted(asked, Some("128"), 2), Ok(threads));
        }
    }

    #[test]
    fn nonsense_is_refused_with_what_it_should_be() {
        for nonsense in ["0", "-1", "abc", "1.5", " 3", "3 ", "65536", "2 threads"] {
            let error = granted(Some(OsStr::new(nonsense)), Some("128"), 2).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "HYDRANT_THREADS={nonsense}: not a number of threads, which is one from 1 to 65535"
                )
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_text_is_no_number() {
        use std::os::unix::ffi::OsStrExt;
        let error = granted(Some(OsStr::from_bytes(b"2\xff")), None, 2).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("HYDRANT_THREADS=2\u{fffd}: not"), "{text}");
    }
}
