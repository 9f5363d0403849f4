//! Products in SQLite, one at a time: made, changed, counted.

use super::{
    keys,
    transaction::{Outcome, Tx, Work},
    words,
};
use crate::{
    error::{Engine, Kind, StoreError},
    roles::Result,
    shop::{Event, Product, ProductChange, ProductId, ProductRefusal, StockChange, Timestamp, audit::outcome},
};
use serde_json::json;
use sqlx::{query::Query, sqlite::SqliteArguments};

/// What keeps a product from being written as it is. Nobody else writes meanwhile.
async fn refusal(tx: &mut Tx<'_>, product: &Product) -> Result<Option<ProductRefusal>> {
    let rules = sqlx::query_as(include_str!("sql/product_rules.sql"))
        .bind(product.id.uuid())
        .bind(product.sku.clone())
        .bind(product.slug.clone())
        .bind(product.price.currency.code())
        .bind(product.category_id.uuid());
    Ok(match tx.rows::<(bool, bool, bool, bool)>(rules).await?.pop() {
        Some((true, ..)) => Some(ProductRefusal::SkuTaken),
        Some((_, true, ..)) => Some(ProductRefusal::SlugTaken),
        Some((_, _, false, _)) => Some(ProductRefusal::OtherCurrency),
        Some((.., false)) => Some(ProductRefusal::UnknownCategory),
        _ => None,
    })
}

/// What a product is told by, `?1` to `?8`.
fn told(sql: &'static str, product: &Product) -> Query<'static, sqlx::Sqlite, SqliteArguments> {
    sqlx::query(sql)
        .bind(product.id.uuid())
        .bind(product.sku.clone())
        .bind(product.slug.clone())
        .bind(product.name.clone())
        .bind(product.description.clone())
        .bind(product.price.minor)
        .bind(product.price.currency.code())
        .bind(product.category_id.uuid())
}

async fn index(tx: &mut Tx<'_>, product: &Product) -> Result<()> {
    let rows = json!([[keys::hex(product.id.uuid()), words::of(&product.name), words::of(&product.description)]]);
    tx.run(sqlx::query(include_str!("sql/product_words_put.sql")).bind(rows.to_string())).await.map(drop)
}

fn checked(product: &Product) -> Result<()> {
    product.check().map_err(|e| StoreError::new(Engine::Sqlite, Kind::Conflict, format!("{}: {e}", product.id)))
}

/// The product; the transaction is the only one that writes.
async fn known(tx: &mut Tx<'_>, id: ProductId) -> Result<Option<Product>> {
    let known = sqlx::query_as(include_str!("sql/products_by_ids.sql")).bind(keys::ids(&[id])).bind(true);
    Ok(tx.rows(known).await?.pop())
}

pub struct Create(pub Product);

impl Work for Create {
    type Answer = Product;
    type Refusal = ProductRefusal;

    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        let product = &Product { version: 1, ..self.0.clone() };
        checked(product)?;
        let currency = json!([product.price.currency.code()]).to_string();
        tx.run(sqlx::query(include_str!("sql/currencies_put.sql")).bind(currency)).await?;
        if known(tx, product.id).await?.is_some() {
            return Err(StoreError::new(Engine::Sqlite, Kind::Conflict, format!("{}: there is such a product already", product.id)));
        }
        if let Some(refusal) = refusal(tx, product).await? {
            return Ok(Err(refusal));
        }
        let create = told(include_str!("sql/product_create.sql"), product);
        let create = create.bind(product.stock).bind(product.created_at.millis()).bind(product.version);
        tx.run(create).await?;
        index(tx, product).await?;
        tx.tell(Event::product_changed(product, product.created_at));
        tx.note(outcome::of_product(product));
        Ok(Ok(product.clone()))
    }
}

pub struct Change {
    pub id: ProductId,
    pub expected: Option<i64>,
    pub change: ProductChange,
    pub at: Timestamp,
}

impl Work for Change {
    type Answer = Product;
    type Refusal = ProductRefusal;

    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        let Some(before) = known(tx, self.id).await? else { return Ok(Err(ProductRefusal::NotFound)) };
        if self.expected.is_some_and(|expected| expected != before.version) {
            return Ok(Err(ProductRefusal::Stale(before.version)));
        }
        let product = self.change.apply(&before);
        checked(&product)?;
        if let Some(refusal) = refusal(tx, &product).await? {
            return Ok(Err(refusal));
        }
        tx.run(told(include_str!("sql/product_change.sql"), &product)).await?;
        index(tx, &product).await?;
        tx.tell(Event::product_changed(&product, self.at));
        tx.note(outcome::of_product(&product));
        Ok(Ok(product))
    }
}

impl Work for StockChange {
    type Answer = Product;
    type Refusal = ProductRefusal;

    async fn run(&self, tx: &mut Tx<'_>) -> Outcome<Self> {
        let Some(before) = known(tx, self.product_id).await? else { return Ok(Err(ProductRefusal::NotFound)) };
        let Some(product) = self.apply(&before) else { return Ok(Err(ProductRefusal::Stock(before.stock))) };
        tx.run(sqlx::query(include_str!("sql/stock_change.sql")).bind(product.id.uuid()).bind(self.delta)).await?;
        tx.tell(Event::product_changed(&product, self.at));
        tx.note(outcome::of_product(&product));
        Ok(Ok(product))
    }
}
