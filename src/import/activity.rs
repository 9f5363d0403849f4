//! Activity events.

use super::{entity::Entity, fields::Fields};
use crate::shop::{ActivityEvent, ActivityKind};

pub fn read(fields: &mut Fields<'_>) -> Option<ActivityEvent> {
    let id = fields.id();
    let customer_id = fields.reference("customer_id", Entity::Customers);
    let kind = fields.code("kind", ActivityKind::ALL, ActivityKind::code, None);
    let at = fields.time("at");
    let order_id = fields.optional_reference("order_id", Entity::Orders);
    let product_id = fields.optional_reference("product_id", Entity::Products);
    let article_id = fields.optional_reference("article_id", Entity::Articles);
    let data = fields.object("data");
    Some(ActivityEvent { id: id?, customer_id: customer_id?, kind: kind?, at: at?, order_id, product_id, article_id, data: data? })
}
