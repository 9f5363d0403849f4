//! `Query`: where every read starts. What is refused is told by the library.

use super::{
    Bail, Run,
    args::Args,
    compile::{Asked, Planned},
    connection::Listed,
    object::Field,
    search,
};
use crate::{
    graphql::{
        article::{self, ArticleWhere},
        ask::{self, IdOrSlug},
        customer::{self, CustomerWhere},
        enums::{ArticleOrder, OrderOrder, ProductOrder, SalesBy, TrendingWindow},
        order::{self, OrderWhere},
        product::{self, ProductWhere},
        query::{DEFAULT_REPORT_ROWS, MAX_REPORT_ROWS},
        scalars::DateTime,
    },
    loaders::{
        Row,
        article::{ArticleById, ArticleBySlug, ArticlesPage},
        category::{CategoryById, CategoryBySlug, CategoryRoots},
        customer::{CustomerById, CustomersPage},
        order::{OrderById, OrdersPage, SalesReport},
        product::{ProductById, ProductBySlug, ProductsPage},
        ranking::BoardTop,
    },
    shop::{self, Audience, Board, Ranked, Reading, SalesPeriod, SortKind},
};
use async_graphql::ID;
use std::{fmt::Display, str::FromStr};

/// What all operations start from.
pub struct Root;

impl Planned for Root {
    const NAME: &'static str = "Query";

    fn field(asked: &Asked<'_, '_>) -> Option<Field<Self>> {
        let args = asked.args();
        match asked.name {
            // one of the two is asked, and which one is known from the document
            "product" if asked.gives("id") => {
                let detail = asked.detail_of_product()?;
                asked.one::<Self, ProductById, _>(move |_, run| Ok(Some((by_id(&args, run, "product")?, detail))))
            }
            "product" => asked.one::<Self, ProductBySlug, _>(move |_, run| by_slug(&args, run).map(Some)),
            "category" if asked.gives("id") => asked.one::<Self, CategoryById, _>(move |_, run| by_id(&args, run, "category").map(Some)),
            "category" => asked.one::<Self, CategoryBySlug, _>(move |_, run| by_slug(&args, run).map(Some)),
            "article" => {
                let detail = ask::detail(asked.selects("Article", "blocks")?);
                let how = move |run: &Run<'_>| Reading { detail, audience: run.viewer.of_articles() };
                if asked.gives("id") {
                    asked.one::<Self, ArticleById, _>(move |_, run| Ok(Some((by_id(&args, run, "article")?, how(run)))))
                } else {
                    asked.one::<Self, ArticleBySlug, _>(move |_, run| Ok(Some((by_slug(&args, run)?, how(run)))))
                }
            }
            "categories" => asked.many::<Self, CategoryRoots, _>(|_, _| Ok(Some(())), |rows, into| into.extend(rows)),
            "customer" => asked.one::<Self, CustomerById, _>(move |_, run| {
                let id = by_id(&args, run, "customer")?;
                Ok(run.viewer.sees(id).then_some(id))
            }),
            "me" => asked.one::<Self, CustomerById, _>(|_, run| Ok(run.viewer.customer_id())),
            "order" => asked.one::<Self, OrderById, _>(move |_, run| Ok(Some((by_id(&args, run, "order")?, run.viewer.of_customers())))),
            "products" => products(asked),
            "customers" => customers(asked),
            "orders" => orders(asked),
            "articles" => articles(asked),
            "trending" => asked.many::<Self, BoardTop, _>(
                move |_, run| {
                    let window = args.get::<Option<TrendingWindow>>(run, "window")?.unwrap_or(TrendingWindow::Day);
                    Ok(Some((Board::Trending(window.into()), rows(&args, run, 10)?)))
                },
                shared,
            ),
            "bestSellers" => asked.many::<Self, BoardTop, _>(move |_, run| Ok(Some((Board::BestSellers, rows(&args, run, 10)?))), shared),
            "search" => search::search(asked),
            "salesReport" => {
                asked.many::<Self, SalesReport, _>(move |_, run| sales_period(&args, run).map(Some), |rows, into| into.extend(rows))
            }
            _ => None,
        }
    }
}

fn shared(rows: Vec<Ranked>, into: &mut Vec<Row<Ranked>>) {
    into.extend(Row::each(rows));
}

fn by_id<T: FromStr>(args: &Args, run: &Run<'_>, entity: &str) -> Result<T, Bail>
where
    T::Err: Display,
{
    let (id, slug) = (args.get(run, "id")?, args.get(run, "slug")?);
    match ask::id_or_slug(id, slug, entity) {
        Ok(IdOrSlug::Id(id)) => Ok(id),
        _ => Err(Bail),
    }
}

fn by_slug(args: &Args, run: &Run<'_>) -> Result<String, Bail> {
    let (id, slug) = (args.get::<Option<ID>>(run, "id")?, args.get(run, "slug")?);
    match ask::id_or_slug::<shop::ProductId>(id, slug, "") {
        Ok(IdOrSlug::Slug(slug)) => Ok(slug),
        _ => Err(Bail),
    }
}

fn rows(args: &Args, run: &Run<'_>, default: u32) -> Result<u32, Bail> {
    ask::rows_within(run.limits, "first", args.get(run, "first")?, default).map_err(|_| Bail)
}

fn sales_period(args: &Args, run: &Run<'_>) -> Result<SalesPeriod, Bail> {
    let limit = match args.get::<Option<i32>>(run, "limit")?.map(u32::try_from) {
        None => DEFAULT_REPORT_ROWS,
        Some(Ok(rows @ 1..=MAX_REPORT_ROWS)) => rows,
        _ => return Err(Bail),
    };
    let (from, to): (DateTime, DateTime) = (args.get(run, "from")?, args.get(run, "to")?);
    let allowed = run.viewer.of_customers().is_everything() && from.0 <= to.0;
    if allowed { Ok(SalesPeriod { from: from.0, to: to.0, by: args.get::<SalesBy>(run, "by")?.into(), limit }) } else { Err(Bail) }
}

fn products(asked: &Asked<'_, '_>) -> Option<Field<Root>> {
    let order = |args: &Args, run: &Run<'_>| {
        let order = args.get::<Option<ProductOrder>>(run, "orderBy")?;
        Ok(order.map_or_else(shop::ProductOrder::default, Into::into))
    };
    let list = move |args: &Args, run: &Run<'_>| {
        let order: shop::ProductOrder = order(args, run)?;
        Ok(Listed::root(product::list(order), order.sorted_by(), move |row| order.key(row)))
    };
    let detail = asked.detail_of_products()?;
    asked.page::<Root, ProductsPage, _>(list, move |_, run, args, window| {
        let filter = args.get::<Option<ProductWhere>>(run, "where")?.unwrap_or_default().filter().map_err(|_| Bail)?;
        Ok(Some((filter, order(args, run)?, window, detail)))
    })
}

fn customers(asked: &Asked<'_, '_>) -> Option<Field<Root>> {
    let list = |_: &Args, _: &Run<'_>| Ok(Listed::root(customer::LIST.to_owned(), SortKind::Time, customer::key));
    asked.page::<Root, CustomersPage, _>(list, |_, run, args, window| {
        let filter = args.get::<Option<CustomerWhere>>(run, "where")?.unwrap_or_default().into();
        if run.viewer.of_customers().is_everything() { Ok(Some((filter, window))) } else { Err(Bail) }
    })
}

fn orders(asked: &Asked<'_, '_>) -> Option<Field<Root>> {
    let order = |args: &Args, run: &Run<'_>| {
        let order = args.get::<Option<OrderOrder>>(run, "orderBy")?;
        Ok(order.map_or_else(shop::OrderOrder::default, Into::into))
    };
    let list = move |args: &Args, run: &Run<'_>| {
        let order: shop::OrderOrder = order(args, run)?;
        Ok(Listed::root(order::list(order), order.sorted_by(), move |row| order.key(row)))
    };
    asked.page::<Root, OrdersPage, _>(list, move |_, run, args, window| {
        let mut filter = args.get::<Option<OrderWhere>>(run, "where")?.unwrap_or_default().filter().map_err(|_| Bail)?;
        match run.viewer.of_customers() {
            Audience::Public => return Err(Bail),
            Audience::Of(me) if filter.customer_id.is_some_and(|asked| asked != me) => return Err(Bail),
            Audience::Of(me) => filter.customer_id = Some(me),
            Audience::Everything => {}
        }
        Ok(Some((filter, order(args, run)?, window)))
    })
}

fn articles(asked: &Asked<'_, '_>) -> Option<Field<Root>> {
    let detail = asked.detail_of_articles()?;
    let order = |args: &Args, run: &Run<'_>| {
        let order = args.get::<Option<ArticleOrder>>(run, "orderBy")?;
        Ok(order.map_or_else(shop::ArticleOrder::default, Into::into))
    };
    let list = move |args: &Args, run: &Run<'_>| {
        let order: shop::ArticleOrder = order(args, run)?;
        Ok(Listed::root(article::list(order), order.sorted_by(), move |row| order.key(row)))
    };
    asked.page::<Root, ArticlesPage, _>(list, move |_, run, args, window| {
        let filter = args.get::<Option<ArticleWhere>>(run, "where")?.unwrap_or_default().filter().map_err(|_| Bail)?;
        Ok(Some((filter, order(args, run)?, window, Reading { detail, audience: run.viewer.of_articles() })))
    })
}
