//! Types with settings that are declared with `settings!`. `typed.rs` tests them.

use super::typed::Port;
use hydrant::registration::{HttpUrl, HttpsUrl};
use hydrant::settings;
use std::borrow::Cow;
use std::time::Duration;

const MAX_TIMEOUT: i64 = 60;

settings! {
    pub(crate) struct Acme<'a> {
        /// Acme shows it once
        #[setting(name = "API key", secret)]
        pub(crate) api_key: &'a str,
        #[setting(name = "Region", default = "us")]
        pub(crate) region: Region,
        /// Events
        /// per request
        #[setting(name = "Batch size", default = 1_00, range = 1..=1_000)]
        pub(crate) batch_size: i64,
        /// Share of users
        #[setting(name = "Rate", range = -0.5..=1.0)]
        pub(crate) rate: f64,
        #[setting(name = "Share", default = 0.5, range = 0..=1)]
        pub(crate) share: f64,
        #[setting(name = "Sandbox", default = true)]
        pub(crate) sandbox: bool,
        #[setting(name = "Trace", description = "Writes more")]
        pub(crate) trace: bool,
        #[setting(id = "user-agent", name = "User agent")]
        pub(crate) user_agent: Option<Cow<'a, str>>,
        #[setting(name = "Lists", default = "a, b")]
        pub(crate) lists: Vec<&'a str>,
        #[setting(name = "Regions")]
        pub(crate) regions: Option<Vec<Region>>,
        #[setting(name = "Timeout in seconds", default = 30, range = 1..=MAX_TIMEOUT)]
        pub(crate) timeout: Duration,
        #[setting(name = "Endpoint")]
        pub(crate) endpoint: HttpsUrl<&'a str>,
        #[setting(name = "Set by the module", invisible)]
        pub(crate) list_id: u64,
        #[setting(name = "A type of this module", default = 443)]
        pub(crate) port: Port,
        #[setting(name = "A name of the expansion")]
        pub(crate) values: Option<i32>,
    }
}

settings! {
    pub(crate) struct Owned {
        #[setting(name = "Token", secret)]
        pub(crate) token: Option<String>,
        #[setting(name = "Endpoint")]
        pub(crate) endpoint: HttpUrl<String>,
        #[setting(name = "Retries", default = -1, range = -1..=9)]
        pub(crate) retries: i32,
    }
}

settings! {
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub(crate) enum Region {
        #[setting(text = "us")]
        Us,
        /// Including Switzerland.
        #[setting(text = "eu")]
        Eu,
    }
}
