//! Pieces come in, or are written off.

use super::{
    product_input::refusal,
    refusal::{Faults, Outcome, Refusal, settle},
    who::Asker,
};
use crate::{
    roles::Catalog,
    shop::{
        Product, ProductId, ProductRefusal, Provenance, StockChange,
        audit::{Action, asked},
        product::MAX_STOCK,
    },
};
use serde_json::json;

/// Adds `delta` pieces, or takes them away if it is below zero.
pub async fn adjust_stock(catalog: &dyn Catalog, asker: &Asker, product_id: ProductId, delta: i64) -> Outcome<Product> {
    asker.admin()?;
    let once = asker.once("adjustStock", &json!({ "productId": product_id.to_string(), "delta": delta }))?;
    let mut faults = Faults::default();
    if delta == 0 || !(-MAX_STOCK..=MAX_STOCK).contains(&delta) {
        faults.add("delta", format_args!("{delta} is no change: expected -{MAX_STOCK} to {MAX_STOCK}, and not 0"));
    }
    let change = faults.done(Some(StockChange { product_id, delta, at: asker.at }))?;
    let audit = asker.audit(Action::AdjustStock, product_id, asked::of_stock(delta));
    settle(catalog.stock_change(&change, Provenance::new(once.as_ref(), &audit)).await, |reason| match reason {
        ProductRefusal::NotFound => Refusal { field: Some("productId".to_owned()), ..refusal(reason) },
        _ => refusal(reason),
    })
}
