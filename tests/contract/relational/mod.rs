//! What every relational engine promises.

mod account;
mod audit;
mod cancellation;
mod category;
mod connect;
mod customer;
pub mod inside;
mod ledger;
mod line;
mod once;
mod order;
mod order_move;
mod order_place;
mod outbox;
mod outbox_claimers;
mod outbox_plan;
mod paging;
mod patience;
mod planning;
mod product;
mod product_write;
mod sales;
mod store;

use libtest_mimic::Trial;
use polystore::{
    error::{Engine, Kind, StoreError},
    roles::Relational,
};
use std::sync::Arc;

pub const ENGINES: &[Engine] = &[Engine::Postgres, Engine::Sqlite];

pub fn trials() -> Vec<Trial> {
    let entities = [
        store::trials(),
        customer::trials(),
        account::trials(),
        audit::trials(),
        category::trials(),
        product::trials(),
        product_write::trials(),
        order::trials(),
        order_place::trials(),
        order_move::trials(),
        once::trials(),
        ledger::trials(),
        sales::trials(),
        outbox::trials(),
        outbox_claimers::trials(),
        outbox_plan::trials(),
        cancellation::trials(),
        connect::trials(),
        patience::trials(),
        planning::trials(),
    ];
    entities.into_iter().flatten().collect()
}

type Store = Arc<dyn Relational>;

/// A write was refused because of the data, by this store.
fn assert_conflict(store: &Store, answer: Result<(), StoreError>, what: &str) {
    let error = answer.expect_err(what);
    assert_eq!((error.kind, error.engine), (Kind::Conflict, store.engine()), "{what}: {error:?}");
}

/// Rows without their order.
fn by_id<T, K: Ord>(mut rows: Vec<T>, key: fn(&T) -> K) -> Vec<T> {
    rows.sort_by_key(key);
    rows
}

/// Texts that naive quoting, casing, trimming or normalising would change.
const TEXTS: [&str; 8] = [
    "O'Brien \"Bobby\"; DROP TABLE customers; --",
    "Zoë Çelik-Øst 北京 🦀",
    "e\u{301} is not \u{e9}",
    "back\\slash \\u0041 %s $1 ?1 :name {json: [1]}",
    " leading and trailing ",
    "line\nbreak\ttab\r\n",
    "123",
    "null",
];
