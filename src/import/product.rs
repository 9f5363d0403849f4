//! Products.

use super::{entity::Entity, fields::Fields};
use crate::shop::{Product, product::MAX_STOCK};

pub fn read(fields: &mut Fields<'_>) -> Option<Product> {
    let id = fields.id();
    let sku = fields.text("sku", 1, 64);
    if let Some(sku) = &sku {
        fields.unique.push(("sku", sku.clone()));
    }
    let slug = fields.slug("slug");
    let name = fields.text("name", 1, 200);
    let description = fields.text("description", 0, 10_000);
    let price = fields.money("price", 1);
    let stock = fields.whole("stock", 0..=MAX_STOCK, Some(0));
    let category_id = fields.reference("category_id", Entity::Categories);
    let created_at = fields.time("created_at");
    Some(Product {
        id: id?,
        sku: sku?,
        slug: slug?,
        name: name?,
        description: description?,
        price: price?,
        stock: stock?,
        category_id: category_id?,
        created_at: created_at?,
        version: 1,
    })
}
