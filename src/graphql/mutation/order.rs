//! Orders.

use super::{
    payload::payload,
    run::{id, run},
};
use crate::{
    actions,
    shop::{Order, OrderStatus},
};
use async_graphql::{Context, ID, InputObject, Object, Result};
use std::sync::Arc;

/// A product, and how many pieces of it.
#[derive(InputObject)]
pub struct OrderItemData {
    /// Which product.
    product_id: ID,
    /// How many, 1 to 1,000,000.
    quantity: i32,
}

/// What a customer buys.
#[derive(InputObject)]
pub struct PlaceOrderData {
    /// 1 to 100 products, none twice.
    items: Vec<OrderItemData>,
}

/// Which order.
#[derive(InputObject)]
pub struct OrderData {
    /// Its id.
    order_id: ID,
}

payload!(
    /// The order after the change.
    OrderPayload {
        /// The order.
        order: Arc<Order>
    },
    Relational -> [Documents, Hot]
);

/// Orders: of the viewer's own; administrators move all.
#[derive(Default)]
pub struct OrderMutation;

#[Object]
impl OrderMutation {
    /// Buys, at the prices of the moment. The stock is taken at once, or nothing is.
    async fn place_order(&self, ctx: &Context<'_>, input: PlaceOrderData, idempotency_key: Option<String>) -> Result<Option<OrderPayload>> {
        let items = input.items.into_iter().map(|item| (item.product_id.0, i64::from(item.quantity))).collect();
        let ran = run(ctx, idempotency_key, async |asker, stores| {
            actions::place_order(&*stores.relational, asker, items).await.map(|placed| Arc::new(placed.order))
        });
        Ok(Some(ran.await?.into()))
    }

    /// Notes that the order is paid.
    async fn pay_order(&self, ctx: &Context<'_>, input: OrderData, idempotency_key: Option<String>) -> Result<Option<OrderPayload>> {
        step(ctx, input, idempotency_key, OrderStatus::Paid).await
    }

    /// Notes that a paid order is on its way; for administrators.
    async fn ship_order(&self, ctx: &Context<'_>, input: OrderData, idempotency_key: Option<String>) -> Result<Option<OrderPayload>> {
        step(ctx, input, idempotency_key, OrderStatus::Shipped).await
    }

    /// Calls the order off, unless it is on its way; its pieces are back in the stock.
    async fn cancel_order(&self, ctx: &Context<'_>, input: OrderData, idempotency_key: Option<String>) -> Result<Option<OrderPayload>> {
        step(ctx, input, idempotency_key, OrderStatus::Cancelled).await
    }
}

async fn step(ctx: &Context<'_>, input: OrderData, key: Option<String>, to: OrderStatus) -> Result<Option<OrderPayload>> {
    let ran = run(ctx, key, async |asker, stores| {
        let order = id(&input.order_id, "orderId", "order")?;
        actions::move_order(&*stores.relational, asker, order, to).await.map(Arc::new)
    });
    Ok(Some(ran.await?.into()))
}
