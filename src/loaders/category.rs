//! Questions about categories.

use super::Row;
use crate::shop::{Category, CategoryId};

rows_by_key!(
    /// A category by id.
    CategoryById, CategoryId => Category, relational.categories_by_ids by "category id", |row| row.id
);
rows_by_key!(
    /// A category by slug.
    CategoryBySlug, String => Category, relational.categories_by_slugs by "slug", |row| row.slug.clone()
);
lists_by_key!(
    /// The children of a category, by name.
    CategoriesByParent, CategoryId => Category, relational.categories_by_parents by "category id", |row| row.parent_id
);
asked_singly!(
    /// The roots of the tree, by name.
    CategoryRoots, () => Vec<Row<Category>>, relational.categories_roots,
    |stores, _key| Row::each(stores.relational.categories_roots().await?).collect()
);
