//! The catalogue.

use super::{
    payload::payload,
    run::{id, run},
};
use crate::{
    actions::{self, ProductInput},
    graphql::scalars::Decimal,
    shop::Product,
};
use async_graphql::{Context, ID, InputObject, Object, Result};
use std::sync::Arc;

/// An amount of money.
#[derive(InputObject)]
pub struct MoneyData {
    /// The amount in major units, exact.
    amount: Decimal,
    /// The ISO 4217 code: that of the shop.
    currency: String,
}

/// Something new for sale.
#[derive(InputObject)]
pub struct CreateProductData {
    /// Unique, 1 to 64 characters.
    sku: String,
    /// Unique: 1 to 100 lower-case letters, digits and hyphens.
    slug: String,
    /// 1 to 200 characters.
    name: String,
    /// At most 10,000 characters.
    description: Option<String>,
    /// Above zero.
    price: MoneyData,
    /// Pieces at hand; left out: none.
    stock: Option<i32>,
    /// The shelf it stands on.
    category_id: ID,
}

/// What changes about a product; what is left out stays. Stock is changed by `adjustStock`.
#[derive(InputObject)]
pub struct UpdateProductData {
    /// Which product.
    id: ID,
    /// The version that the change is meant for; left out: whichever there is.
    version: Option<i32>,
    /// Unique, 1 to 64 characters.
    sku: Option<String>,
    /// Unique: 1 to 100 lower-case letters, digits and hyphens.
    slug: Option<String>,
    /// 1 to 200 characters.
    name: Option<String>,
    /// At most 10,000 characters.
    description: Option<String>,
    /// Above zero.
    price: Option<MoneyData>,
    /// The shelf it stands on.
    category_id: Option<ID>,
}

/// Pieces that come or go.
#[derive(InputObject)]
pub struct AdjustStockData {
    /// Of which product.
    product_id: ID,
    /// How many come, or go if below zero.
    delta: i32,
}

payload!(
    /// The product after the change.
    ProductPayload {
        /// The product.
        product: Arc<Product>
    },
    Relational -> [Hot]
);

fn price(given: MoneyData) -> (String, String) {
    (given.amount.0, given.currency)
}

/// The catalogue; for administrators.
#[derive(Default)]
pub struct ProductMutation;

#[Object]
impl ProductMutation {
    /// Adds a product.
    async fn create_product(
        &self,
        ctx: &Context<'_>,
        input: CreateProductData,
        idempotency_key: Option<String>,
    ) -> Result<Option<ProductPayload>> {
        let stock = i64::from(input.stock.unwrap_or(0));
        let fields = ProductInput {
            sku: Some(input.sku),
            slug: Some(input.slug),
            name: Some(input.name),
            description: input.description,
            price: Some(price(input.price)),
            category_id: Some(input.category_id.0),
        };
        let ran = run(ctx, idempotency_key, async |asker, stores| {
            actions::create_product(&*stores.relational, asker, fields, stock).await.map(Arc::new)
        });
        Ok(Some(ran.await?.into()))
    }

    /// Changes a product.
    async fn update_product(
        &self,
        ctx: &Context<'_>,
        input: UpdateProductData,
        idempotency_key: Option<String>,
    ) -> Result<Option<ProductPayload>> {
        let fields = ProductInput {
            sku: input.sku,
            slug: input.slug,
            name: input.name,
            description: input.description,
            price: input.price.map(price),
            category_id: input.category_id.map(|id| id.0),
        };
        let (given, version) = (input.id, input.version.map(i64::from));
        let ran = run(ctx, idempotency_key, async |asker, stores| {
            let product = id(&given, "id", "product")?;
            actions::update_product(&*stores.relational, asker, product, version, fields).await.map(Arc::new)
        });
        Ok(Some(ran.await?.into()))
    }

    /// Adds pieces to the stock of a product, or takes them away.
    async fn adjust_stock(
        &self,
        ctx: &Context<'_>,
        input: AdjustStockData,
        idempotency_key: Option<String>,
    ) -> Result<Option<ProductPayload>> {
        let ran = run(ctx, idempotency_key, async |asker, stores| {
            let product = id(&input.product_id, "productId", "product")?;
            actions::adjust_stock(&*stores.relational, asker, product, i64::from(input.delta)).await.map(Arc::new)
        });
        Ok(Some(ran.await?.into()))
    }
}
