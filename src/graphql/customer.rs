//! `Customer`.

use super::{
    activity, article,
    ask::{Paging, RowConnection, connection, load, reading_of_nodes},
    enums::Tier,
    order,
    scalars::DateTime,
    who,
};
use crate::{
    loaders::{
        Row,
        activity::ActivityByCustomer,
        article::ArticlesByAuthor,
        customer::{CustomerById, TotalSpent},
        order::OrdersByCustomer,
        preferences::PreferencesByCustomer,
    },
    shop::{ActivityEvent, Article, Customer, CustomerFilter, CustomerId, Key, Money, Order, Preferences, SortKind, SortValue},
};
use async_graphql::{Context, ID, InputObject, Object, Result};

/// The name of the list of all customers in cursors.
pub const LIST: &str = "customers";

/// A customer's place in the list of all customers: newest first.
pub fn key(customer: &Customer) -> Key {
    Key { value: SortValue::Time(customer.created_at), id: customer.id.uuid() }
}

/// Which customers to list; what is left out does not matter.
#[derive(InputObject, Default)]
pub struct CustomerWhere {
    /// Only this tier.
    tier: Option<Tier>,
}

impl From<CustomerWhere> for CustomerFilter {
    fn from(given: CustomerWhere) -> Self {
        Self { tier: given.tier.map(Into::into) }
    }
}

/// The customer with this id, for those who see more than the name; for others there is none.
pub async fn seen(ctx: &Context<'_>, id: CustomerId) -> Result<Option<Row<Customer>>> {
    if who::known(ctx)?.sees(id) { load::<CustomerById>(ctx, id).await } else { Ok(None) }
}

/// A person with an account: buys in the shop, writes in the magazine.
#[Object]
impl Customer {
    /// The id.
    pub async fn id(&self) -> ID {
        self.id.into()
    }

    /// Lower case, unique. Null for others than the customer and who runs the shop, as all that is private.
    async fn email(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        Ok(who::known(ctx)?.sees(self.id).then_some(&self.email))
    }

    /// As the customer writes it.
    async fn name(&self) -> &str {
        &self.name
    }

    /// How valued the customer is. Private.
    async fn tier(&self, ctx: &Context<'_>) -> Result<Option<Tier>> {
        Ok(who::known(ctx)?.sees(self.id).then(|| self.tier.into()))
    }

    /// When the account was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.created_at)
    }

    /// The sum of all orders that are not cancelled; null if there is none. Private.
    async fn total_spent(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        if !who::known(ctx)?.sees(self.id) {
            return Ok(None);
        }
        load::<TotalSpent>(ctx, self.id).await
    }

    /// The customer's orders, latest first. Private.
    async fn orders(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<RowConnection<Order>>> {
        let window = Paging { first, after, last, before }.window(ctx, order::CHILD_LIST, SortKind::Time)?;
        if !who::known(ctx)?.sees(self.id) {
            return Ok(None);
        }
        let page = load::<OrdersByCustomer>(ctx, (self.id, (window,))).await?;
        Ok(page.map(|page| connection(&page, order::CHILD_LIST, order::child_key)))
    }

    /// The customer's settings. Private.
    async fn preferences(&self, ctx: &Context<'_>) -> Result<Option<Row<Preferences>>> {
        if !who::known(ctx)?.sees(self.id) {
            return Ok(None);
        }
        load::<PreferencesByCustomer>(ctx, self.id).await
    }

    /// What the customer wrote in the magazine, newest first.
    async fn articles(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<RowConnection<Article>>> {
        let window = Paging { first, after, last, before }.window(ctx, article::CHILD_LIST, SortKind::Time)?;
        let page = load::<ArticlesByAuthor>(ctx, (self.id, (window, reading_of_nodes(ctx)))).await?;
        Ok(page.map(|page| connection(&page, article::CHILD_LIST, article::child_key)))
    }

    /// What the customer did, latest first. Private.
    async fn activity(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Option<RowConnection<ActivityEvent>>> {
        let window = Paging { first, after, last, before }.window(ctx, activity::CHILD_LIST, SortKind::Time)?;
        if !who::known(ctx)?.sees(self.id) {
            return Ok(None);
        }
        let page = load::<ActivityByCustomer>(ctx, (self.id, (window,))).await?;
        Ok(page.map(|page| connection(&page, activity::CHILD_LIST, ActivityEvent::key)))
    }
}
