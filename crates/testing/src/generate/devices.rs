//! Existing devices per platform: the constant part of a runtime environment, which `runtime.rs`
//! writes.

/// A model of a device.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Device {
    pub(super) brand: &'static str,
    pub(super) product: &'static str,
    pub(super) model: &'static str,
    pub(super) os_version: &'static str,
    pub(super) build: &'static str,
    pub(super) height: u64,
    pub(super) width: u64,
    pub(super) dpi: u64,
    pub(super) cpu: &'static str,
    pub(super) tablet: bool,
    pub(super) user_agent: &'static str,
}

#[rustfmt::skip]
#[allow(clippy::too_many_arguments)]
const fn device(
    brand: &'static str, product: &'static str, model: &'static str, os_version: &'static str, build: &'static str,
    (height, width, dpi): (u64, u64, u64), cpu: &'static str, tablet: bool, user_agent: &'static str,
) -> Device {
    Device { brand, product, model, os_version, build, height, width, dpi, cpu, tablet, user_agent }
}

const OKHTTP: &str = "okhttp/4.12.0";
const CFNETWORK: &str = "TravelApp/7.4.1 CFNetwork/1494.0.7 Darwin/23.4.0";
const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36";
const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1";
const ROKU: &str = "Roku/DVP-12.5 (12.5.5.4174-88)";
const SILK: &str = "Mozilla/5.0 (Linux; Android 9; AFTMM) AppleWebKit/537.36 (KHTML, like Gecko) Silk/122.2.5 like Chrome/122.0.6261.119 Safari/537.36";

#[rustfmt::skip]
pub(super) const ANDROID: &[Device] = &[
    device("samsung", "Galaxy S23", "SM-S911B", "14", "UP1A.231005.007", (2340, 1080, 425), "arm64-v8a", false, OKHTTP),
    device("samsung", "Galaxy Tab S8", "SM-X700", "13", "TP1A.220624.014", (2560, 1600, 276), "arm64-v8a", true, OKHTTP),
    device("google", "Pixel 8", "Pixel 8", "14", "AP1A.240405.002", (2400, 1080, 428), "arm64-v8a", false, OKHTTP),
    device("Xiaomi", "Redmi Note 12", "22111317G", "12", "SKQ1.220303.001", (2400, 1080, 395), "arm64-v8a", false, OKHTTP),
    device("motorola", "moto g power", "moto g power (2021)", "11", "RZKS31.Q3-45-16-8-11", (1600, 720, 266), "armeabi-v7a", false, OKHTTP),
    device("Samsung", "Galaxy S3", "Galaxy S3", "4.1.1", "M4=rc20", (736, 1280, 160), "armeabi", false, OKHTTP),
];

#[rustfmt::skip]
pub(super) const IOS: &[Device] = &[
    device("iPhone", "iPhone15,2", "iPhone 14 Pro", "17.4.1", "21E236", (2556, 1179, 460), "arm64e", false, CFNETWORK),
    device("iPhone", "iPhone13,1", "iPhone 12 mini", "16.7.7", "20H330", (2340, 1080, 476), "arm64", false, CFNETWORK),
    device("iPad", "iPad13,8", "iPad Pro 12.9\"", "17.2", "21C62", (2732, 2048, 264), "arm64", true, CFNETWORK),
    device("iPhone", "iPhone12,8", "iPhone SE", "15.8.2", "19H384", (1334, 750, 326), "arm64", false, CFNETWORK),
];

#[rustfmt::skip]
pub(super) const TVOS: &[Device] = &[
    device("Apple TV", "AppleTV11,1", "Apple TV 4K", "17.4", "21L227", (2160, 3840, 0), "arm64", false, CFNETWORK),
    device("Apple TV", "AppleTV5,3", "Apple TV HD", "16.6", "20M73", (1080, 1920, 0), "arm64", false, CFNETWORK),
];

#[rustfmt::skip]
pub(super) const WEB: &[Device] = &[
    device("Google", "Chrome", "Desktop", "10.0", "124.0.6367.118", (1080, 1920, 96), "", false, CHROME),
    device("Apple", "Safari", "iPhone", "17.4", "15E148", (844, 390, 460), "", false, SAFARI),
    device("Apple", "Safari", "iPad", "16.6", "15E148", (1180, 820, 264), "", true, SAFARI),
];

#[rustfmt::skip]
pub(super) const ROKUS: &[Device] = &[
    device("Roku", "Roku Ultra", "4802X", "12.5.5", "88Y12E04174A", (0, 0, 0), "arm", false, ROKU),
    device("Roku", "Streaming Stick+", "3810X", "11.5.0", "C9E11E04312A", (0, 0, 0), "mips", false, ROKU),
];

#[rustfmt::skip]
pub(super) const XBOXES: &[Device] = &[
    device("Xbox", "Xbox Series X", "RRT-00010", "10.0.25398.4478", "xb_flt_2404zn", (2160, 3840, 0), "x64", false, "NSPlayer/12.00"),
    device("Xbox", "Xbox One S", "1681", "10.0.22621.3447", "xb_flt_2310co", (1080, 1920, 0), "x64", false, "NSPlayer/12.00"),
];

#[rustfmt::skip]
pub(super) const FIRETVS: &[Device] = &[
    device("Amazon", "Fire TV Stick 4K", "AFTMM", "7.1.2", "NS6271/2493", (2160, 3840, 320), "armeabi-v7a", false, SILK),
    device("Amazon", "Fire TV Cube", "AFTR", "7.6.4", "PS7646/3701", (1080, 1920, 320), "arm64-v8a", false, SILK),
];

#[rustfmt::skip]
pub(super) const OTHERS: &[Device] = &[
    device("Amazon", "Echo Show 8", "AEOAT", "7.5.6.1", "NS6561", (800, 1280, 189), "", false, "Alexa/2.2 (Echo Show)"),
    device("LG", "OLED55C1", "OLED55C1PUB", "webOS 6.3.1", "03.34.65", (2160, 3840, 80), "", false, "Mozilla/5.0 (Web0S; Linux/SmartTV)"),
    device("Samsung", "QN65Q80A", "QN65Q80AAFXZA", "Tizen 6.0", "T-NKM2AKUC-2203.1", (2160, 3840, 68), "", false, "Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0)"),
];

/// An application: name, package, version.
#[rustfmt::skip]
pub(super) const APPLICATIONS: &[(&str, &str, &str)] = &[
    ("TravelApp", "com.example.TravelApp", "7.4.1"),
    ("Shop & Save", "com.example.shop", "2024.5.0"),
    ("News – Aktuell", "de.example.news", "1.2.001-dbg"),
    ("Player", "com.example.player", "12.0"),
];

/// Referrers that the Play Store reports.
#[rustfmt::skip]
pub(super) const REFERRERS: &[&str] = &[
    "utm_source%3Dgoogle%26utm_medium%3Dcpc%26utm_term%3Drunning%252Bshoes%26utm_content%3Dlogolink%26utm_campaign%3Dspring_sale",
    "utm_source=google-play&utm_medium=organic",
];

/// The content of an Apple Search Ads attribution.
pub(super) const SEARCH_ADS: &[(&str, &str)] = &[
    ("iad-attribution", "true"),
    ("iad-org-name", "Example Org"),
    ("iad-campaign-id", "542370539"),
    ("iad-campaign-name", "Spring \"Sale\""),
    ("iad-conversion-date", "2024-04-30T08:15:00Z"),
    ("iad-keyword", "running shoes"),
];
