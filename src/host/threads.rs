//! The number of threads that can run in parallel. Nothing here starts a thread.

use std::env;
use std::num::NonZero;
use std::thread::available_parallelism;

/// The memory size for which AWS Lambda grants one virtual CPU, in megabytes ("Configure Lambda
/// function memory"). CPU time is proportional to memory; at least two cores are visible even if
/// less than one is granted.
const LAMBDA_MEGABYTES_PER_CPU: usize = 1769;

/// The number of threads that can run in parallel: the number of available cores, and in AWS Lambda
/// at most the number of whole virtual CPUs that the memory size of the function grants.
///
/// ```
/// assert!(hydrant::host::granted_threads() >= 1);
/// ```
///
/// Pass it to [`Engine::unordered`](crate::Engine::unordered), which then starts no threads in a
/// small function:
///
/// ```
/// # use hydrant::{Engine, Processor, Registration};
/// # struct Module;
/// # impl Processor for Module {
/// #     type Batch = ();
/// #     fn registration(&self) -> Registration { Registration::new("Acme", "1.0") }
/// # }
/// let threads = hydrant::host::granted_threads();
/// let engine = Engine::new(Module).unordered(threads);
/// ```
pub fn granted_threads() -> usize {
    granted(
        env::var("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").ok().as_deref(),
        available_parallelism().map_or(1, NonZero::get),
    )
}

/// A memory size that is not a number is ignored: the user does not set it.
fn granted(lambda_megabytes: Option<&str>, available: usize) -> usize {
    let megabytes = lambda_megabytes.and_then(|text| text.trim().parse::<usize>().ok());
    let whole = megabytes.map_or(usize::MAX, |megabytes| megabytes / LAMBDA_MEGABYTES_PER_CPU);
    available.min(whole).max(1)
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
            assert_eq!(granted(Some(megabytes), 6), threads, "{megabytes}");
        }
        assert_eq!(granted(Some("10240"), 2), 2);
    }

    #[test]
    fn elsewhere_every_core_counts() {
        assert_eq!(granted(None, 4), 4);
        assert_eq!(granted(None, 0), 1);
    }
}
