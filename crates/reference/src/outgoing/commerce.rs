//! Commerce events (M 5.12, M 5.13, M 5.14).

use super::events::with_attributes_and_flags;
use super::value::{Fields, Object, Warnings, filled};
use crate::json::Json;

/// M 5.12: the same ten names.
const PRODUCT_ACTIONS: &[&str] = &[
    "add_to_cart",
    "remove_from_cart",
    "checkout",
    "checkout_option",
    "click",
    "view_detail",
    "purchase",
    "refund",
    "add_to_wishlist",
    "remove_from_wish_list",
];

/// M 5.12; reading M 5.12: an unknown action drops the event, as a missing one does.
pub(super) fn product_action(
    event: &Json,
    mut data: Object,
    path: &str,
    warnings: &mut Warnings,
) -> Option<Object> {
    if !event
        .text("action")
        .is_some_and(|action| PRODUCT_ACTIONS.contains(&action))
    {
        warnings.add(path, "missing or unknown action");
        return None;
    }
    let mut action = Object::default();
    for name in [
        "action",
        "transaction_id",
        "affiliation",
        "total_amount",
        "tax_amount",
        "shipping_amount",
        "coupon_code",
    ] {
        action.copy(event, name, name);
    }
    action.put("products", products(event));
    data.copy(event, "currency_code", "currency_code");
    data.put("product_action", action.filled());
    Some(with_attributes_and_flags(event, data))
}

/// M 5.13
pub(super) fn promotion_action(
    event: &Json,
    mut data: Object,
    path: &str,
    warnings: &mut Warnings,
) -> Option<Object> {
    if !matches!(event.text("action"), Some("view" | "click")) {
        warnings.add(path, "missing or unknown action");
        return None;
    }
    let promotions = event.list("promotions").into_iter().map(|promotion| {
        let mut written = Object::default();
        for name in ["id", "name", "creative", "position"] {
            written.copy(promotion, name, name);
        }
        written.json()
    });
    let mut action = Object::default();
    action.copy(event, "action", "action");
    action.put("promotions", filled(Json::Array(promotions.collect())));
    data.put("promotion_action", action.filled());
    Some(with_attributes_and_flags(event, data))
}

/// M 5.14; N9: an event without impressions is dropped with a warning.
pub(super) fn impression(
    event: &Json,
    mut data: Object,
    path: &str,
    warnings: &mut Warnings,
) -> Option<Object> {
    let impressions: Vec<Json> = event
        .list("impressions")
        .into_iter()
        .map(|impression| {
            let mut written = Object::default();
            written.copy(
                impression,
                "impression_list_name",
                "product_impression_list",
            );
            written.put("products", products(impression));
            written.json()
        })
        .collect();
    if impressions.is_empty() {
        warnings.add(path, "no impressions");
        return None;
    }
    data.put("product_impressions", Some(Json::Array(impressions)));
    Some(with_attributes_and_flags(event, data))
}

/// M 5.12, second table.
fn products(parent: &Json) -> Option<Json> {
    let products = parent.list("products").into_iter().map(|product| {
        let mut written = Object::default();
        for name in ["id", "name", "brand", "category", "variant"] {
            written.copy(product, name, name);
        }
        // 0 is dropped.
        written.put_int(
            "position",
            product.int("position").filter(|position| *position != 0),
        );
        written.copy(product, "price", "price");
        written.copy(product, "quantity", "quantity");
        written.copy(product, "coupon_code", "coupon_code");
        written.copy(product, "total_amount", "total_product_amount");
        written.copy(product, "attributes", "custom_attributes");
        written.json()
    });
    filled(Json::Array(products.collect()))
}
