//! The weights: the one table of what things cost, with the reasons.
//!
//! A point is about what one value of the hot store costs. The weights say how calls and rows compare, not how long they take.

use crate::receipt::Role;

/// What a call costs, and each of its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    /// A round trip to a store.
    pub call: u64,
    /// A row of its answer.
    pub row: u64,
}

const FREE: Weight = Weight { call: 0, row: 0 };
/// A round trip, a connection for its time, a statement. A row is read, decoded, and written into the answer.
const RELATIONAL: Weight = Weight { call: 10, row: 2 };
/// The same; a document is larger than a row.
const DOCUMENTS: Weight = Weight { call: 10, row: 3 };
/// A look-up by key in memory over one shared connection. Counters and places on boards are numbers.
const HOT: Weight = Weight { call: 4, row: 1 };
/// Both durable stores are asked for all the rows at the same time, because either may have none.
const SEARCH: Weight = Weight { call: RELATIONAL.call + DOCUMENTS.call, row: RELATIONAL.row + DOCUMENTS.row };
/// An id may lead to any store: the dearest.
const BY_ID: Weight = DOCUMENTS;
/// A change is one transaction with its event and its key, and the calls round it: no change makes more than four to durable stores.
const CHANGE: Weight = Weight { call: 50, row: 3 };
/// Kinds of things with ids: `nodes` makes one call for each kind.
const KINDS: u64 = 6;

/// Of a role's calls.
pub fn of_role(role: Role) -> Weight {
    match role {
        Role::Relational => RELATIONAL,
        Role::Documents => DOCUMENTS,
        Role::Hot => HOT,
    }
}

/// Of a field, by its name; `ids` is the number of ids that it was given, if it takes any; a leaf is one without a selection. The same name on
/// another type may cost less (`rank` of a sales report, `order` of a payload): the guard does not know types, and the difference is given back.
pub fn of_field(name: &str, leaf: bool, ids: Option<u64>) -> Weight {
    match name {
        "views" | "rank" => HOT,
        _ if leaf => FREE,
        // fields of connections have these names, too
        "node" | "nodes" => ids.map_or(FREE, |ids| Weight { call: BY_ID.call * ids.clamp(1, KINDS), ..BY_ID }),
        "product" | "products" | "category" | "categories" | "children" | "parent" => RELATIONAL,
        "customer" | "customers" | "author" | "me" | "totalSpent" => RELATIONAL,
        "order" | "orders" | "items" | "balance" | "salesReport" => RELATIONAL,
        "article" | "articles" | "revisions" | "comments" => DOCUMENTS,
        "activity" | "timeline" | "preferences" => DOCUMENTS,
        "trending" | "bestSellers" => HOT,
        // a file of a few hundred kilobytes that is read and understood
        "comparison" | "comparisons" => RELATIONAL,
        "search" => SEARCH,
        // subscriptions look whether the thing is there; its events cost what is selected of them
        "orderStatusChanged" | "stockChanged" => RELATIONAL,
        "articlePublished" => DOCUMENTS,
        "trendingChanged" => HOT,
        "signUp" | "signIn" | "signOut" | "updateProfile" | "setPreferences" | "recordView" => CHANGE,
        "createProduct" | "updateProduct" | "adjustStock" => CHANGE,
        "placeOrder" | "payOrder" | "shipOrder" | "cancelOrder" => CHANGE,
        "createArticle" | "updateArticle" | "publishArticle" | "unpublishArticle" | "addComment" => CHANGE,
        _ => FREE,
    }
}
