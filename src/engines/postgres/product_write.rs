//! Products in PostgreSQL, one at a time: made, changed, counted.

use super::query::Binds;
use super::search;
use super::transaction::{Outcome, Tx, Work};
use crate::error::{Engine, Kind, StoreError};
use crate::roles::Result;
use crate::shop::{Event, Product, ProductChange, ProductId, ProductRefusal, StockChange, Timestamp, audit::outcome};

/// What a failed write of a product means.
fn refusal(tx: &Tx<'_>) -> Option<ProductRefusal> {
    match tx.broken_rule()? {
        "products_sku_unique" => Some(ProductRefusal::SkuTaken),
        "products_slug_unique" => Some(ProductRefusal::SlugTaken),
        "products_category_exists" => Some(ProductRefusal::UnknownCategory),
        "products_currency_is_the_shops" => Some(ProductRefusal::OtherCurrency),
        _ => None,
    }
}

/// What a product is told by, `$1` to `$9`.
fn told(product: &Product) -> Binds {
    Binds::new()
        .with(product.id.uuid())
        .with(&*product.sku)
        .with(&*product.slug)
        .with(&*product.name)
        .with(&*product.description)
        .with(product.price.minor)
        .with(product.price.currency.code())
        .with(product.category_id.uuid())
        .with(search::vector(&product.name, &product.description))
}

fn checked(product: &Product) -> Result<()> {
    product.check().map_err(|error| StoreError::new(Engine::Postgres, Kind::Conflict, format!("{}: {error}", product.id)))
}

/// The product, as nobody else changes it before the transaction ends.
async fn locked(tx: &mut Tx<'_>, id: ProductId) -> Result<Option<Product>> {
    Ok(tx.rows(sql!("product_lock"), Binds::new().with(id.uuid())).await?.pop())
}

pub(super) struct Create(pub(super) Product);

impl Work for Create {
    type Answer = Product;
    type Refusal = ProductRefusal;

    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        let product = &Product { version: 1, ..self.0.clone() };
        checked(product)?;
        tx.run(sql!("currencies_put"), Binds::new().with(product.price.currency.code())).await?;
        let binds = told(product).with(product.stock).with(product.created_at.to_chrono()).with(product.version);
        if let Err(error) = tx.run(sql!("product_create"), binds).await {
            return refusal(tx).map(Err).ok_or(error);
        }
        tx.tell(Event::product_changed(product, product.created_at));
        tx.note(outcome::of_product(product));
        Ok(Ok(product.clone()))
    }
}

pub(super) struct Change {
    pub(super) id: ProductId,
    pub(super) expected: Option<i64>,
    pub(super) change: ProductChange,
    pub(super) at: Timestamp,
}

impl Work for Change {
    type Answer = Product;
    type Refusal = ProductRefusal;

    /// Locked first and not one UPDATE … WHERE version = …: the words for the search are made of old and new texts.
    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        let Some(before) = locked(tx, self.id).await? else { return Ok(Err(ProductRefusal::NotFound)) };
        if self.expected.is_some_and(|expected| expected != before.version) {
            return Ok(Err(ProductRefusal::Stale(before.version)));
        }
        let product = self.change.apply(&before);
        checked(&product)?;
        if let Err(error) = tx.run(sql!("product_change"), told(&product)).await {
            return refusal(tx).map(Err).ok_or(error);
        }
        tx.tell(Event::product_changed(&product, self.at));
        tx.note(outcome::of_product(&product));
        Ok(Ok(product))
    }
}

impl Work for StockChange {
    type Answer = Product;
    type Refusal = ProductRefusal;

    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        let Some(before) = locked(tx, self.product_id).await? else { return Ok(Err(ProductRefusal::NotFound)) };
        let Some(product) = self.apply(&before) else { return Ok(Err(ProductRefusal::Stock(before.stock))) };
        tx.run(sql!("stock_change"), Binds::new().with(product.id.uuid()).with(self.delta)).await?;
        tx.tell(Event::product_changed(&product, self.at));
        tx.note(outcome::of_product(&product));
        Ok(Ok(product))
    }
}
