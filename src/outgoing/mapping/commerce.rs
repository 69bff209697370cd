//! Commerce events (outgoing-mapping.md, sections 5.12 to 5.14).

use super::job::{Job, filled, nonzero};
use crate::message::{
    ImpressionEvent, Product, ProductActionEvent, PromotionAction, PromotionActionEvent,
};
use crate::outgoing::models::{
    CommerceEventData, OutgoingProduct, OutgoingProductAction, OutgoingPromotion,
    OutgoingPromotionAction, ProductImpression, PromotionActionType, TextMap,
};

/// `None` if the event lacks a known action.
pub(super) fn product_action<'m>(
    job: &Job<'m>,
    event: &ProductActionEvent<'m>,
    data: &mut CommerceEventData<'m>,
) -> Option<()> {
    let action = event.action.filter(|action| action.is_known())?;
    data.common.custom_attributes = TextMap(event.attributes);
    data.common.custom_flags = TextMap(event.custom_flags);
    data.currency_code = filled(event.currency_code);
    let to = data.product_action.insert(OutgoingProductAction::empty());
    to.action = Some(action);
    to.transaction_id = filled(event.transaction_id);
    to.affiliation = filled(event.affiliation);
    to.total_amount = event.total_amount;
    to.tax_amount = event.tax_amount;
    to.shipping_amount = event.shipping_amount;
    to.coupon_code = filled(event.coupon_code);
    to.products = products(job, event.products);
    Some(())
}

/// `None` if the event lacks a known action.
pub(super) fn promotion_action<'m>(
    job: &Job<'m>,
    event: &PromotionActionEvent<'m>,
    data: &mut CommerceEventData<'m>,
) -> Option<()> {
    let action = match event.action? {
        PromotionAction::View => PromotionActionType::View,
        PromotionAction::Click => PromotionActionType::Click,
        PromotionAction::Unspecified | PromotionAction::__Unknown(_) => return None,
    };
    data.common.custom_attributes = TextMap(event.attributes);
    data.common.custom_flags = TextMap(event.custom_flags);
    let to = data
        .promotion_action
        .insert(OutgoingPromotionAction::empty());
    to.action = Some(action);
    to.promotions = job.convert(event.promotions, |promotion| OutgoingPromotion {
        id: filled(promotion.id),
        name: filled(promotion.name),
        creative: filled(promotion.creative),
        position: filled(promotion.position),
    });
    Some(())
}

/// `None` if the event has no impressions.
pub(super) fn impression<'m>(
    job: &Job<'m>,
    event: &ImpressionEvent<'m>,
    data: &mut CommerceEventData<'m>,
) -> Option<()> {
    if event.impressions.is_empty() {
        return None;
    }
    data.common.custom_attributes = TextMap(event.attributes);
    data.common.custom_flags = TextMap(event.custom_flags);
    data.product_impressions = job.convert(event.impressions, |impression| ProductImpression {
        product_impression_list: filled(impression.impression_list_name),
        products: products(job, impression.products),
    });
    Some(())
}

fn products<'m>(job: &Job<'m>, products: &[Product<'m>]) -> &'m [OutgoingProduct<'m>] {
    job.convert(products, |product| OutgoingProduct {
        id: filled(product.id),
        name: filled(product.name),
        brand: filled(product.brand),
        category: filled(product.category),
        variant: filled(product.variant),
        position: nonzero(product.position),
        price: product.price,
        quantity: product.quantity,
        coupon_code: filled(product.coupon_code),
        added_to_cart_time_ms: None,
        total_product_amount: product.total_amount,
        custom_attributes: TextMap(product.attributes),
    })
}
