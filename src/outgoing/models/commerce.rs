//! The data of commerce events (outgoing-json.md, section 5.2).

use super::{EventDataCommon, TextMap};
use crate::message::{Decimal, ProductAction};
use crate::schema::{model, wire_enum};

wire_enum! {
    /// The kind of a commerce event, from the published schema. The action of a product says
    /// `remove_from_wish_list` (O17).
    pub enum CommerceType {
        /// Attribution.
        Attribution = "attribution",
        /// Location.
        Location = "location",
        /// Media.
        Media = "media",
        /// Navigation.
        Navigation = "navigation",
        /// Search.
        Search = "search",
        /// Social.
        Social = "social",
        /// Transaction.
        Transaction = "transaction",
        /// Content of the user.
        UserContent = "user_content",
        /// Preference of the user.
        UserPreference = "user_preference",
        /// Other.
        Other = "other",
        /// Added to the cart.
        AddToCart = "add_to_cart",
        /// Removed from the cart.
        RemoveFromCart = "remove_from_cart",
        /// Checkout begun.
        Checkout = "checkout",
        /// Checkout option chosen.
        CheckoutOption = "checkout_option",
        /// Clicked.
        Click = "click",
        /// Details viewed.
        ViewDetail = "view_detail",
        /// Purchased.
        Purchase = "purchase",
        /// Refunded.
        Refund = "refund",
        /// Promotion shown.
        PromotionView = "promotion_view",
        /// Promotion clicked.
        PromotionClick = "promotion_click",
        /// Added to the wish list.
        AddToWishlist = "add_to_wishlist",
        /// Removed from the wish list.
        RemoveFromWishlist = "remove_from_wishlist",
        /// Shown.
        Impression = "impression",
        /// Consent granted.
        ConsentGranted = "consent_granted",
        /// Consent denied.
        ConsentDenied = "consent_denied",
    }
}

model! {
    /// Data of a commerce event. One of the first three of its objects is present.
    pub struct CommerceEventData<'a> {
        flatten common: EventDataCommon<'a>;
        /// ISO 4217 code.
        "currency_code" currency_code: Option<&'a str> = None, set;
        /// An action on products.
        "product_action" product_action: Option<OutgoingProductAction<'a>> = None, set;
        /// A promotion was shown or clicked.
        "promotion_action" promotion_action: Option<OutgoingPromotionAction<'a>> = None, set;
        /// Products were shown.
        "product_impressions" product_impressions: &'a [ProductImpression<'a>] = &[], set;
        /// The cart at that moment.
        "shopping_cart" shopping_cart: Option<ShoppingCart<'a>> = None, set;
        /// Screen.
        "screen_name" screen_name: Option<&'a str> = None, set;
        /// Not caused by the user.
        "is_non_interactive" is_non_interactive: bool = false, if_true;
        /// Name.
        "event_name" event_name: Option<&'a str> = None, set;
        /// Kind.
        "custom_event_type" custom_event_type: Option<CommerceType<'a>> = None, set;
    }
}

model! {
    /// An action on products.
    pub struct OutgoingProductAction<'a> {
        /// The action, which has the same names as in a Firehose message.
        "action" action: Option<ProductAction<'a>> = None, set, required;
        /// Step of the checkout.
        "checkout_step" checkout_step: Option<i32> = None, set;
        /// Options chosen.
        "checkout_options" checkout_options: Option<&'a str> = None, set;
        /// List that the action belongs to.
        "product_action_list" product_action_list: Option<&'a str> = None, set;
        /// Where that list was shown.
        "product_list_source" product_list_source: Option<&'a str> = None, set;
        /// Transaction.
        "transaction_id" transaction_id: Option<&'a str> = None, set;
        /// Store.
        "affiliation" affiliation: Option<&'a str> = None, set;
        /// Total.
        "total_amount" total_amount: Option<Decimal<'a>> = None, set;
        /// Tax.
        "tax_amount" tax_amount: Option<Decimal<'a>> = None, set;
        /// Shipping.
        "shipping_amount" shipping_amount: Option<Decimal<'a>> = None, set;
        /// Coupon.
        "coupon_code" coupon_code: Option<&'a str> = None, set;
        /// Products.
        "products" products: &'a [OutgoingProduct<'a>] = &[], set;
    }
}

wire_enum! {
    /// What was done to a promotion.
    pub enum PromotionActionType {
        /// Shown.
        View = "view",
        /// Clicked.
        Click = "click",
    }
}

model! {
    /// A promotion was shown or clicked.
    pub struct OutgoingPromotionAction<'a> {
        /// The action.
        "action" action: Option<PromotionActionType<'a>> = None, set, required;
        /// Promotions.
        "promotions" promotions: &'a [OutgoingPromotion<'a>] = &[], set;
    }
}

model! {
    /// A promotion.
    pub struct OutgoingPromotion<'a> {
        /// Identifier.
        "id" id: Option<&'a str> = None, set;
        /// Name.
        "name" name: Option<&'a str> = None, set;
        /// Creative.
        "creative" creative: Option<&'a str> = None, set;
        /// Position, free text.
        "position" position: Option<&'a str> = None, set;
    }
}

model! {
    /// A list of products that was shown.
    pub struct ProductImpression<'a> {
        /// Name of the list.
        "product_impression_list" product_impression_list: Option<&'a str> = None, set;
        /// Products.
        "products" products: &'a [OutgoingProduct<'a>] = &[], set;
    }
}

model! {
    /// The cart.
    pub struct ShoppingCart<'a> {
        /// Products.
        "products" products: &'a [OutgoingProduct<'a>] = &[], set;
    }
}

model! {
    /// A product.
    pub struct OutgoingProduct<'a> {
        /// SKU.
        "id" id: Option<&'a str> = None, set;
        /// Name.
        "name" name: Option<&'a str> = None, set;
        /// Brand.
        "brand" brand: Option<&'a str> = None, set;
        /// Category.
        "category" category: Option<&'a str> = None, set;
        /// Variant.
        "variant" variant: Option<&'a str> = None, set;
        /// Position.
        "position" position: Option<i32> = None, set;
        /// Unit price.
        "price" price: Option<Decimal<'a>> = None, set;
        /// Quantity.
        "quantity" quantity: Option<Decimal<'a>> = None, set;
        /// Coupon.
        "coupon_code" coupon_code: Option<&'a str> = None, set;
        /// When it was added to the cart, in milliseconds since the epoch.
        "added_to_cart_time_ms" added_to_cart_time_ms: Option<i64> = None, set;
        /// Total of the line.
        "total_product_amount" total_product_amount: Option<Decimal<'a>> = None, set;
        /// Attributes.
        "custom_attributes" custom_attributes: TextMap<'a> = TextMap::EMPTY, set;
    }
}
