//! The models of the sixteen events (section 4). Their family, which maps each `type` to its model,
//! is in `event`.

use super::{
    Decimal, EventCommon, Impression, Map, Product, ProductAction, Promotion, PromotionAction,
    UserIdentity,
};
use crate::schema::{Coercion, Decode, Decoder, model, position, wire_enum};

wire_enum! {
    /// The kind of a custom event.
    pub enum CustomEventType {
        /// Not set by the source.
        Unspecified = "unknown",
        /// Navigation.
        Navigation = "navigation",
        /// Location.
        Location = "location",
        /// Search.
        Search = "search",
        /// Transaction.
        Transaction = "transaction",
        /// Content of the user.
        UserContent = "user_content",
        /// Preference of the user.
        UserPreference = "user_preference",
        /// Social.
        Social = "social",
        /// Other.
        Other = "other",
        /// Media.
        Media = "media",
    }
}

wire_enum! {
    /// What happened to a push token.
    pub enum PushSubscriptionAction {
        /// Registered.
        Subscribe = "subscribe",
        /// Withdrawn.
        Unsubscribe = "unsubscribe",
    }
}

wire_enum! {
    /// The new state of an application.
    pub enum ApplicationState {
        /// First start after an installation.
        Install = "install",
        /// First start after an update.
        Upgrade = "upgrade",
        /// Ordinary start.
        Initialize = "initialize",
        /// Closed.
        Exit = "exit",
        /// Went to the background.
        Background = "background",
        /// Came to the foreground.
        Foreground = "foreground",
    }
}

wire_enum! {
    /// A privacy setting.
    pub enum PrivacySetting {
        /// Collection of application data.
        AppDataCollection = "app_data_collection",
    }
}

model! {
    /// Where an event happened (section 5.6).
    pub struct GeoLocation with a reader of its own {
        /// Degrees.
        "latitude" latitude: f64 = 0.0, always, required, noted;
        /// Degrees.
        "longitude" longitude: f64 = 0.0, always, required, noted;
        /// Metres; zero also means "not known".
        "accuracy" accuracy: f64 = 0.0, always;
    }
}

/// A location without latitude or longitude is absent, and so is one with a value that is not
/// finite: devices without a position fix have been seen to send such values, which must neither
/// cause the batch to be refused nor become the place at zero degrees.
impl<'a> Decode<'a> for GeoLocation {
    #[inline]
    fn decode<D: Decoder<'a>>(decoder: &mut D) -> Result<Option<Self>, D::Fault> {
        let place = decoder.place();
        let Some(mut object) = decoder.object()? else {
            return Ok(None);
        };
        let mut location = Self::empty();
        decoder.allow_non_finite(true);
        let present =
            location.decode_body_with(decoder, &mut object, u32::MAX, |_, _| Ok(false))?;
        decoder.allow_non_finite(false);
        let complete = present.has(Self::LATITUDE) && present.has(Self::LONGITUDE);
        if !complete || D::READS_NON_FINITE && !location.is_finite() {
            decoder.coerced(Coercion::NoLocation, place)?;
            return Ok(None);
        }
        Ok(Some(location))
    }
}

impl GeoLocation {
    const LATITUDE: u32 = position(Self::FIELDS, "latitude");
    const LONGITUDE: u32 = position(Self::FIELDS, "longitude");

    fn is_finite(&self) -> bool {
        self.latitude.is_finite() && self.longitude.is_finite() && self.accuracy.is_finite()
    }
}

model! {
    /// A user session starts.
    pub struct SessionStartEvent<'a> {
        flatten common: EventCommon<'a>;
    }
}

model! {
    /// A session ended, by timeout in the background.
    pub struct SessionEndEvent<'a> {
        flatten common: EventCommon<'a>;
        /// Length of the session in milliseconds.
        "session_length_ms" session_length_ms: i64 = 0, always;
    }
}

model! {
    /// A named event.
    pub struct CustomEvent<'a> {
        flatten common: EventCommon<'a>;
        /// Name of the event.
        "name" name: Option<&'a str> = None, set, required;
        /// Kind of the event.
        "custom_event_type" custom_event_type: Option<CustomEventType<'a>> = None, set;
        /// Attributes.
        "attributes" attributes: Map<'a, &'a str> = Map::EMPTY, set;
        /// Flags for particular integrations: `ModuleName.flag` (section 12, rule 21).
        "custom_flags" custom_flags: Map<'a, &'a str> = Map::EMPTY, set, since "3.1.0";
    }
}

model! {
    /// A screen or page was shown.
    pub struct ScreenViewEvent<'a> {
        flatten common: EventCommon<'a>;
        /// Name of the screen.
        "screen_name" screen_name: Option<&'a str> = None, set, required;
        /// Attributes.
        "attributes" attributes: Map<'a, &'a str> = Map::EMPTY, set;
        /// Custom flags.
        "custom_flags" custom_flags: Map<'a, &'a str> = Map::EMPTY, set, since "3.1.0";
    }
}

model! {
    /// An exception, handled or not.
    pub struct ErrorEvent<'a> {
        flatten common: EventCommon<'a>;
        /// Error message.
        "message" message: Option<&'a str> = None, set;
        /// Whether a crash reporter caught it.
        "is_crash" is_crash: bool = false, always;
        /// Stack trace.
        "stack_trace" stack_trace: Option<&'a str> = None, set;
        /// Breadcrumbs: texts recorded before the error, oldest first.
        "breadcrumbs" breadcrumbs: &'a [Option<&'a str>] = &[], set;
        /// Attributes.
        "attributes" attributes: Map<'a, &'a str> = Map::EMPTY, set;
    }
}

model! {
    /// The user opted in or out.
    pub struct PrivacySettingChangeEvent<'a> {
        flatten common: EventCommon<'a>;
        /// Which setting.
        "setting" setting: Option<PrivacySetting<'a>> = None, set, required;
        /// The new state; false means the user opted out.
        "is_enabled" is_enabled: bool = false, always;
    }
}

model! {
    /// User attributes were added, changed (in both maps) or removed.
    pub struct UserAttributeChangeEvent<'a> {
        flatten common: EventCommon<'a>;
        /// Attributes with their new values.
        "added" added: Map<'a, &'a str> = Map::EMPTY, set;
        /// Attributes with their former values.
        "removed" removed: Map<'a, &'a str> = Map::EMPTY, set;
    }
}

model! {
    /// User identities were added, changed (in both lists) or removed.
    pub struct UserIdentityChangeEvent<'a> {
        flatten common: EventCommon<'a>;
        /// Identities after the change.
        "added" added: &'a [UserIdentity<'a>] = &[], set, secret;
        /// Identities before the change.
        "removed" removed: &'a [UserIdentity<'a>] = &[], set, secret;
    }
}

model! {
    /// A push token was registered or withdrawn.
    pub struct PushSubscriptionEvent<'a> {
        flatten common: EventCommon<'a>;
        /// What happened.
        "action" action: Option<PushSubscriptionAction<'a>> = None, set, required;
        /// The push token.
        "token" token: Option<&'a str> = None, set, secret, required;
    }
}

model! {
    /// The application was installed, upgraded, started, closed, or changed between background and
    /// foreground.
    pub struct ApplicationStateTransitionEvent<'a> {
        flatten common: EventCommon<'a>;
        /// The new state.
        "application_state" application_state: Option<ApplicationState<'a>> = None, set, required;
        /// URI that launched the app.
        "launch_referral" launch_referral: Option<&'a str> = None, set, since "1.1.5";
        /// Application that requested the launch.
        "referral_application" referral_application: Option<&'a str> = None, set, since "1.1.5";
        /// Launch options or intent extras, as one text.
        "launch_parameters" launch_parameters: Option<&'a str> = None, set, since "1.1.5";
        /// Package name of the app that launched this one.
        "source_package" source_package: Option<&'a str> = None, set, since "1.1.5";
    }
}

model! {
    /// The device received a push message.
    pub struct PushMessageReceiptEvent<'a> {
        flatten common: EventCommon<'a>;
        /// The push payload: JSON as text, in the format of the platform.
        "payload" payload: Option<&'a str> = None, set;
    }
}

model! {
    /// An action on products.
    pub struct ProductActionEvent<'a> {
        flatten common: EventCommon<'a>;
        /// The action.
        "action" action: Option<ProductAction<'a>> = None, set, required;
        /// Transaction identifier.
        "transaction_id" transaction_id: Option<&'a str> = None, set;
        /// Store or affiliation.
        "affiliation" affiliation: Option<&'a str> = None, set;
        /// Total of the transaction.
        "total_amount" total_amount: Option<Decimal<'a>> = None, set;
        /// Tax part.
        "tax_amount" tax_amount: Option<Decimal<'a>> = None, set;
        /// Shipping part.
        "shipping_amount" shipping_amount: Option<Decimal<'a>> = None, set;
        /// ISO 4217 code.
        "currency_code" currency_code: Option<&'a str> = None, set;
        /// Coupon of the transaction.
        "coupon_code" coupon_code: Option<&'a str> = None, set;
        /// The products.
        "products" products: &'a [Product<'a>] = &[], set;
        /// Attributes.
        "attributes" attributes: Map<'a, &'a str> = Map::EMPTY, set, since "1.1.4";
        /// Custom flags.
        "custom_flags" custom_flags: Map<'a, &'a str> = Map::EMPTY, set, since "3.1.0";
    }
}

model! {
    /// A promotion was shown or clicked.
    pub struct PromotionActionEvent<'a> {
        flatten common: EventCommon<'a>;
        /// The action.
        "action" action: Option<PromotionAction<'a>> = None, set, required, since "1.1.4";
        /// Attributes.
        "attributes" attributes: Map<'a, &'a str> = Map::EMPTY, set, since "1.1.4";
        /// The promotions.
        "promotions" promotions: &'a [Promotion<'a>] = &[], set, since "1.1.4";
        /// Custom flags.
        "custom_flags" custom_flags: Map<'a, &'a str> = Map::EMPTY, set, since "3.1.0";
    }
}

model! {
    /// Product lists were shown.
    pub struct ImpressionEvent<'a> {
        flatten common: EventCommon<'a>;
        /// Attributes.
        "attributes" attributes: Map<'a, &'a str> = Map::EMPTY, set, since "1.1.4";
        /// The product lists.
        "impressions" impressions: &'a [Impression<'a>] = &[], set, since "1.1.4";
        /// Custom flags.
        "custom_flags" custom_flags: Map<'a, &'a str> = Map::EMPTY, set, since "3.1.0";
    }
}

model! {
    /// An install or engagement was credited to a publisher and campaign.
    pub struct AttributionEvent<'a> {
        flatten common: EventCommon<'a>;
        /// Name of the attribution event.
        "name" name: Option<&'a str> = None, set, since "2.4.0";
        /// Attribution partner.
        "partner_name" partner_name: Option<&'a str> = None, set, since "1.2.0";
        /// Publisher credited.
        "publisher_name" publisher_name: Option<&'a str> = None, set, since "1.2.0";
        /// Campaign credited.
        "campaign_name" campaign_name: Option<&'a str> = None, set, since "1.2.0";
        /// Attributes.
        "attributes" attributes: Map<'a, &'a str> = Map::EMPTY, set, since "1.2.0";
    }
}

model! {
    /// The user opened a push message.
    pub struct PushMessageOpenEvent<'a> {
        flatten common: EventCommon<'a>;
        /// The push payload, as in [`PushMessageReceiptEvent`].
        "payload" payload: Option<&'a str> = None, set, since "1.7.0";
    }
}
