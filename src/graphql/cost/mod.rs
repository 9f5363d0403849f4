//! What an operation costs, in points: predicted from its document before a store is asked, and counted when it is done.
//!
//! Points are store work: calls and rows, by the weights of [`weights`]. The guard adds up the prediction in its one pass; what was done is read
//! from the receipt, by the same weights. The prediction is meant to be at least what is done: a list counts with all the rows that it may have.
//! Where nobody says how many (lines of an order, products of an article) a usual number is assumed; an operation that then did more than was
//! predicted has nothing to get back.

mod paths;
mod points;
mod predict;
pub mod weights;

pub use paths::{Predicted, by_path};
pub use points::Points;
pub use predict::predict;

use crate::receipt::{Receipt, Role};
use serde::Serialize;

/// What an operation costs that asks no store: nothing is free.
pub const BASE: u64 = 1;

/// What a request did.
pub fn actual(receipt: &Receipt) -> u64 {
    let of = |role: Role| {
        let (count, weight) = (receipt.count(role), weights::of_role(role));
        count.calls.saturating_mul(weight.call).saturating_add(count.rows.saturating_mul(weight.row))
    };
    Role::ALL.into_iter().map(of).fold(BASE, u64::saturating_add)
}

/// `extensions.cost`, for clients that ask for it.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// Predicted.
    pub requested_query_cost: u64,
    /// Done.
    pub actual_query_cost: u64,
    /// Null where nothing is limited.
    pub throttle_status: Option<ThrottleStatus>,
}

/// The client's bucket after this operation.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ThrottleStatus {
    /// What it holds when it is full.
    pub maximum_available: u32,
    /// What it holds now.
    pub currently_available: u32,
    /// Points that come back in a second.
    pub restore_rate: u32,
}
