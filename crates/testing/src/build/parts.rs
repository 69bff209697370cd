//! [`Part`]: the objects inside messages and events.

use super::{Fields, builder};

builder! {
    /// An object inside a message or an event, such as a [`product`] or a [`runtime`] environment
    /// (protocol, sections 5 and 6).
    ///
    /// ```
    /// use hydrant_testing::Value;
    /// use hydrant_testing::build::product;
    ///
    /// let product = Value::from(product("sku-1").set("price", 9.5).without("quantity"));
    /// assert_eq!(product["price"], 9.5);
    /// ```
    Part
}

impl Part {
    fn new() -> Self {
        Self(Fields::new())
    }
}

/// An identity of a user, a device or a partner, not hashed. For a digest, set `encoding`.
pub fn identity(identity_type: &str, value: &str) -> Part {
    Part::new()
        .set("type", identity_type)
        .set("encoding", "raw")
        .set("value", value)
}

/// One piece of a product.
pub fn product(id: &str) -> Part {
    Part::new().set("id", id).set("quantity", 1)
}

/// A promotion.
pub fn promotion(id: &str) -> Part {
    Part::new().set("id", id)
}

/// A runtime environment, for example `ios` or `mobileweb`. Add identities of the device with
/// `push("identities", identity(..))`.
pub fn runtime(runtime_type: &str) -> Part {
    Part(Fields::of_type(runtime_type))
}

/// A record of consent. In CCPA, `true` means that the user opted out.
pub fn consent(consented: bool) -> Part {
    Part::new().set("consented", consented)
}

/// The notification that the GDPR consent for a purpose was given or withdrawn.
pub fn gdpr_consent_state(purpose: &str, consented: bool) -> Part {
    runtime("gdpr_consent_state")
        .set("purpose", purpose)
        .set("new_gdpr_consent_state", consent(consented))
}

/// The notification that the user opted out of the sale of data, or in again.
pub fn ccpa_consent_state(opted_out: bool) -> Part {
    runtime("ccpa_consent_state")
        .set("purpose", hydrant::message::DATA_SALE_OPT_OUT)
        .set("new_ccpa_consent_state", consent(opted_out))
}

/// A change of the membership in an audience: `add`, `delete` or `attribute_update`.
pub fn audience(id: i64, action: &str) -> Part {
    let name = format!("Audience {id}");
    Part::new()
        .set("audience_id", id)
        .set("audience_name", name)
        .set("action", action)
}
