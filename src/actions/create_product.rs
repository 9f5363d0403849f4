//! Something new for sale.

use super::{
    product_input::{ProductInput, refusal},
    refusal::{Faults, Outcome, settle},
    who::Asker,
};
use crate::{
    roles::Catalog,
    shop::{
        Product, ProductId, Provenance,
        audit::{Action, asked},
        product::MAX_STOCK,
    },
};
use serde_json::json;

/// Adds a product; all fields must be given but the description.
pub async fn create_product(catalog: &dyn Catalog, asker: &Asker, input: ProductInput, stock: i64) -> Outcome<Product> {
    asker.admin()?;
    let once = asker.once("createProduct", &json!({ "product": input.json(), "stock": stock }))?;
    let mut faults = Faults::default();
    if !(0..=MAX_STOCK).contains(&stock) {
        faults.add("stock", format_args!("{stock} is not a stock: expected 0 to {MAX_STOCK}"));
    }
    let given = input.checked(faults)?;
    let mut faults = Faults::default();
    for (field, missing) in [
        ("sku", given.sku.is_none()),
        ("slug", given.slug.is_none()),
        ("name", given.name.is_none()),
        ("price", given.price.is_none()),
        ("categoryId", given.category_id.is_none()),
    ] {
        if missing {
            faults.add(field, "is missing");
        }
    }
    let product = (|| {
        Some(Product {
            id: ProductId::from_uuid(once.as_ref().map_or_else(uuid::Uuid::now_v7, crate::shop::Once::id)),
            sku: given.sku?,
            slug: given.slug?,
            name: given.name?,
            description: given.description.unwrap_or_default(),
            price: given.price?,
            stock,
            category_id: given.category_id?,
            created_at: asker.at,
            version: 1,
        })
    })();
    let product = faults.done(product)?;
    let audit = asker.audit(Action::CreateProduct, product.id, asked::plainly());
    settle(catalog.product_create(&product, Provenance::new(once.as_ref(), &audit)).await, refusal)
}
