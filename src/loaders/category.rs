//! Questions about categories.

use crate::shop::{Category, CategoryId};
use std::sync::Arc;

rows_by_key!(
    /// A category by id.
    CategoryById, CategoryId => Category, relational.categories_by_ids(), |row| row.id
);
rows_by_key!(
    /// A category by slug.
    CategoryBySlug, String => Category, relational.categories_by_slugs(), |row| row.slug.clone()
);
lists_by_key!(
    /// The children of a category, by name.
    CategoriesByParent, CategoryId => Category, relational.categories_by_parents, |row| row.parent_id
);
asked_singly!(
    /// The roots of the tree, by name.
    CategoryRoots, () => Vec<Arc<Category>>,
    |stores, key| stores.relational.categories_roots().await?.into_iter().map(Arc::new).collect()
);
