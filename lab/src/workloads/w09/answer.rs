//! Rows of the five reports, and their answers: the same names in all arms.

use serde_json::{Value, json};

/// Month, orders, revenue, revenue of the month before, revenue so far.
pub type Month = (String, i64, i64, Option<i64>, i64);
/// Category, revenue, pieces, place by revenue, revenue of all.
pub type Category = (String, i64, i64, i64, i64);
/// Category, product, revenue, place in its category.
pub type Product = (String, String, i64, i64);
/// Tier, customers, revenue.
pub type Tier = (String, i64, i64);
/// Day, views, carts, buys, views of the day before.
pub type Day = (String, i64, i64, i64, Option<i64>);

/// A month.
pub fn month((month, orders, revenue, before, running): Month) -> Value {
    json!({ "month": month, "orders": orders, "revenue": revenue, "before": before, "running": running })
}

/// A category.
pub fn category((category, revenue, units, place, total): Category) -> Value {
    json!({ "category": category, "revenue": revenue, "units": units, "place": place, "total": total })
}

/// A product.
pub fn product((category, product, revenue, place): Product) -> Value {
    json!({ "category": category, "product": product, "revenue": revenue, "place": place })
}

/// A tier.
pub fn tier((tier, customers, revenue): Tier) -> Value {
    json!({ "tier": tier, "customers": customers, "revenue": revenue })
}

/// A day.
pub fn day((day, views, carts, buys, before): Day) -> Value {
    json!({ "day": day, "views": views, "carts": carts, "buys": buys, "before": before })
}
