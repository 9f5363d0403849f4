//! `Comment`.

use super::{ask::load, scalars::DateTime, who};
use crate::{
    loaders::{Row, article::ArticleById, customer::CustomerById},
    shop::{Article, Comment, Customer},
};
use async_graphql::{Context, ID, Object, Result};

/// The name of the lists of one article's comments in cursors.
pub const CHILD_LIST: &str = "article/comments";

/// What a reader said.
#[Object]
impl Comment {
    /// The id.
    pub async fn id(&self) -> ID {
        self.id.into()
    }

    /// The words.
    async fn body(&self) -> &str {
        &self.body
    }

    /// When it was written.
    async fn created_at(&self) -> DateTime {
        DateTime(self.created_at)
    }

    /// Who wrote it; null if the account is gone.
    async fn author(&self, ctx: &Context<'_>) -> Result<Option<Row<Customer>>> {
        load::<CustomerById>(ctx, self.author_id).await
    }

    /// What it stands below.
    async fn article(&self, ctx: &Context<'_>) -> Result<Option<Row<Article>>> {
        who::found(ctx, load::<ArticleById>(ctx, (self.article_id, super::ask::reading(ctx))).await?)
    }
}
