//! Questions about orders and what they add up to.

use super::questions::shared;
use crate::shop::{CustomerId, Order, OrderFilter, OrderId, OrderItem, OrderOrder, SalesPeriod, SalesRow, Window};
use std::sync::Arc;

rows_by_key!(
    /// An order by id.
    OrderById, OrderId => Order, relational.orders_by_ids(), |row| row.id
);
lists_by_key!(
    /// The lines of an order.
    ItemsByOrder, OrderId => OrderItem, relational.order_items_by_orders, |row| Some(row.order_id)
);
pages_by_parent!(
    /// A page of a customer's orders.
    OrdersByCustomer, CustomerId => Order, relational.orders_page_by_customers
);
asked_singly!(
    /// A page of orders.
    OrdersPage, (OrderFilter, OrderOrder, Window) => super::SharedPage<Order>,
    |stores, key| shared(stores.relational.orders_page(&key.0, key.1, &key.2).await?)
);
asked_singly!(
    /// The sales report.
    SalesReport, SalesPeriod => Vec<Arc<SalesRow>>,
    |stores, key| stores.relational.sales_report(&key).await?.into_iter().map(Arc::new).collect()
);
