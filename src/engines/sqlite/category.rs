//! Categories in SQLite.

use super::{Sqlite, Step, keys, row, steps};
use crate::{
    roles::Result,
    shop::{Category, CategoryId},
};
use serde_json::json;
use sqlx::{FromRow, sqlite::SqliteRow};

impl FromRow<'_, SqliteRow> for Category {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Self> {
        let row = &row::Cells::of(row);
        Ok(Self {
            id: row::id(row, "id")?,
            slug: row::text(row, "slug")?,
            name: row::text(row, "name")?,
            parent_id: row::id_opt(row, "parent_id")?,
        })
    }
}

/// The part of [`crate::roles::Catalog`] that is about categories; the trait itself is implemented beside the products.
impl Sqlite {
    pub(super) async fn categories_with_ids(&self, ids: &[CategoryId]) -> Result<Vec<Category>> {
        self.all(sqlx::query_as(include_str!("sql/categories_by_ids.sql")).bind(keys::ids(ids))).await
    }

    pub(super) async fn categories_with_slugs(&self, slugs: &[String]) -> Result<Vec<Category>> {
        self.all(sqlx::query_as(include_str!("sql/categories_by_slugs.sql")).bind(keys::texts(slugs))).await
    }

    pub(super) async fn categories_with_parents(&self, parents: &[CategoryId]) -> Result<Vec<Category>> {
        self.all(sqlx::query_as(include_str!("sql/categories_by_parents.sql")).bind(keys::ids(parents))).await
    }

    pub(super) async fn categories_at_the_root(&self) -> Result<Vec<Category>> {
        self.all(sqlx::query_as(include_str!("sql/categories_roots.sql"))).await
    }
}

pub(super) fn put_steps(rows: &[Category]) -> Vec<Step> {
    let rows = rows.iter().map(|c| json!([keys::hex(c.id.uuid()), c.slug, c.name, c.parent_id.map(|id| keys::hex(id.uuid()))]));
    steps(include_str!("sql/categories_put.sql"), rows).collect()
}
