//! Commerce: product actions, promotions, impressions (protocol, 4.12 to 4.14 and 5.3 to 5.5).
//!
//! Amounts are decimals with the scale of the user's currency, and they are consistent: the total
//! of a line is price times quantity, and the total of a transaction is the sum of its lines plus
//! tax and shipping.

use super::identities::User;
use super::json::Writer;
use super::random::Random;
use super::values::{attribute_map, attributes, custom_flags};
use super::words::Place;

/// Name, brand, category and price in hundredths.
type Item = (&'static str, &'static str, &'static str, u64);

#[rustfmt::skip]
const ITEMS: &[Item] = &[
    ("Road Runner 5", "Fleet", "Shoes/Running", 12_999), ("Trail Jacket", "Nordwind", "Apparel/Jackets", 18_950),
    ("Espresso Machine \"Roma\"", "Caffè", "Kitchen", 49_900), ("USB-C Cable 2 m", "Basics", "Electronics/Cables", 1_299),
    ("Bananas", "", "Grocery/Fruit", 199), ("Cheddar", "Farm & Co", "Grocery/Dairy", 549), ("Paperback", "", "Books", 1_199),
    ("Süße Träume Kissen", "Bettenland", "Home/Bedding", 3_990), ("Phone 14", "Fruit", "Electronics/Phones", 79_900),
    ("Gift Card", "", "", 2_500), ("Concert Ticket", "", "Tickets", 8_400), ("抹茶 セット", "茶屋", "Grocery/Tea", 2_480),
    ("Yoga Mat", "Om", "Sports/Yoga", 2_995), ("Desk Lamp", "Lumen", "Home/Lighting", 4_450), ("Sticker 🚀", "", "Fun", 99),
    ("Annual Subscription", "Player", "Subscriptions", 9_999),
];

const VARIANTS: &[&str] = &["blue", "M", "42", "128 GB", "left", "grün", "2-pack"];
const COUPONS: &[&str] = &["SPRING24", "WELCOME10", "FREESHIP", "vip-15%", "BOGO"];
const STORES: &[&str] = &[
    "Web Store",
    "App",
    "Store 0042",
    "Marché \"Central\"",
    "partner",
];
const LISTS: &[&str] = &[
    "Recommended",
    "Search Results",
    "Recently Viewed",
    "Suggested Products List",
    "Ähnliche Artikel",
];
const CREATIVES: &[&str] = &[
    "banner_1",
    "hero-video",
    "sidebar",
    "bannière d'été",
    "carousel/3",
];
const SPOTS: &[&str] = &["top", "1", "2", "footer", "home:slot-3"];

/// Every value of ProductAction (protocol, section 8), with its share in percent.
const PRODUCT_ACTIONS: [(&str, u32); 10] = [
    ("view_detail", 30),
    ("add_to_cart", 20),
    ("click", 12),
    ("purchase", 12),
    ("checkout", 8),
    ("remove_from_cart", 6),
    ("add_to_wishlist", 5),
    ("checkout_option", 3),
    ("remove_from_wish_list", 2),
    ("refund", 2),
];

/// Every value of PromotionAction.
const PROMOTION_ACTIONS: &[&str] = &["view", "view", "view", "click", "click", "unknown"];

/// The fields of `product_action`.
pub(super) fn product_action(w: &mut Writer<'_>, random: &mut Random, user: &User) {
    let place = &user.place;
    let mut at = random.below(100);
    let mut action = "purchase";
    for (name, share) in PRODUCT_ACTIONS {
        if at < share {
            action = name;
            break;
        }
        at -= share;
    }
    let transaction = matches!(action, "purchase" | "refund" | "checkout");
    let basket = Basket::fill(random, place, if transaction { 4 } else { 3 });
    w.string_field("action", action);
    if transaction {
        w.key("transaction_id");
        w.open();
        w.part("T-");
        w.short_hex(random.bits() as u32);
        w.close();
        if random.chance(60) {
            w.text_field("affiliation", random.pick(STORES));
        }
    }
    if transaction || random.chance(15) {
        basket.amounts(w, random);
    }
    if random.chance(80) {
        w.string_field("currency_code", place.currency);
    }
    if transaction && random.chance(25) {
        w.string_field("coupon_code", random.pick(COUPONS));
    }
    // A checkout option does not need a list of products.
    if action != "checkout_option" || random.chance(50) {
        w.key("products");
        basket.products(w, random);
    }
    attributes(w, random);
    custom_flags(w, random);
}

/// The fields of `promotion_action`.
pub(super) fn promotion_action(w: &mut Writer<'_>, random: &mut Random, _: &User) {
    w.string_field("action", random.pick(PROMOTION_ACTIONS));
    attributes(w, random);
    if random.chance(95) {
        w.key("promotions");
        w.begin_array();
        for _ in 0..random.between(1, 3) {
            w.element();
            w.begin_object();
            let number = random.between(1, 999);
            w.key("id");
            w.open();
            w.part("promo-");
            w.unsigned(number);
            w.close();
            if random.chance(80) {
                w.key("name");
                w.open();
                w.part("Sale ");
                w.unsigned(number);
                w.close();
            }
            if random.chance(70) {
                w.text_field("creative", random.pick(CREATIVES));
            }
            if random.chance(80) {
                w.string_field("position", random.pick(SPOTS));
            }
            w.end_object();
        }
        w.end_array();
    }
    custom_flags(w, random);
}

/// The fields of `impression`.
pub(super) fn impression(w: &mut Writer<'_>, random: &mut Random, user: &User) {
    attributes(w, random);
    w.key("impressions");
    w.begin_array();
    for _ in 0..random.between(1, 2) {
        w.element();
        w.begin_object();
        if random.chance(95) {
            w.text_field("impression_list_name", random.pick(LISTS));
        }
        if random.chance(95) {
            w.key("products");
            Basket::fill(random, &user.place, 3).products(w, random);
        }
        w.end_object();
    }
    w.end_array();
    custom_flags(w, random);
}

/// One line: an item, its price in units of the scale of the basket, and its quantity in units of
/// `quantity_scale`.
#[derive(Clone, Copy, Default)]
struct Line {
    number: u32,
    item: Item,
    price: u64,
    quantity: u64,
    quantity_scale: u32,
}

/// Products that are bought or shown together.
struct Basket {
    lines: [Line; 4],
    count: usize,
    scale: u32,
}

impl Basket {
    /// A basket of one to `most` lines, but at most four.
    fn fill(random: &mut Random, place: &Place, most: u64) -> Self {
        let mut basket = Self {
            lines: [Line::default(); 4],
            count: 0,
            scale: place.scale,
        };
        basket.count = random.between(1, most.min(4)) as usize;
        for line in basket.lines.iter_mut().take(basket.count) {
            let item: Item = random.pick(ITEMS);
            let (quantity, quantity_scale) = match item.2 {
                "Grocery/Fruit" | "Grocery/Dairy" => (random.between(100, 2_500), 3),
                _ if random.chance(75) => (1, 0),
                _ => (random.between(1, 9), 0),
            };
            let price = match place.scale {
                3 => item.3 * 3,
                _ => item.3,
            };
            *line = Line {
                number: random.between(1_000, 99_999) as u32,
                item,
                price,
                quantity,
                quantity_scale,
            };
        }
        basket
    }

    /// The sum of all lines, rounded down to the scale of the currency.
    fn sum(&self) -> u64 {
        let value = |line: &Line| line.price * line.quantity / 10_u64.pow(line.quantity_scale);
        self.lines.iter().take(self.count).map(value).sum()
    }

    fn amounts(&self, w: &mut Writer<'_>, random: &mut Random) {
        let sum = self.sum();
        let tax = sum * random.pick(&[0, 6, 7, 19, 20]) / 100;
        let shipping = random.pick(&[0, 0, 495, 990]);
        let mut amount = |key, value| {
            w.key(key);
            w.decimal(value, self.scale);
        };
        amount("total_amount", sum + tax + shipping);
        if random.chance(80) {
            amount("tax_amount", tax);
            amount("shipping_amount", shipping);
        }
    }

    fn products(&self, w: &mut Writer<'_>, random: &mut Random) {
        w.begin_array();
        for (at, line) in self.lines.iter().take(self.count).enumerate() {
            w.element();
            self.product(w, random, line, at);
        }
        w.end_array();
    }

    fn product(&self, w: &mut Writer<'_>, random: &mut Random, line: &Line, at: usize) {
        let (name, brand, category, _) = line.item;
        let mut optional = |w: &mut Writer<'_>, key, text: &str, percent| {
            if !text.is_empty() && random.chance(percent) {
                w.text_field(key, text);
            }
        };
        w.begin_object();
        w.key("id");
        w.open();
        w.part("SKU-");
        w.unsigned(u64::from(line.number));
        w.close();
        w.text_field("name", name);
        optional(w, "brand", brand, 85);
        optional(w, "category", category, 85);
        optional(
            w,
            "variant",
            VARIANTS
                .get(line.number as usize % 10)
                .copied()
                .unwrap_or_default(),
            90,
        );
        w.unsigned_field(
            "position",
            if random.chance(70) { at as u64 + 1 } else { 0 },
        );
        if random.chance(96) {
            w.key("price");
            w.decimal(line.price, self.scale);
        }
        w.key("quantity");
        w.decimal(line.quantity, line.quantity_scale);
        if random.chance(8) {
            w.string_field("coupon_code", random.pick(COUPONS));
        }
        if random.chance(75) {
            w.key("total_amount");
            w.decimal(line.price * line.quantity, self.scale + line.quantity_scale);
        }
        if random.chance(40) {
            w.key("attributes");
            let count = random.between(1, 3) as usize;
            attribute_map(w, random, count);
        }
        w.end_object();
    }
}
