//! Products in the cache: where they come from, and which writes make their copies void.

use super::{
    Cached,
    aside::{Aside, Kept},
    entry::Fate,
    may_be_done,
};
use crate::{
    roles::{Cache, Relational, Result},
    shop::{
        Detail, MoveRefusal, NewOrder, Order, OrderMove, OrderRefusal, OrderStatus, OrderWithItems, Product, ProductId, ProductRefusal,
        Written,
    },
};
use std::sync::Arc;

impl Kept for Product {
    type Id = ProductId;
    const NAME: &'static str = "product.1";

    fn id(&self) -> ProductId {
        self.id
    }

    fn version(&self) -> i64 {
        self.version
    }
}

/// The products of `owner`, with `cache` beside them.
pub fn aside(owner: Arc<dyn Relational>, cache: Arc<dyn Cache>) -> Arc<Aside<Product>> {
    let engine = owner.engine();
    let load = move |ids: Vec<ProductId>| -> futures::future::BoxFuture<'static, Result<Vec<Product>>> {
        let owner = Arc::clone(&owner);
        Box::pin(async move { owner.products_by_ids(&ids, Detail::Whole).await })
    };
    Aside::new(engine, Box::new(load), cache, Fate::default())
}

/// After each write, and whatever became of it.
impl Cached {
    pub(super) async fn product_written(&self, id: ProductId, answer: &Result<Written<Product, ProductRefusal>>) {
        let Some(products) = &self.products else { return };
        match answer {
            Ok(Written::Done(product) | Written::Replayed(product)) => products.written(vec![(id, product.version)]).await,
            Err(error) if may_be_done(error) => products.perhaps_written(vec![id]).await,
            Ok(_) | Err(_) => {}
        }
    }

    pub(super) async fn products_were_put(&self, rows: &[Product], answer: &Result<()>) {
        let Some(products) = &self.products else { return };
        match answer {
            Ok(()) => products.written(rows.iter().map(|row| (row.id, row.version)).collect()).await,
            Err(error) if may_be_done(error) => products.perhaps_written(rows.iter().map(|row| row.id).collect()).await,
            Err(_) => {}
        }
    }

    pub(super) async fn order_was_placed(&self, order: &NewOrder, answer: &Result<Written<OrderWithItems, OrderRefusal>>) {
        let Some(products) = &self.products else { return };
        let ids = order.lines.iter().map(|(product, _)| *product).collect();
        match answer {
            // the order does not tell the versions that its products have now
            Ok(Written::Done(_) | Written::Replayed(_)) => products.rewritten(async move { Ok(ids) }).await,
            Err(error) if may_be_done(error) => products.perhaps_written(ids).await,
            Ok(_) | Err(_) => {}
        }
    }

    pub(super) async fn order_was_moved(&self, step: &OrderMove, answer: &Result<Written<Order, MoveRefusal>>) {
        let Some(products) = &self.products else { return };
        let may_be_done = match answer {
            Ok(Written::Done(_) | Written::Replayed(_)) => true,
            Ok(_) => false,
            Err(error) => may_be_done(error),
        };
        if step.to == OrderStatus::Cancelled && may_be_done {
            let (owner, order) = (Arc::clone(&self.inner), step.id);
            let ids = async move { Ok(owner.order_items_by_orders(&[order]).await?.into_iter().map(|item| item.product_id).collect()) };
            products.rewritten(ids).await;
        }
    }
}
