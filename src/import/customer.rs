//! Customers.

use super::fields::Fields;
use crate::shop::{Customer, Tier};

pub fn read(fields: &mut Fields<'_>) -> Option<Customer> {
    let id = fields.id();
    let email = fields.email("email");
    let name = fields.text("name", 1, 200);
    let tier = fields.code("tier", Tier::ALL, Tier::code, Some(Tier::Standard));
    let created_at = fields.time("created_at");
    Some(Customer { id: id?, email: email?, name: name?, tier: tier?, created_at: created_at? })
}
