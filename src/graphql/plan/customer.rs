//! `Customer`.

use super::{
    Run,
    args::Args,
    compile::{Asked, Planned},
    connection::Listed,
    json,
    object::Field,
    relation::{leaf, private, writer},
};
use crate::{
    graphql::{activity, article, order},
    loaders::{
        activity::ActivityByCustomer, article::ArticlesByAuthor, customer::TotalSpent, order::OrdersByCustomer,
        preferences::PreferencesByCustomer,
    },
    shop::{ActivityEvent, Customer, CustomerId, Money, Reading, SortKind, Viewer},
};

fn sees(customer: &Customer, viewer: Viewer) -> bool {
    viewer.sees(customer.id)
}

/// What is private is asked for only on behalf of those who may see it.
fn seen(customer: &Customer, run: &Run<'_>) -> Option<CustomerId> {
    sees(customer, run.viewer).then_some(customer.id)
}

impl Planned for Customer {
    const NAME: &'static str = "Customer";

    fn field(asked: &Asked<'_, '_>) -> Option<Field<Self>> {
        match asked.name {
            "id" => leaf(|customer: &Self, out| json::id(customer.id, out)),
            "email" => private(sees, |customer: &Self, out| json::text(&customer.email, out)),
            "name" => leaf(|customer: &Self, out| json::text(&customer.name, out)),
            "tier" => private(sees, |customer: &Self, out| json::quoted(customer.tier.code(), out)),
            "createdAt" => leaf(|customer: &Self, out| json::time(customer.created_at, out)),
            "totalSpent" => asked.value::<Self, TotalSpent>(|customer, run| Ok(seen(customer, run)), writer::<Money>(asked)?),
            "orders" => {
                let list = |_: &Args, _: &Run<'_>| Ok(Listed::child(order::CHILD_LIST, SortKind::Time, order::child_key));
                let key = |customer: &Self, run: &Run<'_>, _: &Args, window| Ok(seen(customer, run).map(|id| (id, (window,))));
                asked.page::<Self, OrdersByCustomer, _>(list, key)
            }
            "preferences" => asked.one::<Self, PreferencesByCustomer, _>(|customer, run| Ok(seen(customer, run))),
            "articles" => {
                let detail = asked.detail_of_articles()?;
                let list = |_: &Args, _: &Run<'_>| Ok(Listed::child(article::CHILD_LIST, SortKind::Time, article::child_key));
                let key = move |customer: &Self, run: &Run<'_>, _: &Args, window| {
                    Ok(Some((customer.id, (window, Reading { detail, audience: run.viewer.of_articles() }))))
                };
                asked.page::<Self, ArticlesByAuthor, _>(list, key)
            }
            "activity" => {
                let list = |_: &Args, _: &Run<'_>| Ok(Listed::child(activity::CHILD_LIST, SortKind::Time, ActivityEvent::key));
                let key = |customer: &Self, run: &Run<'_>, _: &Args, window| Ok(seen(customer, run).map(|id| (id, (window,))));
                asked.page::<Self, ActivityByCustomer, _>(list, key)
            }
            _ => None,
        }
    }
}
