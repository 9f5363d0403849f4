//! A product changes.

use super::{
    product_input::{ProductInput, refusal},
    refusal::{Faults, Outcome, settle},
    who::Asker,
};
use crate::{
    roles::Catalog,
    shop::{
        Product, ProductId, Provenance,
        audit::{Action, asked},
    },
};
use serde_json::json;

/// Changes what is given, if the product has the expected version.
pub async fn update_product(
    catalog: &dyn Catalog,
    asker: &Asker,
    id: ProductId,
    version: Option<i64>,
    input: ProductInput,
) -> Outcome<Product> {
    asker.admin()?;
    let once = asker.once("updateProduct", &json!({ "id": id.to_string(), "version": version, "product": input.json() }))?;
    let change = input.checked(Faults::default())?;
    let audit = asker.audit(Action::UpdateProduct, id, asked::of_product(&change));
    settle(catalog.product_change(id, version, &change, asker.at, Provenance::new(once.as_ref(), &audit)).await, refusal)
}
