//! The environment variables that the program reads. The library reads none of them.

use std::env;
use std::ffi::OsStr;
use std::num::NonZero;

use hydrant::hash::Platform;
use hydrant::host::granted_threads;

use super::exit::Failure;

/// Names the platform to hash on ([`Platform::name`], in any letter case).
const HASH_PLATFORM: &str = "HYDRANT_HASH_PLATFORM";

/// The number of threads, from 1 to 65535.
const THREADS: &str = "HYDRANT_THREADS";

/// The platform to hash on: the one that `HYDRANT_HASH_PLATFORM` names, or the fastest of this CPU
/// if the variable is not set or empty.
pub(super) fn hash_platform() -> Result<Platform, Failure> {
    match env::var_os(HASH_PLATFORM) {
        // A value that is not Unicode is not the name of a platform.
        Some(name) if !name.is_empty() => name.to_string_lossy().parse().map_err(|error| {
            let name = name.display();
            Failure::Usage(format!("{HASH_PLATFORM}={name}: {error}"))
        }),
        _ => Ok(Platform::detect()),
    }
}

/// The number of threads: the value of `HYDRANT_THREADS`, or what the machine grants if the
/// variable is not set or empty.
pub(super) fn threads() -> Result<usize, Failure> {
    match env::var_os(THREADS) {
        Some(asked) if !asked.is_empty() => parse_threads(&asked).map_err(Failure::Usage),
        _ => Ok(granted_threads()),
    }
}

fn parse_threads(asked: &OsStr) -> Result<usize, String> {
    let number = asked.to_str().and_then(|text| text.parse().ok());
    number
        .map(|number: NonZero<u16>| number.get().into())
        .ok_or_else(|| {
            let (asked, most) = (asked.display(), u16::MAX);
            format!("{THREADS}={asked}: not a number of threads, expected 1 to {most}")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_threads_is_taken() {
        for (asked, threads) in [("1", 1), ("3", 3), ("65535", 65535)] {
            assert_eq!(parse_threads(OsStr::new(asked)), Ok(threads));
        }
    }

    #[test]
    fn anything_else_is_refused_with_what_was_expected() {
        for nonsense in ["0", "-1", "abc", "1.5", " 3", "3 ", "65536", "2 threads"] {
            assert_eq!(
                parse_threads(OsStr::new(nonsense)),
                Err(format!(
                    "HYDRANT_THREADS={nonsense}: not a number of threads, expected 1 to 65535"
                ))
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_is_not_unicode_is_refused() {
        use std::os::unix::ffi::OsStrExt;
        let text = parse_threads(OsStr::from_bytes(b"2\xff")).unwrap_err();
        assert!(text.starts_with("HYDRANT_THREADS=2\u{fffd}: not"), "{text}");
    }
}
