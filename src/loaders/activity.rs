//! Questions about what happened.

use crate::shop::{ActivityEvent, CustomerId, OrderId};

pages_by_parent!(
    /// A page of a customer's events.
    ActivityByCustomer, CustomerId => ActivityEvent, documents.activity_page_by_customers by "customer id"
);
lists_by_key!(
    /// What happened to an order, in order of time.
    ActivityByOrder, OrderId => ActivityEvent, documents.activity_by_orders by "order id", |row| row.order_id
);
