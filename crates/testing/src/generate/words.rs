//! The texts of messages: names, places, words, attribute names.
//!
//! They are constants, so no text is built with `format!`. They are invented or common and contain
//! no personal data; hosts have names that are reserved for documentation. The length of tables of
//! map keys is a power of two (see `Random::distinct`). A change of a text changes the bytes of
//! every seed and fails the test of the pinned checksum.

/// First names as displayed and as in an e-mail address.
#[rustfmt::skip]
pub(super) const FIRST_NAMES: &[(&str, &str)] = &[
    ("Jane", "jane"), ("John", "john"), ("Maria", "maria"), ("José", "jose"), ("Wei", "wei"), ("Zoë", "zoe"),
    ("Brian", "brian"), ("Fatima", "fatima"), ("Olga", "olga"), ("Jürgen", "jurgen"), ("Siobhán", "siobhan"),
    ("Liam", "liam"), ("Emma", "emma"), ("Noah", "noah"), ("Ava", "ava"), ("Łukasz", "łukasz"), ("Søren", "søren"),
    ("Yuki", "yuki"), ("Priya", "priya"), ("Ahmed", "ahmed"), ("Chloé", "chloé"), ("Björn", "björn"), ("Ana", "ana"),
    ("Дмитрий", "dmitri"), ("美咲", "misaki"), ("Mehmet", "mehmet"), ("Ingrid", "ingrid"), ("Paul", "paul"),
    ("Robert \"Bob\"", "bob"), ("Mary Ann", "maryann"), ("O", "o"), ("Alexandria", "alexandria"),
];

/// Last names as displayed and as in an e-mail address.
#[rustfmt::skip]
pub(super) const LAST_NAMES: &[(&str, &str)] = &[
    ("Doe", "doe"), ("O'Brian", "obrian"), ("Smith", "smith"), ("García", "garcia"), ("Müller", "mueller"),
    ("Nguyen", "nguyen"), ("Kowalski", "kowalski"), ("Sørensen", "sørensen"), ("Silva", "silva"), ("Tanaka", "tanaka"),
    ("Papadopoulos", "papadopoulos"), ("Иванов", "ivanov"), ("Özdemir", "ozdemir"), ("de la Cruz", "delacruz"),
    ("van der Berg", "vanderberg"), ("Wang", "wang"), ("Patel", "patel"), ("Johnson", "johnson"), ("Núñez", "nunez"),
    ("Lefèvre", "lefevre"), ("Haddad", "haddad"), ("Cohen", "cohen"), ("Rossi", "rossi"), ("Novák", "novak"),
];

#[rustfmt::skip]
pub(super) const MAIL_HOSTS: &[&str] = &[
    "example.com", "example.org", "example.net", "mail.example.com", "post.example.de", "Example.COM", "GMAIL.example",
    "corp.example", "students.uni.example", "bücher.example", "例え.example", "very-long-department.company.example",
];

/// The home of a user, and what depends on it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) city: &'static str,
    pub(super) state: &'static str,
    pub(super) zip: &'static str,
    pub(super) country: &'static str,
    pub(super) language: &'static str,
    pub(super) zone: &'static str,
    /// Offset from UTC in hours.
    pub(super) offset: i64,
    pub(super) currency: &'static str,
    /// The number of digits after the point of amounts in that currency.
    pub(super) scale: u32,
    /// Latitude and longitude in millionths of a degree.
    pub(super) position: (i64, i64),
    pub(super) carrier: &'static str,
    /// Mobile country code and mobile network code.
    pub(super) network: (&'static str, &'static str),
}

#[rustfmt::skip]
#[allow(clippy::too_many_arguments)]
const fn place(
    city: &'static str, state: &'static str, zip: &'static str, country: &'static str, language: &'static str,
    zone: &'static str, offset: i64, currency: &'static str, scale: u32, position: (i64, i64), carrier: &'static str,
    network: (&'static str, &'static str),
) -> Place {
    Place { city, state, zip, country, language, zone, offset, currency, scale, position, carrier, network }
}

#[rustfmt::skip]
pub(super) const PLACES: &[Place] = &[
    place("Boca Raton", "FL", "33431", "US", "en", "America/New_York", -5, "USD", 2, (26_358_700, -80_083_100), "Verizon", ("310", "004")),
    place("Seattle", "WA", "98101", "US", "en", "America/Los_Angeles", -8, "USD", 2, (47_606_200, -122_332_100), "T-Mobile", ("310", "260")),
    place("New York", "NY", "10013", "US", "en", "America/New_York", -5, "USD", 2, (40_712_800, -74_006_000), "AT&T", ("310", "410")),
    place("Chicago", "IL", "60601", "US", "es", "America/Chicago", -6, "USD", 2, (41_878_100, -87_629_800), "AT&T", ("310", "410")),
    place("Toronto", "ON", "M5H 2N2", "CA", "en", "America/Toronto", -5, "CAD", 2, (43_653_200, -79_383_200), "Rogers", ("302", "720")),
    place("Montréal", "QC", "H2Y 1C6", "CA", "fr", "America/Toronto", -5, "CAD", 2, (45_501_700, -73_567_300), "Bell", ("302", "610")),
    place("London", "England", "SW1A 1AA", "GB", "en", "Europe/London", 0, "GBP", 2, (51_507_400, -127_800), "EE", ("234", "30")),
    place("München", "Bayern", "80331", "DE", "de", "Europe/Berlin", 1, "EUR", 2, (48_137_200, 11_575_500), "Telekom.de", ("262", "01")),
    place("Paris", "Île-de-France", "75001", "FR", "fr", "Europe/Paris", 1, "EUR", 2, (48_856_600, 2_352_200), "Orange F", ("208", "01")),
    place("São Paulo", "SP", "01310-100", "BR", "pt", "America/Sao_Paulo", -3, "BRL", 2, (-23_550_500, -46_633_300), "Vivo", ("724", "06")),
    place("東京", "東京都", "100-0001", "JP", "ja", "Asia/Tokyo", 9, "JPY", 0, (35_689_500, 139_691_700), "NTT DOCOMO", ("440", "10")),
    place("Kuwait City", "Al Asimah", "13001", "KW", "ar", "Asia/Kuwait", 3, "KWD", 3, (29_375_900, 47_977_400), "zain KW", ("419", "02")),
    place("Mumbai", "MH", "400001", "IN", "hi", "Asia/Kolkata", 5, "INR", 2, (19_076_000, 72_877_700), "Jio", ("405", "857")),
    place("Sydney", "NSW", "2000", "AU", "en", "Australia/Sydney", 10, "AUD", 2, (-33_868_800, 151_209_300), "Telstra", ("505", "01")),
    place("Kraków", "Małopolskie", "30-001", "PL", "pl", "Europe/Warsaw", 1, "PLN", 2, (50_064_700, 19_945_000), "Plus", ("260", "01")),
    place("Jakarta", "DKI Jakarta", "10110", "ID", "id", "Asia/Jakarta", 7, "IDR", 0, (-6_208_800, 106_845_600), "Telkomsel", ("510", "10")),
];

/// Attribute names: 64, more than the largest map has.
#[rustfmt::skip]
pub(super) const ATTRIBUTE_KEYS: &[&str] = &[
    "category", "source", "plan", "value", "search_term", "results", "position", "duration_ms", "screen", "referrer",
    "level", "score", "page_type", "filter", "sort_order", "experiment", "variant", "Logged In", "membership tier",
    "campaign", "content_id", "content_type", "author", "genre", "price_range", "store", "store_id", "rating", "reviews",
    "payment_method", "delivery", "slot", "gift", "items", "language", "theme", "font size", "orientation", "battery",
    "network", "latency", "cache", "attempt", "reason", "code", "feature", "is_first_time", "days_since_last_visit",
    "engagement score", "origin", "destination", "departure", "return", "passengers", "cabin", "team", "league", "season",
    "track", "album", "artist", "playlist", "quality", "$Amount",
];

/// Attribute names with special characters. None of them is in [`ATTRIBUTE_KEYS`].
#[rustfmt::skip]
pub(super) const ODD_KEYS: &[&str] = &[
    "größe", "prix €", "カテゴリ", "path/to/key", "with \"quotes\"", "back\\slash", "tab\tkey", "🚀 launch", "a.b.c", "[0]",
];

/// Names of custom user attributes; 32.
#[rustfmt::skip]
pub(super) const USER_KEYS: &[&str] = &[
    "loyalty_tier", "lifetime_value", "signup_date", "newsletter", "favorite_team", "last_store", "push_enabled", "ltv",
    "birthday", "company", "job_title", "referral_code", "nps", "segment", "churn_risk", "visits", "last_purchase",
    "preferred_language", "points", "subscription", "trial_end", "household_size", "has_children", "vip", "city_of_work",
    "first_seen", "device_count", "payment_methods", "account_type", "age", "income_band", "notes",
];

/// Names of user attributes whose value is a list; 8.
#[rustfmt::skip]
pub(super) const LIST_KEYS: &[&str] = &[
    "favorite_genres", "wishlist", "visited_cities", "teams", "Interests", "recent_searches", "sizes", "tags",
];

/// Plain words.
#[rustfmt::skip]
pub(super) const WORDS: &[&str] = &[
    "blue", "red", "green", "large", "small", "medium", "shoes", "jackets", "home", "search", "checkout", "news", "sports",
    "music", "movies", "summer", "winter", "organic", "direct", "email", "social", "gold", "silver", "bronze", "basic",
    "premium", "monthly", "yearly", "card", "voucher", "north", "south", "morning", "evening", "none", "default", "control",
    "treatment", "portrait", "landscape", "wifi", "cellular", "fast", "slow", "new", "returning", "guest", "member",
];

/// Longer texts, many with escapes, accents, other scripts and emoji.
pub(super) const TEXTS: &[&str] = &[
    "running shoes, size 42",
    "He said \"hello\" and left",
    "C:\\Users\\Public\\Documents",
    "first line\nsecond line",
    "one\ttwo\tthree",
    "Grüße aus München",
    "crème brûlée",
    "naïve café déjà vu",
    "日本語のテキスト",
    "Привет, мир",
    "مرحبا بالعالم",
    "👍",
    "party 🎉🎉 time",
    "family 👨‍👩‍👧‍👦 plan",
    "50 % off – today only…",
    "<b>bold</b> & <i>italic</i>",
    "https://www.example.com/products?id=42&ref=mail#top",
    "https://shop.example.org/a/b/c/d.html",
    "{\"nested\":{\"json\":[1,2,3]}}",
    "a;b;c|d,e",
    "  padded  ",
    "The quick brown fox jumps over the lazy dog while the band keeps playing until late at night",
    "100% cotton / machine wash",
    "\u{1b}[0mterminal",
    "null",
    "true story",
    "Ünïcödé everywhere",
    "zero\u{200b}width",
    "end with backslash\\",
    "\"quoted\"",
    "line one\r\nline two",
    "e\u{301} combining",
];

/// Names of custom events; some need escapes.
#[rustfmt::skip]
pub(super) const EVENT_NAMES: &[&str] = &[
    "Search", "Add Funds", "Level Complete", "Video Started", "Video Ended", "Share", "Login", "Logout", "Sign Up",
    "Filter Applied", "Article Read", "Coupon Redeemed", "Booking Started", "Booking Confirmed", "Seat Selected",
    "Playlist Created", "Track Played", "Ad Viewed", "Push Settings Changed", "Rate App", "Invite Sent", "Form Submitted",
    "Menu Opened", "Map Moved", "Store Selected", "Payment Method Added", "Chat Opened", "Feedback", "customEvent",
    "Suche gestartet – Übersicht", "Clicked \"Buy now\"", "お気に入り追加",
];

/// Names of screens; some need escapes.
#[rustfmt::skip]
pub(super) const SCREEN_NAMES: &[&str] = &[
    "Home", "Product List", "Product Detail", "Cart", "Checkout", "Order Confirmation", "Search Results", "Profile",
    "Settings", "Login", "Registration", "Store Locator", "Wish List", "Help", "Article", "Video Player", "Onboarding 1",
    "Onboarding 2", "/products/shoes", "/checkout/payment", "Détails du produit", "Einstellungen → Über", "Inbox", "Offers",
];

/// Paths of links.
#[rustfmt::skip]
pub(super) const PATHS: &[&str] = &[
    "/", "/home", "/offers/summer", "/products/12345", "/cart", "/search?q=shoes", "/account/orders", "/articles/2024/05/01",
];

/// Keys of custom flags; 8.
#[rustfmt::skip]
pub(super) const FLAG_KEYS: &[&str] = &[
    "ModuleA.flagA", "ModuleB.flagB", "ModuleA.priority", "ModuleB.campaign", "Hydrant.sample", "Hydrant.route",
    "Facebook.BrowserId", "Google.HitType",
];

/// Keys of integration attributes; 8.
#[rustfmt::skip]
pub(super) const INTEGRATION_KEYS: &[&str] = &[
    "client_id", "visitor_id", "mid", "device_token", "session", "amp_device_id", "cuid", "ga_session_id",
];

/// Keys of account settings; 8.
#[rustfmt::skip]
pub(super) const ACCOUNT_SETTINGS: &[(&str, &str)] = &[
    ("apiKey", "sample API Key"), ("Example String Setting", "Example Setting Value"), ("Example Boolean Setting", "false"),
    ("Example Integer Setting", "123"), ("endpoint", "https://collector.example.com/v2"), ("region", "eu-west-1"),
    ("sendRevenue", "True"), ("sampleRate", "0.25"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_distinct(keys: &[&str]) {
        let mut sorted = keys.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), keys.len(), "{keys:?}");
    }

    #[test]
    fn map_keys_are_distinct_and_powers_of_two_in_number() {
        for keys in [
            ATTRIBUTE_KEYS,
            USER_KEYS,
            LIST_KEYS,
            FLAG_KEYS,
            INTEGRATION_KEYS,
        ] {
            assert!(keys.len().is_power_of_two(), "{}", keys.len());
            assert_distinct(keys);
        }
        assert!(ACCOUNT_SETTINGS.len().is_power_of_two());
        assert_distinct(&[ATTRIBUTE_KEYS, ODD_KEYS].concat());
        assert_distinct(&[USER_KEYS, LIST_KEYS].concat());
    }

    #[test]
    fn no_text_is_empty() {
        for table in [
            WORDS,
            TEXTS,
            EVENT_NAMES,
            SCREEN_NAMES,
            PATHS,
            MAIL_HOSTS,
            ODD_KEYS,
        ] {
            assert!(table.iter().all(|text| !text.is_empty()));
        }
    }
}
