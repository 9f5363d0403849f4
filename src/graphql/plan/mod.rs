//! Compiled operations: the short way from a document that is known to the bytes of its answer.
//!
//! The library's executor makes a future, a map entry and a value for each field of each row. A [`Plan`] is compiled once for a document: a tree of
//! sets, one for each selection, with the keys of the answer written out. It runs level by level: each relation asks for
//! the rows of all its parents at once ([`Loads::load_all`]), then the answer is written straight from the rows.
//!
//! The schema and the library stay what is right. What the compiler does not know, and every request in which anything goes wrong, is
//! [`Bail`]: the library executes it, over the same loads, so nothing is asked twice. `tests/graph/plans` compares both, byte for byte.

mod args;
mod compile;
mod conditions;
mod connection;
mod inputs;
mod json;
mod object;
mod outline;
mod relation;
mod unplanned;

mod activity;
mod article;
mod block;
mod category;
mod comment;
mod customer;
mod money;
mod order;
mod preferences;
mod product;
mod query;
mod ranking;
mod sales;
mod search;

pub use conditions::Conditions;
pub use outline::Step;
pub use unplanned::{Unknown, Unplanned};

use super::{limits::Limits, reply::Data};
use crate::{
    loaders::{Loads, Row},
    shop::Viewer,
};
use async_graphql::{
    Variables,
    parser::types::{ExecutableDocument, OperationDefinition, OperationType},
};
use object::Set;
use query::Root;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A compiled operation.
pub struct Plan {
    root: Set<Root>,
    /// How long the last answer was, in bytes: room for the next one.
    last: AtomicUsize,
}

/// What an operation runs with.
pub struct Run<'r> {
    /// The request's loads.
    pub loads: &'r Loads,
    /// The request's variables, without defaults.
    pub variables: &'r Variables,
    /// What an operation may be at most.
    pub limits: &'r Limits,
    /// Who asks.
    pub viewer: Viewer,
}

/// The library has to do it: it knows what to say.
#[derive(Clone, Copy, Debug)]
pub struct Bail;

impl Plan {
    /// Compiles a query, with the fields that its conditions leave; or says what in it is only known to the library.
    pub fn compile(document: &ExecutableDocument, operation: &OperationDefinition, conditions: &Conditions) -> Result<Self, Unplanned> {
        if operation.ty != OperationType::Query {
            return Err(Unplanned::Kind(operation.ty));
        }
        if !operation.directives.is_empty() {
            return Err(Unplanned::Directives);
        }
        let unknown = unplanned::FirstUnknown::new();
        let compiler = compile::Compiler { document, operation, conditions, unknown: &unknown };
        let root = compiler.set(&[&operation.selection_set.node], "");
        // without a field to name, a directive of the root's selections
        let why = || unknown.into_inner().map_or(Unplanned::Conditions, Unplanned::Unknown);
        Ok(Self { root: root.ok_or_else(why)?, last: AtomicUsize::new(0) })
    }

    /// The questions that it puts, each before those that depend on it.
    pub fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        self.root.outline(&mut steps);
        steps
    }

    /// The answer's `data`.
    pub async fn run(&self, operation: &OperationDefinition, run: &Run<'_>) -> Result<Data, Bail> {
        if !inputs::fit(operation, run) {
            return Err(Bail);
        }
        let loaded = self.root.load(run, vec![Row::from(Root)]).await?;
        let last = self.last.load(Ordering::Relaxed);
        let mut data = Data::with_room(last + last / 8 + 256);
        loaded.write(0, run.viewer, data.out());
        self.last.store(data.json().len(), Ordering::Relaxed);
        Ok(data)
    }
}
