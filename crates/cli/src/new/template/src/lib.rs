//! {{title}}: sends the events of known users to its API, one request per batch.

use std::error::Error;
use std::time::Duration;

use hydrant::message::{
    CustomEvent, EventType, Identity, IdentityEncoding, ScreenViewEvent, UserIdentityType,
};
use hydrant::registration::Settings;
use hydrant::{AsyncProcessor, Call, Failure, Registration, ResultExt};
use reqwest::header::RETRY_AFTER;
use serde_json::{Value, json};

/// The name that customers see.
const NAME: &str = "{{title}}";

/// The environment variable with the address of the API, without a slash at the end.
const URL: &str = "{{variable}}_URL";

/// After this time a request to the API is given up, and the platform repeats the batch. Nearly all
/// must be much faster: 99 % of the calls may take at most 200 ms for a function, 100 ms for a URL.
const TIMEOUT: Duration = Duration::from_secs(3);

/// What a customer fills in.
#[derive(Settings)]
pub struct AccountSettings<'a> {
    /// The key of your project
    #[setting(name = "API key", secret)]
    pub api_key: &'a str,
    /// Check events, but do not send them
    #[setting(name = "Test mode", default = false)]
    pub test_mode: bool,
}

/// The integration. There is one in the process; it keeps the connections to the API open.
pub struct Module {
    http: reqwest::Client,
    url: String,
}

/// What the handlers of a batch collect.
#[derive(Default)]
pub struct Upload {
    user: String,
    events: Vec<Value>,
}

impl Module {
    /// A module that sends to the API at this address.
    pub fn new(url: impl Into<String>) -> Result<Self, reqwest::Error> {
        // Fails if the process has a provider already, which is then used.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self {
            http: reqwest::Client::builder().build()?,
            url: url.into(),
        })
    }

    /// The address is the value of an environment variable, without which nothing starts.
    pub fn from_env() -> Result<Self, Box<dyn Error + Send + Sync>> {
        let url = std::env::var(URL).unwrap_or_default();
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Err(format!("set {URL} to the address of the API, https://...").into());
        }
        Ok(Self::new(url)?)
    }
}

impl AsyncProcessor for Module {
    type Batch = Upload;

    /// The platform leaves out what is not requested here.
    fn registration(&self) -> Registration {
        Registration::new(NAME, env!("CARGO_PKG_VERSION"))
            .user_identity(UserIdentityType::Email, IdentityEncoding::Raw)
            .account_settings::<AccountSettings<'_>>()
            .events([EventType::CustomEvent, EventType::ScreenView])
    }

    /// Before the handlers of the events. A failure is the outcome of all of them.
    async fn begin_batch(&self, call: &mut Call<'_>, upload: &mut Upload) -> Result<(), Failure> {
        let email = call.batch().email().and_then(Identity::raw);
        email.or_discard("no address")?.clone_into(&mut upload.user);
        Ok(())
    }

    /// The API has no use for an event without a name. A rejection would hold back the others of
    /// the batch, which the platform would repeat.
    async fn custom_event(
        &self,
        _: &mut Call<'_>,
        upload: &mut Upload,
        event: &CustomEvent<'_>,
    ) -> Result<(), Failure> {
        let plan = event.attributes.get("plan");
        upload.events.push(json!({
            // The batch can be sent more than once; the API must ignore keys that it knows.
            "key": event.common.id.map(|id| id.to_string()),
            "time": event.common.timestamp_ms,
            "name": event.name.or_discard("no name")?,
            "plan": plan,
        }));
        Ok(())
    }

    async fn screen_view(
        &self,
        _: &mut Call<'_>,
        upload: &mut Upload,
        event: &ScreenViewEvent<'_>,
    ) -> Result<(), Failure> {
        upload.events.push(json!({
            "key": event.common.id.map(|id| id.to_string()),
            "time": event.common.timestamp_ms,
            "screen": event.screen_name.or_discard("no name")?,
        }));
        Ok(())
    }

    /// After them. If the request fails, the platform repeats the whole batch.
    async fn end_batch(&self, call: &mut Call<'_>, upload: Upload) -> Result<(), Failure> {
        let settings: AccountSettings<'_> = call.settings()?;
        if settings.test_mode || upload.events.is_empty() {
            return Ok(());
        }
        let request = self.http.post(format!("{}/events", self.url));
        let response = request
            .timeout(call.timeout(TIMEOUT))
            .bearer_auth(settings.api_key)
            .json(&json!({ "user": upload.user, "events": upload.events }))
            .send()
            .await?;
        let status = response.status().as_u16();
        match status {
            200..300 => Ok(()),
            // The events can be sent after the customer has corrected the key.
            401 | 403 => {
                call.suspend_subscription();
                Err(Failure::retry().with_reason("the API does not accept the key"))
            }
            429 => {
                let after = response.headers().get(RETRY_AFTER).or_retry()?;
                let seconds = after.to_str()?.parse()?;
                Err(Failure::retry_after(Duration::from_secs(seconds)))
            }
            // A fault of this module, such as a field that the API does not take: nothing is
            // acknowledged until it is mended.
            400..500 if status != 408 => Err(Failure::reject(format!("the API answered {status}"))),
            _ => Err(Failure::retry().with_reason(format!("the API answered {status}"))),
        }
    }
}
