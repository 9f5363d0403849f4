//! Categories: a tree that products hang in.

use super::CategoryId;

/// A shelf of the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// The id.
    pub id: CategoryId,
    /// Unique, for URLs: lower-case letters, digits and hyphens, 1 to 100 characters.
    pub slug: String,
    /// 1 to 200 characters.
    pub name: String,
    /// The category that this one is part of; none for the tree's roots.
    pub parent_id: Option<CategoryId>,
}
