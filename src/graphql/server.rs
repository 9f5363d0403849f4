//! `Server`: what answers here.

use super::limits::Limits;
use crate::{receipt::Role, stores::Stores};
use async_graphql::SimpleObject;

/// What answers here.
#[derive(SimpleObject)]
pub struct Server {
    /// `polystore`.
    name: &'static str,
    /// The program's version.
    version: &'static str,
    /// Which engine plays which role.
    stores: Vec<StoreInfo>,
    /// What an operation may be at most.
    limits: LimitsInfo,
}

/// An engine in a role.
#[derive(SimpleObject)]
pub struct StoreInfo {
    /// `relational`, `documents` or `hot`.
    role: &'static str,
    /// `postgres`, `sqlite`, `mongodb`, `redis` or `memory`.
    engine: &'static str,
}

/// What an operation may be at most.
#[derive(SimpleObject)]
pub struct LimitsInfo {
    /// Levels of fields.
    depth: i32,
    /// Nodes of the answer: each field 1, times the rows of the lists it stands in.
    complexity: i32,
    /// Rows of a page.
    first: i32,
    /// Aliases.
    aliases: i32,
    /// Fields of the operation itself.
    root_fields: i32,
    /// Tokens of the document.
    tokens: i32,
}

impl Server {
    /// From what the program runs with.
    pub fn new(stores: &Stores, limits: &Limits) -> Self {
        let info = |role: Role, engine: crate::error::Engine| StoreInfo { role: role.name(), engine: engine.name() };
        let number = |limit: u64| i32::try_from(limit).unwrap_or(i32::MAX);
        Self {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
            stores: vec![
                info(Role::Relational, stores.relational.engine()),
                info(Role::Documents, stores.documents.engine()),
                info(Role::Hot, stores.hot.engine()),
            ],
            limits: LimitsInfo {
                depth: number(limits.depth),
                complexity: number(limits.complexity),
                first: number(limits.first.into()),
                aliases: number(limits.aliases),
                root_fields: number(limits.root_fields),
                tokens: number(limits.tokens),
            },
        }
    }
}
