//! `ActivityEvent`.

use super::{
    ask::{detail_of_product, load, reading},
    enums::ActivityKind,
    scalars::{DateTime, Json},
    who,
};
use crate::{
    loaders::{Row, article::ArticleById, customer::CustomerById, order::OrderById, product::ProductById},
    shop::{ActivityEvent, Article, Customer, Order, Product},
};
use async_graphql::{Context, ID, Object, Result};

/// The name of the lists of one customer's events in cursors.
pub const CHILD_LIST: &str = "customer/activity";

/// Something that happened.
#[Object]
impl ActivityEvent {
    /// The id.
    async fn id(&self) -> ID {
        self.id.into()
    }

    /// What it was.
    async fn kind(&self) -> ActivityKind {
        self.kind.into()
    }

    /// When.
    async fn at(&self) -> DateTime {
        DateTime(self.at)
    }

    /// Details, keys sorted.
    async fn data(&self) -> Json {
        Json(self.data.clone())
    }

    /// Who did it.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Row<Customer>>> {
        load::<CustomerById>(ctx, self.customer_id).await
    }

    /// The order it is about.
    async fn order(&self, ctx: &Context<'_>) -> Result<Option<Row<Order>>> {
        match self.order_id {
            Some(id) => load::<OrderById>(ctx, (id, who::known(ctx)?.of_customers())).await,
            None => Ok(None),
        }
    }

    /// The product it is about.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Row<Product>>> {
        match self.product_id {
            Some(id) => load::<ProductById>(ctx, (id, detail_of_product(ctx))).await,
            None => Ok(None),
        }
    }

    /// The article it is about.
    async fn article(&self, ctx: &Context<'_>) -> Result<Option<Row<Article>>> {
        match self.article_id {
            Some(id) => load::<ArticleById>(ctx, (id, reading(ctx))).await,
            None => Ok(None),
        }
    }
}
