//! `ActivityEvent`.

use super::{
    Run,
    compile::{Asked, Planned},
    json,
    object::Field,
    relation::leaf,
};
use crate::{
    graphql::ask,
    loaders::{article::ArticleById, customer::CustomerById, order::OrderById, product::ProductById},
    shop::{ActivityEvent, Reading},
};

impl Planned for ActivityEvent {
    const NAME: &'static str = "ActivityEvent";

    fn field(asked: &Asked<'_, '_>) -> Option<Field<Self>> {
        match asked.name {
            "id" => leaf(|event: &Self, out| json::id(event.id, out)),
            "kind" => leaf(|event: &Self, out| json::quoted(event.kind.code(), out)),
            "at" => leaf(|event: &Self, out| json::time(event.at, out)),
            "data" => leaf(|event: &Self, out| json::value(&event.data, out)),
            "customer" => asked.one::<Self, CustomerById, _>(|event, _| Ok(Some(event.customer_id))),
            "order" => {
                asked.one::<Self, OrderById, _>(|event, run: &Run<'_>| Ok(event.order_id.map(|order| (order, run.viewer.of_customers()))))
            }
            "product" => {
                let detail = asked.detail_of_product()?;
                asked.one::<Self, ProductById, _>(move |event, _| Ok(event.product_id.map(|id| (id, detail))))
            }
            "article" => {
                let detail = ask::detail(asked.selects("Article", "blocks")?);
                asked.one::<Self, ArticleById, _>(move |event, run: &Run<'_>| {
                    Ok(event.article_id.map(|article| (article, Reading { detail, audience: run.viewer.of_articles() })))
                })
            }
            _ => None,
        }
    }
}
