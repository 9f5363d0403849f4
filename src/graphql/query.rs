//! `Query`: where every read starts.

use super::{
    article::{self, ArticleWhere},
    ask::{self, IdOrSlug, Paging, RowConnection, connection, detail_of_product, detail_of_products, id_or_slug, load},
    comparison::{self, Comparison},
    customer::{self, CustomerWhere},
    enums::{ArticleOrder, OrderOrder, ProductOrder, SalesBy, TrendingWindow},
    error::{bad_input, unauthenticated},
    limits::Limits,
    node::{self, Node},
    order::{self, OrderWhere},
    product::{self, ProductWhere},
    scalars::DateTime,
    search::{self, SearchResult},
    server::Server,
    throttle::{RateLimit, Standing},
    who,
};
use crate::{
    actions::AccessKey,
    loaders::{
        Row,
        article::{ArticleById, ArticleBySlug, ArticlesPage},
        category::{CategoryById, CategoryBySlug, CategoryRoots},
        customer::{CustomerById, CustomersPage},
        order::{OrderById, OrdersPage, SalesReport},
        product::{ProductById, ProductBySlug, ProductsPage},
        ranking::BoardTop,
        shared,
    },
    shop::{
        self, Article, ArticleStatus, Audience, Board, Category, Customer, Order, Product, Ranked, SalesPeriod, SalesRow, SearchText,
        SortKind, Timestamp,
    },
    stores::Stores,
};
use async_graphql::{Context, ID, Object, Result};
use futures::future::join_all;
use std::sync::Arc;

/// Most rows of a sales report.
pub const MAX_REPORT_ROWS: u32 = 1_000;
/// Rows of a sales report when nobody says.
pub const DEFAULT_REPORT_ROWS: u32 = 100;

/// Where every read starts.
pub struct Query;

#[Object]
impl Query {
    /// Anything by its id; null if there is no such thing.
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Node>> {
        node::node(ctx, &id).await
    }

    /// Things by their ids, in the order of the ids, at most as many as a page may have rows. Null stands for an unknown one,
    /// and, together with an error, for one that could not be read.
    async fn nodes(&self, ctx: &Context<'_>, ids: Vec<ID>) -> Result<Option<Vec<Option<Node>>>> {
        let most = ctx.data::<Limits>()?.first;
        if ids.len() > most as usize {
            return Err(bad_input(format!("ids may hold at most {most} ids")));
        }
        let found = join_all(ids.iter().map(|id| node::node(ctx, id))).await;
        Ok(Some(found.into_iter().enumerate().map(|(index, node)| ask::or_told(ctx, node, Some(index))).collect()))
    }

    /// A product, by id or by slug.
    async fn product(&self, ctx: &Context<'_>, id: Option<ID>, slug: Option<String>) -> Result<Option<Row<Product>>> {
        match id_or_slug(id, slug, "product")? {
            IdOrSlug::Id(id) => load::<ProductById>(ctx, (id, detail_of_product(ctx))).await,
            IdOrSlug::Slug(slug) => load::<ProductBySlug>(ctx, slug).await,
        }
    }

    /// Products.
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the GraphQL field")]
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<ProductWhere>,
        order_by: Option<ProductOrder>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<RowConnection<Product>>> {
        let order: shop::ProductOrder = order_by.map_or_else(Default::default, Into::into);
        let list = product::list(order);
        let window = Paging { first, after, last, before }.window(ctx, &list, order.sorted_by())?;
        let page = load::<ProductsPage>(ctx, (filter.unwrap_or_default().filter()?, order, window, detail_of_products(ctx))).await?;
        Ok(page.map(|page| connection(&page, &list, |row| order.key(row))))
    }

    /// A category, by id or by slug.
    async fn category(&self, ctx: &Context<'_>, id: Option<ID>, slug: Option<String>) -> Result<Option<Row<Category>>> {
        match id_or_slug(id, slug, "category")? {
            IdOrSlug::Id(id) => load::<CategoryById>(ctx, id).await,
            IdOrSlug::Slug(slug) => load::<CategoryBySlug>(ctx, slug).await,
        }
    }

    /// The roots of the category tree, by name.
    async fn categories(&self, ctx: &Context<'_>) -> Result<Option<Vec<Row<Category>>>> {
        load::<CategoryRoots>(ctx, ()).await
    }

    /// A customer; null for others than the customer and who runs the shop, as if there were none.
    async fn customer(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Row<Customer>>> {
        customer::seen(ctx, ask::id(&id, "customer")?).await
    }

    /// Whoever signed in; null for a visitor.
    async fn me(&self, ctx: &Context<'_>) -> Result<Option<Row<Customer>>> {
        match who::known(ctx)?.customer_id() {
            Some(id) => load::<CustomerById>(ctx, id).await,
            None => Ok(None),
        }
    }

    /// Who asks, signed by this server, good for five minutes. Send it as `X-Access-Token` beside the session's token: while the session
    /// store is down, it counts. Null for a visitor.
    async fn access_token(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        // not by another access token: one would follow the other for as long as the store is down, whatever became of the session
        Ok(ctx.data::<AccessKey>()?.sign(who::by_session(ctx)?, Timestamp::now()))
    }

    /// Customers, newest first; for who runs the shop.
    async fn customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<CustomerWhere>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<RowConnection<Customer>>> {
        let window = Paging { first, after, last, before }.window(ctx, customer::LIST, SortKind::Time)?;
        who::everything(ctx)?;
        let page = load::<CustomersPage>(ctx, (filter.unwrap_or_default().into(), window)).await?;
        Ok(page.map(|page| connection(&page, customer::LIST, customer::key)))
    }

    /// An order of the viewer's; administrators see all.
    async fn order(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Row<Order>>> {
        load::<OrderById>(ctx, (ask::id(&id, "order")?, who::known(ctx)?.of_customers())).await
    }

    /// The viewer's orders; administrators see all.
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the GraphQL field")]
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<OrderWhere>,
        order_by: Option<OrderOrder>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<RowConnection<Order>>> {
        let order: shop::OrderOrder = order_by.map_or_else(Default::default, Into::into);
        let list = order::list(order);
        let window = Paging { first, after, last, before }.window(ctx, &list, order.sorted_by())?;
        let mut filter = filter.unwrap_or_default().filter()?;
        match who::known(ctx)?.of_customers() {
            Audience::Public => return Err(unauthenticated()),
            // somebody else's are as if there were none
            Audience::Of(me) if filter.customer_id.is_some_and(|asked| asked != me) => {
                return Ok(Some(connection(&shared(shop::Page::empty(&window)), &list, |row| order.key(row))));
            }
            Audience::Of(me) => filter.customer_id = Some(me),
            Audience::Everything => {}
        }
        let page = load::<OrdersPage>(ctx, (filter, order, window)).await?;
        Ok(page.map(|page| connection(&page, &list, |row| order.key(row))))
    }

    /// An article, by id or by slug.
    async fn article(&self, ctx: &Context<'_>, id: Option<ID>, slug: Option<String>) -> Result<Option<Row<Article>>> {
        let how = ask::reading(ctx);
        let article = match id_or_slug(id, slug, "article")? {
            IdOrSlug::Id(id) => load::<ArticleById>(ctx, (id, how)).await?,
            IdOrSlug::Slug(slug) => load::<ArticleBySlug>(ctx, (slug, how)).await?,
        };
        who::found(ctx, article)
    }

    /// Articles of the magazine.
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the GraphQL field")]
    async fn articles(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "where")] filter: Option<ArticleWhere>,
        order_by: Option<ArticleOrder>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<RowConnection<Article>>> {
        let order: shop::ArticleOrder = order_by.map_or_else(Default::default, Into::into);
        let list = article::list(order);
        let window = Paging { first, after, last, before }.window(ctx, &list, order.sorted_by())?;
        let filter = filter.unwrap_or_default().filter()?;
        if filter.status == Some(ArticleStatus::Draft) {
            // not as if there were none: see who::found
            who::known(ctx)?;
        }
        let page = load::<ArticlesPage>(ctx, (filter, order, window, ask::reading_of_nodes(ctx))).await?;
        Ok(page.map(|page| connection(&page, &list, |row| order.key(row))))
    }

    /// Products and published articles that hold all the words of the text.
    async fn search(&self, ctx: &Context<'_>, text: String, first: Option<i32>) -> Result<Option<Vec<SearchResult>>> {
        let limit = ask::rows(ctx, "first", first, ask::DEFAULT_FIRST)?;
        let text = SearchText::parse(&text).map_err(bad_input)?;
        search::search(ctx, text, limit).await.map(Some)
    }

    /// The products that were viewed most in a recent stretch of time.
    async fn trending(&self, ctx: &Context<'_>, window: Option<TrendingWindow>, first: Option<i32>) -> Result<Option<Vec<Ranked>>> {
        let window = window.unwrap_or(TrendingWindow::Day).into();
        load::<BoardTop>(ctx, (Board::Trending(window), ask::rows(ctx, "first", first, 10)?)).await
    }

    /// The products that were sold most.
    async fn best_sellers(&self, ctx: &Context<'_>, first: Option<i32>) -> Result<Option<Vec<Ranked>>> {
        load::<BoardTop>(ctx, (Board::BestSellers, ask::rows(ctx, "first", first, 10)?)).await
    }

    /// Revenue of a period (`from` included, `to` excluded), without cancelled orders. At most 30 seconds old. For who runs the shop.
    async fn sales_report(
        &self,
        ctx: &Context<'_>,
        from: DateTime,
        to: DateTime,
        by: SalesBy,
        limit: Option<i32>,
    ) -> Result<Option<Vec<Row<SalesRow>>>> {
        let limit = match limit.map(u32::try_from) {
            None => DEFAULT_REPORT_ROWS,
            Some(Ok(rows @ 1..=MAX_REPORT_ROWS)) => rows,
            _ => return Err(bad_input(format!("limit must be between 1 and {MAX_REPORT_ROWS}"))),
        };
        who::everything(ctx)?;
        if from.0 > to.0 {
            return Err(bad_input("from must not be later than to"));
        }
        load::<SalesReport>(ctx, SalesPeriod { from: from.0, to: to.0, by: by.into(), limit }).await
    }

    /// Results of `polystore compare` on this server's machine, newest first, at most 100. For who runs the shop.
    async fn comparisons(&self, ctx: &Context<'_>, first: Option<i32>) -> Result<Option<Vec<Comparison>>> {
        comparison::newest(ctx, first).await
    }

    /// A result of `polystore compare`; null if there is none of this id. For who runs the shop.
    async fn comparison(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Comparison>> {
        comparison::one(ctx, &id).await
    }

    /// What the viewer, or the address of a visitor, may spend; null where nothing is limited.
    async fn rate_limit(&self, ctx: &Context<'_>) -> Result<Option<RateLimit>> {
        Ok(ctx.data_opt::<Standing>().map(RateLimit::new))
    }

    /// What answers here.
    async fn server(&self, ctx: &Context<'_>) -> Result<Option<Server>> {
        Ok(Some(Server::new(ctx.data::<Arc<Stores>>()?, ctx.data::<Limits>()?)))
    }
}
