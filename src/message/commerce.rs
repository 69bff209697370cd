//! Products, promotions and impressions (sections 5.3 to 5.5). The events that carry them are in
//! `event`.

use super::{Decimal, Map};
use crate::schema::{model, wire_enum};

wire_enum! {
    /// What was done to products.
    pub enum ProductAction {
        /// Added to the wish list (spelled in one word on the wire).
        AddToWishlist = "add_to_wishlist",
        /// Removed from the wish list.
        RemoveFromWishList = "remove_from_wish_list",
        /// Added to the cart.
        AddToCart = "add_to_cart",
        /// Removed from the cart.
        RemoveFromCart = "remove_from_cart",
        /// Checkout begun.
        Checkout = "checkout",
        /// Purchased.
        Purchase = "purchase",
        /// Refunded.
        Refund = "refund",
        /// Checkout option chosen.
        CheckoutOption = "checkout_option",
        /// Clicked.
        Click = "click",
        /// Details viewed.
        ViewDetail = "view_detail",
    }
}

wire_enum! {
    /// What was done to a promotion. The text `unknown` is a value of its own.
    pub enum PromotionAction {
        /// Not known to the sender.
        Unspecified = "unknown",
        /// Shown.
        View = "view",
        /// Clicked.
        Click = "click",
    }
}

model! {
    /// A product.
    pub struct Product<'a> {
        /// Product id (SKU).
        "id" id: Option<&'a str> = None, set;
        /// Name.
        "name" name: Option<&'a str> = None, set;
        /// Brand.
        "brand" brand: Option<&'a str> = None, set;
        /// Category.
        "category" category: Option<&'a str> = None, set;
        /// Variant.
        "variant" variant: Option<&'a str> = None, set;
        /// Position in a list.
        "position" position: i32 = 0, always;
        /// Unit price.
        "price" price: Option<Decimal<'a>> = None, set;
        /// Quantity, may be fractional.
        "quantity" quantity: Option<Decimal<'a>> = None, set;
        /// Coupon of the product.
        "coupon_code" coupon_code: Option<&'a str> = None, set;
        /// Total of this line.
        "total_amount" total_amount: Option<Decimal<'a>> = None, set;
        /// Attributes.
        "attributes" attributes: Map<'a, &'a str> = Map::EMPTY, set;
    }
}

model! {
    /// A promotion.
    pub struct Promotion<'a> {
        /// Promotion id.
        "id" id: Option<&'a str> = None, set, since "1.1.4";
        /// Name.
        "name" name: Option<&'a str> = None, set, since "1.1.4";
        /// Creative.
        "creative" creative: Option<&'a str> = None, set, since "1.1.4";
        /// Position, free text.
        "position" position: Option<&'a str> = None, set, since "1.1.4";
    }
}

model! {
    /// A list of products that was shown.
    pub struct Impression<'a> {
        /// Name of the list.
        "impression_list_name" impression_list_name: Option<&'a str> = None, set, since "1.1.4";
        /// Products shown.
        "products" products: &'a [Product<'a>] = &[], set, since "1.1.4";
    }
}
