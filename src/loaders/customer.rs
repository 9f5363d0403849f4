//! Questions about customers.

use super::questions::{in_order, shared};
use crate::shop::{Customer, CustomerFilter, CustomerId, Money, Window};

rows_by_key!(
    /// A customer by id.
    CustomerById, CustomerId => Customer, relational.customers_by_ids by "customer id", |row| row.id
);
asked_singly!(
    /// A page of customers.
    CustomersPage, (CustomerFilter, Window) => super::SharedPage<Customer>, relational.customers_page,
    |stores, key| shared(stores.relational.customers_page(&key.0, &key.1).await?)
);

/// What a customer spent on orders that are not cancelled.
pub struct TotalSpent;

#[async_trait::async_trait]
impl super::Question for TotalSpent {
    type Key = CustomerId;
    type Answer = Money;
    type Lane = ();
    const ASKS: super::Asks = super::Asks::relational("customers_total_spent").by("customer id");

    fn lane(_: &Self::Key) {}

    async fn ask(stores: &crate::stores::Stores, keys: Vec<CustomerId>) -> crate::roles::Result<super::Answers<Self>> {
        let found = stores.relational.customers_total_spent(&keys).await?;
        Ok(in_order(&keys, found).into_iter().map(Ok).collect())
    }
}
