//! Memory sizes of a function: the processor share and the price.

use std::fmt;
use std::str::FromStr;

use crate::error::{InvalidInput, check};

/// The memory size in MB at which a function has one vCPU (AWS Lambda Developer Guide, "Configure
/// Lambda function memory").
pub const ONE_VCPU_MB: f64 = 1769.0;

/// The share of a vCPU that a function with this memory size has, at most 1: an invocation of a
/// handler with one thread does not become faster with more.
///
/// ```
/// use hydrant_plan::{ONE_VCPU_MB, cpu_share};
///
/// assert_eq!(cpu_share(ONE_VCPU_MB / 2.0), 0.5);
/// assert_eq!(cpu_share(ONE_VCPU_MB * 2.0), 1.0);
/// ```
#[must_use]
pub fn cpu_share(memory_mb: f64) -> f64 {
    (memory_mb / ONE_VCPU_MB).min(1.0)
}

/// The instruction set of a function; only the price depends on it.
///
/// ```
/// use hydrant_plan::Architecture;
///
/// assert_eq!("arm64".parse(), Ok(Architecture::Arm64));
/// assert_eq!(Architecture::X86_64.as_str(), "x86_64");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Architecture {
    /// `x86_64`
    #[default]
    X86_64,
    /// `arm64`
    Arm64,
}

impl Architecture {
    /// The name that AWS uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Architecture {
    type Err = InvalidInput;

    fn from_str(text: &str) -> Result<Self, InvalidInput> {
        [Self::X86_64, Self::Arm64]
            .into_iter()
            .find(|architecture| architecture.as_str() == text)
            .ok_or_else(|| InvalidInput::new("expected x86_64 or arm64"))
    }
}

/// The prices of AWS Lambda.
///
/// The default values are the list prices of us-east-1, on demand, first tier, without the free tier,
/// checked in December 2026 (AWS Lambda Pricing): 0.20 USD for a million requests, and for a
/// GB-second 0.0000166667 USD (x86_64) or 0.0000133334 USD (arm64).
/// [`gb_second`](Self::gb_second) and [`million_requests`](Self::million_requests) set others.
///
/// ```
/// use hydrant_plan::{Architecture, Prices};
///
/// // A million events, 50 in a request of 37 ms with 1024 MB.
/// let prices = Prices::us_east_1(Architecture::X86_64);
/// let cost = prices.per_million_events(1024.0, 37.0, 50.0);
/// assert!((cost - (0.20 / 50.0 + 20_000.0 * 0.037 * 0.0000166667)).abs() < 1e-12);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prices {
    gb_second: f64,
    million_requests: f64,
}

impl Prices {
    /// The list prices of us-east-1.
    #[must_use]
    pub fn us_east_1(architecture: Architecture) -> Self {
        Self {
            gb_second: match architecture {
                Architecture::X86_64 => 0.000_016_666_7,
                Architecture::Arm64 => 0.000_013_333_4,
            },
            million_requests: 0.20,
        }
    }

    /// With this price for a GB-second.
    ///
    /// # Errors
    ///
    /// If it is not from 0 to 1.
    pub fn gb_second(self, price: f64) -> Result<Self, InvalidInput> {
        let gb_second = check("the price of a GB-second", price, 0.0, 1.0)?;
        Ok(Self { gb_second, ..self })
    }

    /// With this price for a million requests.
    ///
    /// # Errors
    ///
    /// If it is not from 0 to 1,000.
    pub fn million_requests(self, price: f64) -> Result<Self, InvalidInput> {
        let million_requests = check("the price of a million requests", price, 0.0, 1000.0)?;
        Ok(Self {
            million_requests,
            ..self
        })
    }

    /// What a million events cost, if a request has this many in the mean and is billed for
    /// `billed_ms` milliseconds.
    #[must_use]
    pub fn per_million_events(&self, memory_mb: f64, billed_ms: f64, events: f64) -> f64 {
        let gb_seconds = memory_mb / 1024.0 * billed_ms / 1000.0;
        (self.million_requests + 1e6 * gb_seconds * self.gb_second) / events
    }
}
