//! `Category`.

use super::{
    ask::{Paging, RowConnection, connection, detail_of_products, load, load_list},
    product,
};
use crate::{
    loaders::{Row, category::CategoriesByParent, category::CategoryById, product::ProductsByCategory},
    shop::{Category, Product, SortKind},
};
use async_graphql::{Context, ID, Object, Result};

/// A shelf of the shop. Shelves form a tree.
#[Object]
impl Category {
    /// The id.
    pub async fn id(&self) -> ID {
        self.id.into()
    }

    /// Unique, for URLs.
    async fn slug(&self) -> &str {
        &self.slug
    }

    /// The shelf's name.
    async fn name(&self) -> &str {
        &self.name
    }

    /// The category that this one is part of; null for the tree's roots.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Row<Category>>> {
        match self.parent_id {
            Some(parent) => load::<CategoryById>(ctx, parent).await,
            None => Ok(None),
        }
    }

    /// The categories within this one, by name.
    async fn children(&self, ctx: &Context<'_>) -> Result<Option<Vec<Row<Category>>>> {
        load_list::<_, CategoriesByParent>(ctx, self.id).await
    }

    /// The products on this shelf itself, newest first.
    async fn products(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<RowConnection<Product>>> {
        let window = Paging { first, after, last, before }.window(ctx, product::CHILD_LIST, SortKind::Time)?;
        let page = load::<ProductsByCategory>(ctx, (self.id, (window, detail_of_products(ctx)))).await?;
        Ok(page.map(|page| connection(&page, product::CHILD_LIST, product::child_key)))
    }
}
