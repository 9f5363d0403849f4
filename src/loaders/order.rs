//! Questions about orders and what they add up to.

use super::{
    Answers, Asks, Row,
    questions::{by_arguments, in_order, shared},
};
use crate::shop::{Audience, CustomerId, Money, Order, OrderFilter, OrderId, OrderItem, OrderOrder, SalesPeriod, SalesRow, Window};
use crate::{roles, stores::Stores};

/// What is still owed for an order.
pub struct BalanceOfOrder;

#[async_trait::async_trait]
impl super::Question for BalanceOfOrder {
    type Key = OrderId;
    type Answer = Money;
    type Lane = ();
    const ASKS: Asks = Asks::relational("order_balances").by("order id");

    fn lane(_: &Self::Key) {}

    async fn ask(stores: &Stores, keys: Vec<OrderId>) -> roles::Result<Answers<Self>> {
        let found = stores.relational.order_balances(&keys).await?;
        Ok(in_order(&keys, found).into_iter().map(Ok).collect())
    }
}

/// An order by id, for an audience: what one viewer sees must not answer another.
pub struct OrderById;

#[async_trait::async_trait]
impl super::Question for OrderById {
    type Key = (OrderId, Audience);
    type Answer = Row<Order>;
    type Lane = Audience;
    const ASKS: Asks = Asks::relational("orders_by_ids").by("order id");

    fn lane(key: &Self::Key) -> Audience {
        key.1
    }

    async fn ask(stores: &Stores, keys: Vec<Self::Key>) -> roles::Result<Answers<Self>> {
        let ask = |audience, ids: Vec<OrderId>| async move {
            let rows = stores.relational.orders_by_ids(&ids, audience).await?;
            Ok(in_order(&ids, Row::each(rows).map(|row| (row.id, row))))
        };
        Ok(by_arguments(keys, ask).await)
    }
}
lists_by_key!(
    /// The lines of an order.
    ItemsByOrder, OrderId => OrderItem, relational.order_items_by_orders by "order id", |row| Some(row.order_id)
);
pages_by_parent!(
    /// A page of a customer's orders.
    OrdersByCustomer, CustomerId => Order, relational.orders_page_by_customers by "customer id"
);
asked_singly!(
    /// A page of orders.
    OrdersPage, (OrderFilter, OrderOrder, Window) => super::SharedPage<Order>, relational.orders_page,
    |stores, key| shared(stores.relational.orders_page(&key.0, key.1, &key.2).await?)
);
asked_singly!(
    /// The sales report.
    SalesReport, SalesPeriod => Vec<Row<SalesRow>>, relational.sales_report,
    |stores, key| Row::each(stores.relational.sales_report(&key).await?).collect()
);
