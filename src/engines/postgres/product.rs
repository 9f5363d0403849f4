//! Products in PostgreSQL.

use super::query::{Binds, Scans, last_of_each};
use super::row::Cells;
use super::{Postgres, row, search};
use crate::error::{Engine, Kind, StoreError};
use crate::roles::Result;
use crate::shop::{Detail, Page, Product, ProductFilter, ProductId, ProductOrder, SearchText, Window};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use sqlx::postgres::PgRow;

impl FromRow<'_, PgRow> for Product {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
        Ok(Self {
            id: row::id(row, "id")?,
            sku: row.try_get("sku")?,
            slug: row.try_get("slug")?,
            name: row.try_get("name")?,
            description: row.try_get("description")?,
            price: row::money(row, "price_minor")?,
            stock: row.try_get("stock")?,
            category_id: row::id(row, "category_id")?,
            created_at: row::time(row, "created_at")?,
            version: row.try_get("version")?,
        })
    }
}

/// A product of which no more was sent than [`Product::line`] has.
struct Line(Product);

impl FromRow<'_, PgRow> for Line {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
        let (id, name, price) = (row::id(row, "id")?, row.try_get("name")?, row::money(row, "price_minor")?);
        Ok(Self(Product::line(id, name, price, row::id(row, "category_id")?)))
    }
}

/// The same of [`Product::named`].
struct Named(Product);

impl FromRow<'_, PgRow> for Named {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
        Ok(Self(Product::named(row::id(row, "id")?, row.try_get("name")?, row::id(row, "category_id")?)))
    }
}

const CREATED: Scans = Scans { asc: sql!("products_page_created_asc"), desc: sql!("products_page_created_desc") };
const NAME: Scans = Scans { asc: sql!("products_page_name_asc"), desc: sql!("products_page_name_desc") };
const PRICE: Scans = Scans { asc: sql!("products_page_price_asc"), desc: sql!("products_page_price_desc") };
pub(super) const BY_CATEGORY: Scans =
    Scans { asc: sql!("products_page_by_categories_asc"), desc: sql!("products_page_by_categories_desc") };

fn filtered(binds: Binds, filter: &ProductFilter) -> Binds {
    binds
        .with(filter.category_id.map(|id| id.uuid()))
        .with(filter.min_price)
        .with(filter.max_price)
        .with(filter.in_stock)
        .with(filter.text.as_ref().map(search::anywhere))
}

pub(super) async fn by_ids(store: &Postgres, ids: &[ProductId], detail: Detail) -> Result<Vec<Product>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let keys = Binds::new().keys(ids);
    match detail {
        Detail::Name => {
            let named: Vec<Named> = store.look_up(sql!("products_by_ids_name"), keys).await?;
            Ok(named.into_iter().map(|Named(product)| product).collect())
        }
        Detail::Line => {
            let lines: Vec<Line> = store.look_up(sql!("products_by_ids_line"), keys).await?;
            Ok(lines.into_iter().map(|Line(product)| product).collect())
        }
        Detail::Summary | Detail::Whole => store.look_up(sql!("products_by_ids"), keys.with(detail.is_whole())).await,
    }
}

pub(super) async fn page(
    store: &Postgres,
    filter: &ProductFilter,
    order: ProductOrder,
    window: &Window,
    detail: Detail,
) -> Result<Page<Product>> {
    let (scans, binds) = match order {
        ProductOrder::CreatedDesc | ProductOrder::CreatedAsc => (CREATED, Binds::new().window::<DateTime<Utc>>(window)?),
        ProductOrder::NameAsc | ProductOrder::NameDesc => (NAME, Binds::new().window::<String>(window)?),
        ProductOrder::PriceAsc | ProductOrder::PriceDesc => (PRICE, Binds::new().window::<i64>(window)?),
    };
    let page = (scans.pick(order.descending(), window), filtered(binds, filter).with(detail.is_whole()));
    store.page(window, page, (sql!("products_count"), filtered(Binds::new(), filter))).await
}

pub(super) async fn search(store: &Postgres, text: &SearchText, limit: u32) -> Result<Vec<Product>> {
    let binds = Binds::new().with(search::anywhere(text)).with(search::in_first(text)).with(i64::from(limit));
    store.rows(sql!("products_search"), binds).await
}

pub(super) async fn put(store: &Postgres, rows: &[Product]) -> Result<()> {
    let Some(first) = rows.first() else { return Ok(()) };
    let currency = Binds::new().with(first.price.currency.code());
    let rows = last_of_each(rows, |row| row.id);
    for row in &rows {
        row.check().map_err(|error| StoreError::new(Engine::Postgres, Kind::Conflict, format!("{}: {error}", row.id)))?;
    }
    let binds = Binds::new()
        .column(&rows, |row| row.id.uuid())
        .column(&rows, |row| &*row.sku)
        .column(&rows, |row| &*row.slug)
        .column(&rows, |row| &*row.name)
        .column(&rows, |row| &*row.description)
        .column(&rows, |row| row.price.minor)
        .column(&rows, |row| row.price.currency.code())
        .column(&rows, |row| row.stock)
        .column(&rows, |row| row.category_id.uuid())
        .column(&rows, |row| row.created_at.to_chrono())
        .column(&rows, |row| row.version)
        .column(&rows, |row| search::vector(&row.name, &row.description));
    store.write(vec![(sql!("currencies_put"), currency), (sql!("products_put"), binds)]).await
}
