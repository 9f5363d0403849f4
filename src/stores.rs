//! The stores of one running program: one implementation for each role, whichever engines they are.

pub mod coalescer;
mod connect;

use coalescer::Coalescer;
pub use connect::{ConnectError, Connected, connect};

use crate::{
    layers::{cached::Cached, guarded::Guarded, observed::Observed},
    receipt::Role,
    roles::{Cache, Documents, Hot, Relational, Result},
    shop::StockLevel,
};
use std::sync::Arc;
use tokio::sync::Notify;

/// One implementation for each role.
#[derive(Clone)]
pub struct Stores {
    /// Customers, catalogue, orders.
    pub relational: Arc<dyn Relational>,
    /// Articles, comments, preferences, activity.
    pub documents: Arc<dyn Documents>,
    /// Cache, counters, rankings.
    pub hot: Arc<dyn Hot>,
    /// The cache: the hot store's, or that of a server of its own.
    pub cache: Arc<dyn Cache>,
    cached: Arc<Cached>,
    /// What joins batches of several requests.
    pub coalescer: Arc<Coalescer>,
    /// Rung when something was committed that the relay should tell; see [`crate::relay`].
    pub outbox_bell: Arc<Notify>,
}

/// What is kept in the cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Copies {
    /// Sales reports.
    #[default]
    Reports,
    /// Sales reports, and products by id.
    ReportsAndProducts,
}

impl Stores {
    /// Makes copies of products of these versions void, and reports that were computed before. The layers do so at the write;
    /// the relay does it again, for servers that died in between.
    pub async fn invalidate(&self, levels: &[StockLevel]) -> Result<()> {
        self.cached.invalidate(levels).await
    }

    /// The same with each request's batches sent on their own.
    pub fn without_coalescing(self) -> Self {
        Self { coalescer: Arc::new(Coalescer::off()), ..self }
    }

    /// Puts the layers round three engines. The order is: cache, then receipt, of the cache's own calls too, then breaker, then engine.
    /// `cache` may be a server of its own, which may evict; without one the cache lives with the other hot data.
    pub fn layered(relational: Arc<dyn Relational>, documents: Arc<dyn Documents>, hot: Arc<dyn Hot>, cache: Option<Arc<dyn Hot>>) -> Self {
        Self::with_copies(Copies::default(), relational, documents, hot, cache)
    }

    /// The same, with these copies in the cache.
    pub fn with_copies(
        copies: Copies,
        relational: Arc<dyn Relational>,
        documents: Arc<dyn Documents>,
        hot: Arc<dyn Hot>,
        cache: Option<Arc<dyn Hot>>,
    ) -> Self {
        let hot: Arc<dyn Hot> = Arc::new(Observed::new(Role::Hot, Arc::new(Guarded::new(hot))));
        let cache: Arc<dyn Cache> = match cache {
            Some(cache) => Arc::new(Observed::new(Role::Hot, Arc::new(Guarded::new(cache)))),
            None => Arc::clone(&hot) as Arc<dyn Cache>,
        };
        let relational: Arc<dyn Relational> = Arc::new(Observed::new(Role::Relational, Arc::new(Guarded::new(relational))));
        let cached = Arc::new(match copies {
            Copies::Reports => Cached::new(relational, Arc::clone(&cache)),
            Copies::ReportsAndProducts => Cached::with_products(relational, Arc::clone(&cache)),
        });
        Self {
            relational: cached.clone(),
            documents: Arc::new(Observed::new(Role::Documents, Arc::new(Guarded::new(documents)))),
            hot,
            cache,
            cached,
            coalescer: Arc::new(Coalescer::new(copies == Copies::ReportsAndProducts)),
            outbox_bell: Arc::default(),
        }
    }
}
