//! `Order` and `OrderItem`.

use super::{
    ask::{detail_of_product, id, load, load_list},
    enums::OrderStatus,
    scalars::DateTime,
};
use crate::{
    loaders::{
        Row,
        activity::ActivityByOrder,
        customer::CustomerById,
        order::{BalanceOfOrder, ItemsByOrder},
        product::ProductById,
    },
    shop::{self, ActivityEvent, Customer, Key, Money, Order, OrderFilter, OrderItem, Product},
};
use async_graphql::{Context, ID, InputObject, Object, Result};

/// The name of the lists of one customer's orders in cursors.
pub const CHILD_LIST: &str = "customer/orders";

/// An order's place in such a list.
pub fn child_key(order: &Order) -> Key {
    shop::OrderOrder::PlacedDesc.key(order)
}

/// The name of the list of all orders in cursors.
pub fn list(order: shop::OrderOrder) -> String {
    format!("orders/{order:?}")
}

/// Which orders to list; what is left out does not matter, what is given must all hold.
#[derive(InputObject, Default)]
pub struct OrderWhere {
    /// Only this status.
    status: Option<OrderStatus>,
    /// Only this customer's.
    customer_id: Option<ID>,
    /// Placed at this time or later.
    from: Option<DateTime>,
    /// Placed before this time.
    to: Option<DateTime>,
}

impl OrderWhere {
    /// The filter in the shop's own terms.
    pub fn filter(self) -> Result<OrderFilter> {
        Ok(OrderFilter {
            status: self.status.map(Into::into),
            customer_id: self.customer_id.map(|given| id(&given, "customer")).transpose()?,
            from: self.from.map(|at| at.0),
            to: self.to.map(|at| at.0),
        })
    }
}

/// A purchase.
#[Object]
impl Order {
    /// The id.
    pub async fn id(&self) -> ID {
        self.id.into()
    }

    /// Where it is on its way.
    async fn status(&self) -> OrderStatus {
        self.status.into()
    }

    /// When it was placed.
    async fn placed_at(&self) -> DateTime {
        DateTime(self.placed_at)
    }

    /// The sum of its lines.
    async fn total(&self) -> Money {
        self.total
    }

    /// What is still owed for it: the sum of its entries in the ledger.
    async fn balance(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        load::<BalanceOfOrder>(ctx, self.id).await
    }

    /// Its lines.
    async fn items(&self, ctx: &Context<'_>) -> Result<Option<Vec<Row<OrderItem>>>> {
        load_list::<_, ItemsByOrder>(ctx, self.id).await
    }

    /// Who bought.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Row<Customer>>> {
        load::<CustomerById>(ctx, self.customer_id).await
    }

    /// What happened to it, in order of time, at most 100 events.
    async fn timeline(&self, ctx: &Context<'_>) -> Result<Option<Vec<Row<ActivityEvent>>>> {
        load_list::<_, ActivityByOrder>(ctx, self.id).await
    }
}

/// One line of an order: price and discount as agreed on that day.
#[Object]
impl OrderItem {
    /// 1, 2, 3 … within the order.
    async fn line(&self) -> i32 {
        self.line
    }

    /// What was bought.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Row<Product>>> {
        load::<ProductById>(ctx, (self.product_id, detail_of_product(ctx))).await
    }

    /// How many; 2147483647 stands for that many or more.
    async fn quantity(&self) -> i32 {
        i32::try_from(self.quantity).unwrap_or(i32::MAX)
    }

    /// Price of one piece.
    async fn unit_price(&self) -> Money {
        self.unit_price
    }

    /// Taken off the whole line.
    async fn discount(&self) -> Money {
        self.discount
    }

    /// What the line costs.
    #[graphql(name = "lineTotal")]
    async fn total_of_line(&self) -> Option<Money> {
        self.line_total()
    }
}
