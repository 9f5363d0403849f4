//! Products in SQLite.

use super::{
    Sqlite, category, keys, product_write, row, steps,
    window::{Range, Sort, page_query, page_query_within},
    words,
};
use crate::{
    error::{Engine, Kind, StoreError},
    roles::{Catalog, Result},
    shop::{
        Category, CategoryId, Detail, Page, Product, ProductChange, ProductFilter, ProductId, ProductOrder, ProductRefusal, Provenance,
        SearchText, StockChange, Timestamp, Window, Written,
    },
};
use async_trait::async_trait;
use serde_json::json;
use sqlx::{FromRow, sqlite::SqliteRow};

const BY_CREATED: [&str; 2] = [include_str!("sql/products_page_created_desc.sql"), include_str!("sql/products_page_created_asc.sql")];
const BY_NAME: [&str; 2] = [include_str!("sql/products_page_name_desc.sql"), include_str!("sql/products_page_name_asc.sql")];
const BY_PRICE: [&str; 2] = [include_str!("sql/products_page_price_desc.sql"), include_str!("sql/products_page_price_asc.sql")];
const BY_CATEGORIES: [&str; 2] =
    [include_str!("sql/products_page_by_categories_desc.sql"), include_str!("sql/products_page_by_categories_asc.sql")];

impl FromRow<'_, SqliteRow> for Product {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        Ok(Self {
            id: row::id(row, "id")?,
            sku: row::text(row, "sku")?,
            slug: row::text(row, "slug")?,
            name: row::text(row, "name")?,
            description: row::text(row, "description")?,
            price: row::money(row, "price_minor")?,
            stock: row::number(row, "stock")?,
            category_id: row::id(row, "category_id")?,
            created_at: row::time(row, "created_at")?,
            version: row::number(row, "version")?,
        })
    }
}

/// A product of which no more was read than [`Product::line`] has.
struct Line(Product);

impl FromRow<'_, SqliteRow> for Line {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        let (id, name, price) = (row::id(row, "id")?, row::text(row, "name")?, row::money(row, "price_minor")?);
        Ok(Self(Product::line(id, name, price, row::id(row, "category_id")?)))
    }
}

/// The same of [`Product::named`].
struct Named(Product);

impl FromRow<'_, SqliteRow> for Named {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        Ok(Self(Product::named(row::id(row, "id")?, row::text(row, "name")?, row::id(row, "category_id")?)))
    }
}

#[async_trait]
impl Catalog for Sqlite {
    async fn categories_by_ids(&self, ids: &[CategoryId]) -> Result<Vec<Category>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.categories_with_ids(ids).await
    }

    async fn categories_by_slugs(&self, slugs: &[String]) -> Result<Vec<Category>> {
        if slugs.is_empty() {
            return Ok(Vec::new());
        }
        self.categories_with_slugs(slugs).await
    }

    async fn categories_by_parents(&self, parents: &[CategoryId]) -> Result<Vec<Category>> {
        if parents.is_empty() {
            return Ok(Vec::new());
        }
        self.categories_with_parents(parents).await
    }

    async fn categories_roots(&self) -> Result<Vec<Category>> {
        self.categories_at_the_root().await
    }

    async fn categories_put(&self, rows: &[Category]) -> Result<()> {
        self.write(category::put_steps(rows)).await
    }

    async fn products_by_ids(&self, ids: &[ProductId], detail: Detail) -> Result<Vec<Product>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let keys = keys::ids(ids);
        match detail {
            Detail::Name => {
                let named: Vec<Named> = self.all(sqlx::query_as(include_str!("sql/products_by_ids_name.sql")).bind(keys)).await?;
                Ok(named.into_iter().map(|Named(product)| product).collect())
            }
            Detail::Line => {
                let lines: Vec<Line> = self.all(sqlx::query_as(include_str!("sql/products_by_ids_line.sql")).bind(keys)).await?;
                Ok(lines.into_iter().map(|Line(product)| product).collect())
            }
            Detail::Summary | Detail::Whole => {
                self.all(sqlx::query_as(include_str!("sql/products_by_ids.sql")).bind(keys).bind(detail.is_whole())).await
            }
        }
    }

    async fn products_by_slugs(&self, slugs: &[String]) -> Result<Vec<Product>> {
        if slugs.is_empty() {
            return Ok(Vec::new());
        }
        self.all(sqlx::query_as(include_str!("sql/products_by_slugs.sql")).bind(keys::texts(slugs))).await
    }

    async fn products_by_skus(&self, skus: &[String]) -> Result<Vec<Product>> {
        if skus.is_empty() {
            return Ok(Vec::new());
        }
        self.all(sqlx::query_as(include_str!("sql/products_by_skus.sql")).bind(keys::texts(skus))).await
    }

    async fn products_page(&self, filter: &ProductFilter, order: ProductOrder, window: &Window, detail: Detail) -> Result<Page<Product>> {
        let down = order.descending();
        let rows = match order {
            ProductOrder::CreatedDesc | ProductOrder::CreatedAsc => page_query(BY_CREATED, window, down, Sort::Number),
            ProductOrder::NameAsc | ProductOrder::NameDesc => page_query(BY_NAME, window, down, Sort::Text),
            ProductOrder::PriceAsc | ProductOrder::PriceDesc => {
                let prices = Range { from: filter.min_price, to: filter.max_price.and_then(|max| max.checked_add(1)) };
                page_query_within(BY_PRICE, window, down, Sort::Number, prices)
            }
        };
        let category = filter.category_id.map(|id| id.uuid());
        let text = filter.text.as_ref().map(words::all);
        let rows = rows.bind(category).bind(filter.min_price).bind(filter.max_price).bind(filter.in_stock).bind(text.clone());
        let rows = rows.bind(detail.is_whole());
        let count = sqlx::query_as(include_str!("sql/products_count.sql"))
            .bind(category)
            .bind(filter.min_price)
            .bind(filter.max_price)
            .bind(filter.in_stock)
            .bind(text);
        self.page(window, rows, count).await
    }

    async fn products_page_by_categories(
        &self,
        categories: &[CategoryId],
        window: &Window,
        detail: Detail,
    ) -> Result<Vec<(CategoryId, Page<Product>)>> {
        if categories.is_empty() {
            return Ok(Vec::new());
        }
        let keys = keys::ids(categories);
        let rows = page_query(BY_CATEGORIES, window, true, Sort::Number).bind(keys.clone()).bind(detail.is_whole());
        let counts = sqlx::query_as(include_str!("sql/products_count_by_categories.sql")).bind(keys);
        self.pages(window, rows, counts).await
    }

    async fn products_search(&self, text: &SearchText, limit: u32) -> Result<Vec<Product>> {
        let query = sqlx::query_as(include_str!("sql/products_search.sql"));
        self.all(query.bind(words::all(text)).bind(words::all_in("name", text)).bind(limit)).await
    }

    async fn product_create(&self, product: &Product, by: Provenance<'_>) -> Result<Written<Product, ProductRefusal>> {
        self.once(by, product_write::Create(product.clone())).await
    }

    async fn product_change(
        &self,
        id: ProductId,
        expected: Option<i64>,
        change: &ProductChange,
        at: Timestamp,
        by: Provenance<'_>,
    ) -> Result<Written<Product, ProductRefusal>> {
        self.once(by, product_write::Change { id, expected, change: change.clone(), at }).await
    }

    async fn stock_change(&self, change: &StockChange, by: Provenance<'_>) -> Result<Written<Product, ProductRefusal>> {
        self.once(by, *change).await
    }

    async fn products_put(&self, rows: &[Product]) -> Result<()> {
        for row in rows {
            row.check().map_err(|e| StoreError::new(Engine::Sqlite, Kind::Conflict, format!("{}: {e}", row.id)))?;
        }
        let currency = rows.first().map(|product| json!(product.price.currency.code()));
        let products = rows.iter().map(|p| {
            json!([
                keys::hex(p.id.uuid()),
                p.sku,
                p.slug,
                p.name,
                p.description,
                p.price.minor,
                p.price.currency.code(),
                p.stock,
                keys::hex(p.category_id.uuid()),
                p.created_at.millis(),
                p.version
            ])
        });
        let found_by = rows.iter().map(|p| json!([keys::hex(p.id.uuid()), words::of(&p.name), words::of(&p.description)]));
        let steps = steps(include_str!("sql/currencies_put.sql"), currency.into_iter())
            .chain(steps(include_str!("sql/products_put.sql"), products))
            .chain(steps(include_str!("sql/product_words_put.sql"), found_by));
        self.write(steps.collect()).await
    }
}
