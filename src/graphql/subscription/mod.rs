//! `Subscription`: what clients can watch. Each event carries what is watched as the stores have it then, never older than before.

mod follow;
mod sources;

use super::{
    ask::{detail_of, id, rows, text},
    enums::TrendingWindow,
    error::{Code, fail},
    stream::Events,
    who,
};
use crate::{
    fanout::{Fanout, Refused, Watch},
    loaders::LoadError,
    shop::{Article, Board, Detail, Order, OrderId, Product, ProductId, Ranked, Reading},
};
use async_graphql::{Context, ID, Object, Result};
use follow::{Change, Followed};
use futures::{StreamExt, stream::BoxStream};
use sources::{Boards, Published, Thing, look};
use std::sync::Arc;

/// Events, which are nullable: where the source cannot be opened, the field is null and an error says why.
type EventsOf<T> = BoxStream<'static, Option<T>>;

/// What clients can watch.
pub struct Subscription;

/// What clients can watch. Every event carries the current state; `resync` tells that events before it may have been missed.
#[async_graphql::Subscription]
impl Subscription {
    /// An order went on its way. An order that the viewer does not see is not found.
    async fn order_status_changed(&self, ctx: &Context<'_>, order_id: ID) -> Result<EventsOf<OrderStatusChanged>> {
        let order: OrderId = id(&order_id, "order")?;
        let audience = who::known(ctx)?.of_customers();
        let look = look(move |stores| async move { stores.relational.orders_by_ids(&[order], audience).await });
        let source = Thing::new(look, |order: &Order| order.version);
        let followed = follow(ctx, Watch::Order(order), "order", source).await?;
        found(&followed, "order").await?;
        Ok(followed.events().map(|change| Some(OrderStatusChanged(change))).boxed())
    }

    /// An article was published; with `tag` only those that have it.
    async fn article_published(&self, ctx: &Context<'_>, tag: Option<String>) -> Result<EventsOf<ArticlePublished>> {
        let tag = tag.map(|tag| text("tag", tag, 100)).transpose()?;
        let how = Reading { detail: detail_of(&ctx.look_ahead().field("article")), audience: who::viewer(ctx).of_articles() };
        let followed = follow(ctx, Watch::Articles(tag), "article", Published::new(how)).await?;
        Ok(followed.events().map(|change| Some(ArticlePublished(change))).boxed())
    }

    /// A product's stock or another of its properties changed.
    async fn stock_changed(&self, ctx: &Context<'_>, product_id: ID) -> Result<EventsOf<StockChanged>> {
        let product: ProductId = id(&product_id, "product")?;
        let look = look(move |stores| async move { stores.relational.products_by_ids(&[product], Detail::Whole).await });
        let source = Thing::new(look, |product: &Product| product.version);
        let followed = follow(ctx, Watch::Stock(product), "product", source).await?;
        found(&followed, "product").await?;
        Ok(followed.events().map(|change| Some(StockChanged(change))).boxed())
    }

    /// The first places of a trending board changed. At most one event a second.
    async fn trending_changed(
        &self,
        ctx: &Context<'_>,
        window: Option<TrendingWindow>,
        first: Option<i32>,
    ) -> Result<EventsOf<TrendingChanged>> {
        let board = Board::Trending(window.unwrap_or(TrendingWindow::Day).into());
        let followed = follow(ctx, Watch::Trending, "trending", Boards::new(board, rows(ctx, "first", first, 10)?)).await?;
        Ok(followed.events().map(|change| Some(TrendingChanged(change))).boxed())
    }
}

/// Begins to watch, so that nothing is missed from now on. `field` of the event is what asks the store.
async fn follow<S>(ctx: &Context<'_>, watch: Watch, field: &str, source: S) -> Result<Followed<S>> {
    let watcher = ctx.data::<Arc<Fanout>>()?.watch(watch).await.map_err(|refused| match refused {
        Refused::Stopping => fail(Code::ShuttingDown, "the server is being stopped"),
        Refused::Store(error) => LoadError::Store(error).into(),
    })?;
    let path = format!("{}.{field}", ctx.item.node.response_key().node);
    let (stores, events) = (Arc::clone(ctx.data()?), Arc::clone(ctx.data::<Arc<Events>>()?));
    Ok(Followed { source, watcher, events, stores, path })
}

/// Refuses to follow what is not there, or what the viewer does not see: nobody can tell which.
async fn found<T>(followed: &Followed<Thing<T>>, entity: &str) -> Result<()> {
    let Followed { source, events, stores, path, .. } = followed;
    match events.ask(path, source.now(stores)).await {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err(fail(Code::NotFound, format!("there is no such {entity}"))),
        Err(error) => Err(LoadError::Store(error).into()),
    }
}

/// What a field of an event answers.
fn answer<T: Clone>(change: &Change<T>) -> Result<T> {
    change.now.clone().map_err(|error| LoadError::Store(error).into())
}

/// An order went on its way.
pub struct OrderStatusChanged(Change<Arc<Order>>);

/// An order went on its way.
#[Object]
impl OrderStatusChanged {
    /// The order as it is now; null, with an error, if it could not be read.
    async fn order(&self) -> Result<Option<Arc<Order>>> {
        answer(&self.0).map(Some)
    }

    /// Events may have been missed: this is the current state.
    async fn resync(&self) -> bool {
        self.0.resync
    }
}

/// An article was published.
pub struct ArticlePublished(Change<Option<Arc<Article>>>);

/// An article was published.
#[Object]
impl ArticlePublished {
    /// The article as it is now; null, with an error, if it could not be read, and null where events may have been missed: then ask for
    /// `articles`.
    async fn article(&self) -> Result<Option<Arc<Article>>> {
        answer(&self.0)
    }

    /// Events may have been missed.
    async fn resync(&self) -> bool {
        self.0.resync
    }
}

/// A product changed.
pub struct StockChanged(Change<Arc<Product>>);

/// A product's stock or another of its properties changed.
#[Object]
impl StockChanged {
    /// The product as it is now; null, with an error, if it could not be read.
    async fn product(&self) -> Result<Option<Arc<Product>>> {
        answer(&self.0).map(Some)
    }

    /// Events may have been missed: this is the current state.
    async fn resync(&self) -> bool {
        self.0.resync
    }
}

/// A trending board changed.
pub struct TrendingChanged(Change<Vec<Ranked>>);

/// The first places of a trending board changed.
#[Object]
impl TrendingChanged {
    /// The first places as they are now; null, with an error, if they could not be read.
    async fn trending(&self) -> Result<Option<Vec<Ranked>>> {
        answer(&self.0).map(Some)
    }

    /// Events may have been missed: this is the current state.
    async fn resync(&self) -> bool {
        self.0.resync
    }
}
