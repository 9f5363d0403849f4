//! Questions about preferences.

use crate::shop::{CustomerId, Preferences};

rows_by_key!(
    /// A customer's preferences.
    PreferencesByCustomer, CustomerId => Preferences, documents.preferences_by_customers by "customer id", |row| row.customer_id
);
