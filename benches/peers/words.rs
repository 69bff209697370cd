//! The enumerations of an event batch, as serde derives them; shared by all peers.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($( $name:ident { $($variant:ident = $text:literal),* $(,)? } )*) => {$(
        #[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
        pub enum $name { $( #[serde(rename = $text)] $variant, )* }
    )*};
}

words! {
    CustomEventType {
        Unspecified = "unknown", Navigation = "navigation", Location = "location", Search = "search",
        Transaction = "transaction", UserContent = "user_content", UserPreference = "user_preference",
        Social = "social", Other = "other", Media = "media",
    }
    PushSubscriptionAction { Subscribe = "subscribe", Unsubscribe = "unsubscribe" }
    ApplicationState {
        Install = "install", Upgrade = "upgrade", Initialize = "initialize", Exit = "exit",
        Background = "background", Foreground = "foreground",
    }
    PrivacySetting { AppDataCollection = "app_data_collection" }
    ProductActionType {
        AddToWishlist = "add_to_wishlist", RemoveFromWishList = "remove_from_wish_list", AddToCart = "add_to_cart",
        RemoveFromCart = "remove_from_cart", Checkout = "checkout", Purchase = "purchase", Refund = "refund",
        CheckoutOption = "checkout_option", Click = "click", ViewDetail = "view_detail",
    }
    PromotionActionType { Unspecified = "unknown", View = "view", Click = "click" }
    IdentityEncoding { Raw = "raw", Md5 = "md5", Sha1 = "sha1", Sha256 = "sha256" }
    UserIdentityType {
        Other = "other", Customer = "customer", Facebook = "facebook", Twitter = "twitter", Google = "google",
        Microsoft = "microsoft", Yahoo = "yahoo", Email = "email", Other2 = "other2", Other3 = "other3",
        Other4 = "other4", Other5 = "other5", Other6 = "other6", Other7 = "other7", Other8 = "other8",
        Other9 = "other9", Other10 = "other10", MobileNumber = "mobile_number", PhoneNumber2 = "phone_number_2",
        PhoneNumber3 = "phone_number_3",
    }
    DeviceIdentityType {
        AndroidId = "android_id", GoogleAdvertisingId = "google_advertising_id",
        IosAdvertisingId = "ios_advertising_id", IosVendorId = "ios_vendor_id",
        GoogleCloudMessagingToken = "google_cloud_messaging_token",
        ApplePushNotificationToken = "apple_push_notification_token", RokuAdvertisingId = "roku_advertising_id",
        MicrosoftAdvertisingId = "microsoft_advertising_id", MicrosoftPublisherId = "microsoft_publisher_id",
        FireAdvertisingId = "fire_advertising_id", RokuPublisherId = "roku_publisher_id",
    }
    RuntimeType {
        Unspecified = "unknown", Android = "android", Ios = "ios", Tvos = "tvos", Mobileweb = "mobileweb",
        Roku = "roku", Xbox = "xbox", Firetv = "firetv", Alexa = "alexa", Smarttv = "smarttv",
    }
    AttAuthorizationStatus {
        Authorized = "authorized", Denied = "denied", NotDetermined = "not_determined", Restricted = "restricted",
    }
}
