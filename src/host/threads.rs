//! How many threads are worth having: what the machine shows, what a platform really grants of it, or what the user says.
//! It starts none.

use std::num::NonZero;
use std::thread::available_parallelism;

/// Memory for which AWS Lambda grants one virtual CPU, in megabytes ("Configure Lambda function memory"). It grants CPU
/// time in proportion; two cores are visible however little it is.
const LAMBDA_MEGABYTES_PER_CPU: usize = 1769;

/// How many threads can run at the same time: as many as the `HYDRANT_THREADS` environment variable says, otherwise as
/// the machine grants. A value that is no number above zero is ignored. In AWS Lambda, where that follows the memory of the function, a thread counts if its CPU is granted
/// whole.
///
/// ```
/// let threads = hydrant::host::granted_threads();
/// assert!(threads >= 1);
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
/// let threads = hydrant::host::granted_threads();
/// let engine = Engine::new(Module).with_order(Order::Unordered).with_threads(threads);
/// ```
pub fn granted_threads() -> usize {
    let variable = |name| std::env::var(name).ok();
    granted(
        variable("HYDRANT_THREADS").as_deref(),
        variable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").as_deref(),
        available_parallelism().map_or(1, NonZero::get),
    )
}

/// What is not a number does not count.
fn granted(asked: Option<&str>, lambda_megabytes: Option<&str>, available: usize) -> usize {
    let number = |text: Option<&str>| text.and_then(|text| text.trim().parse::<u16>().ok());
    match (
        number(asked).filter(|&asked| asked > 0),
        number(lambda_megabytes),
    ) {
        (Some(asked), _) => asked.into(),
        (None, Some(megabytes)) => available.min(usize::from(megabytes) / LAMBDA_MEGABYTES_PER_CPU),
        (None, None) => available,
    }
    .max(1)
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
            assert_eq!(granted(None, Some(megabytes), 6), threads, "{megabytes}");
        }
        assert_eq!(granted(None, Some("10240"), 2), 2);
    }

    #[test]
    fn elsewhere_all_there_are() {
        assert_eq!(granted(None, None, 4), 4);
        assert_eq!(granted(None, None, 0), 1);
    }

    #[test]
    fn who_asks_gets() {
        assert_eq!(granted(Some("3"), None, 2), 3);
        assert_eq!(granted(Some(" 3 "), Some("128"), 2), 3);
        for nothing in ["", "0", "-1", "many"] {
            assert_eq!(granted(Some(nothing), None, 2), 2, "{nothing}");
        }
    }
}
