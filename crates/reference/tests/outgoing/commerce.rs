//! Commerce events: M 5.12, 5.13, 5.14, and decimals (M 1.4, N8).

use super::*;

fn dropped(event: String, kind: &str) {
    let message = with_events(&[event]);
    assert!(types(&one(&message, &[])).is_empty(), "{message}");
    assert_eq!(warnings(&message, &[]), [format!("events[0]: {kind}")]);
}

#[test]
fn product_action() {
    let own = data(&[event(
        "product_action",
        r#""action":"purchase","transaction_id":"t","affiliation":"a","total_amount":11.00,"tax_amount":"1.5","shipping_amount":0,
           "coupon_code":"c","currency_code":"EUR","attributes":{"k":"v"},"custom_flags":{"f":"g"},
           "products":[{"id":"i","name":"n","brand":"b","category":"c","variant":"v","coupon_code":"d","position":3,"price":1,
             "quantity":2,"total_amount":2.0,"attributes":{"e":""}},{"position":0},null]"#,
    )]);
    assert_eq!(
        own[0],
        r#"{"currency_code":"EUR","product_action":{"action":"purchase","transaction_id":"t","affiliation":"a","total_amount":11.00,"tax_amount":1.5,"shipping_amount":0,"coupon_code":"c","products":[{"id":"i","name":"n","brand":"b","category":"c","variant":"v","position":3,"price":1,"quantity":2,"coupon_code":"d","total_product_amount":2.0,"custom_attributes":{"e":""}},{}]},"custom_attributes":{"k":"v"},"custom_flags":{"f":"g"}}"#
    );
    for action in [
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
    ] {
        let own = data(&[event("product_action", &format!(r#""action":"{action}""#))]);
        assert_eq!(
            own[0],
            format!(r#"{{"product_action":{{"action":"{action}"}}}}"#)
        );
    }
    for fields in ["", r#""action":"lick""#] {
        dropped(event("product_action", fields), "missing or unknown action");
    }
}

/// M 1.4 and N8
#[test]
fn decimals() {
    for (received, written) in [
        ("10.00", "10.00"),
        ("1E-8", "0.00000001"),
        ("1E+3", "1000"),
        (r#""+007.50""#, "7.50"),
        ("1e39", "1000000000000000000000000000000000000000"),
        ("1e40", "1e40"),
        (
            "0.10000000000000000000000000000000000000001",
            "0.10000000000000000000000000000000000000001",
        ),
    ] {
        let fields = format!(r#""action":"refund","total_amount":{received}"#);
        let own = data(&[event("product_action", &fields)]);
        assert_eq!(
            own[0],
            format!(r#"{{"product_action":{{"action":"refund","total_amount":{written}}}}}"#)
        );
    }
}

#[test]
fn promotion_action() {
    let own = data(&[
        event(
            "promotion_action",
            r#""action":"view","promotions":[{"id":"i","name":"n","creative":"c","position":1}],"attributes":{"k":"v"},"custom_flags":{"f":"g"}"#,
        ),
        event(
            "promotion_action",
            r#""action":"click","promotions":[null]"#,
        ),
    ]);
    assert_eq!(
        own[0],
        r#"{"promotion_action":{"action":"view","promotions":[{"id":"i","name":"n","creative":"c","position":"1"}]},"custom_attributes":{"k":"v"},"custom_flags":{"f":"g"}}"#
    );
    assert_eq!(own[1], r#"{"promotion_action":{"action":"click"}}"#);
    for fields in ["", r#""action":"unknown""#, r#""action":"hug""#] {
        dropped(
            event("promotion_action", fields),
            "missing or unknown action",
        );
    }
}

/// M 5.14 and N9
#[test]
fn impression() {
    let own = data(&[event(
        "impression",
        r#""impressions":[{"impression_list_name":"l","products":[{"id":"i"}]},{"products":[]}],"attributes":{"k":"v"},"custom_flags":{"f":"g"}"#,
    )]);
    assert_eq!(
        own[0],
        r#"{"product_impressions":[{"product_impression_list":"l","products":[{"id":"i"}]},{}],"custom_attributes":{"k":"v"},"custom_flags":{"f":"g"}}"#
    );
    for fields in ["", r#""impressions":[]"#, r#""impressions":[null]"#] {
        dropped(event("impression", fields), "no impressions");
    }
}
