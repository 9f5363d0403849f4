//! Categories and products in PostgreSQL: the catalogue's trait; what concerns products alone stands in `product.rs`.

use super::query::{Binds, last_of_each};
use super::row::Cells;
use super::{Postgres, product, product_write, row};
use crate::roles::{Catalog, Result};
use crate::shop::{
    Category, CategoryId, Detail, Page, Product, ProductChange, ProductFilter, ProductId, ProductOrder, ProductRefusal, Provenance,
    SearchText, StockChange, Timestamp, Window, Written,
};
use async_trait::async_trait;
use sqlx::FromRow;
use sqlx::postgres::PgRow;

impl FromRow<'_, PgRow> for Category {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let row = &Cells::of(row);
        Ok(Self {
            id: row::id(row, "id")?,
            slug: row.try_get("slug")?,
            name: row.try_get("name")?,
            parent_id: row::optional_id(row, "parent_id")?,
        })
    }
}

#[async_trait]
impl Catalog for Postgres {
    async fn categories_by_ids(&self, ids: &[CategoryId]) -> Result<Vec<Category>> {
        self.by_ids(sql!("categories_by_ids"), ids).await
    }

    async fn categories_by_slugs(&self, slugs: &[String]) -> Result<Vec<Category>> {
        self.by_texts(sql!("categories_by_slugs"), slugs).await
    }

    async fn categories_by_parents(&self, parents: &[CategoryId]) -> Result<Vec<Category>> {
        self.by_ids(sql!("categories_by_parents"), parents).await
    }

    async fn categories_roots(&self) -> Result<Vec<Category>> {
        self.rows(sql!("categories_roots"), Binds::new()).await
    }

    async fn categories_put(&self, rows: &[Category]) -> Result<()> {
        let rows = last_of_each(rows, |row| row.id);
        let binds = Binds::new()
            .column(&rows, |row| row.id.uuid())
            .column(&rows, |row| &*row.slug)
            .column(&rows, |row| &*row.name)
            .column(&rows, |row| row.parent_id.map(|id| id.uuid()));
        self.write(vec![(sql!("categories_put"), binds)]).await
    }

    async fn products_by_ids(&self, ids: &[ProductId], detail: Detail) -> Result<Vec<Product>> {
        product::by_ids(self, ids, detail).await
    }

    async fn products_by_slugs(&self, slugs: &[String]) -> Result<Vec<Product>> {
        self.by_texts(sql!("products_by_slugs"), slugs).await
    }

    async fn products_by_skus(&self, skus: &[String]) -> Result<Vec<Product>> {
        self.by_texts(sql!("products_by_skus"), skus).await
    }

    async fn products_page(&self, filter: &ProductFilter, order: ProductOrder, window: &Window, detail: Detail) -> Result<Page<Product>> {
        product::page(self, filter, order, window, detail).await
    }

    async fn products_page_by_categories(
        &self,
        categories: &[CategoryId],
        window: &Window,
        detail: Detail,
    ) -> Result<Vec<(CategoryId, Page<Product>)>> {
        self.children(categories, window, product::BY_CATEGORY, sql!("products_count_by_categories"), Some(detail)).await
    }

    async fn products_search(&self, text: &SearchText, limit: u32) -> Result<Vec<Product>> {
        product::search(self, text, limit).await
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
        product::put(self, rows).await
    }
}
