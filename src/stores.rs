//! The stores of one running program: one implementation for each role, whichever engines they are.

mod connect;

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
    /// Rung when something was committed that the relay should tell; see [`crate::relay`].
    pub outbox_bell: Arc<Notify>,
}

impl Stores {
    /// Makes copies of products of these versions void, and reports that were computed before. The layers do so at the write;
    /// the relay does it again, for servers that died in between.
    pub async fn invalidate(&self, _levels: &[StockLevel]) -> Result<()> {
        Ok(())
    }

    /// Puts the layers round three engines. The order is: cache, then receipt, of the cache's own calls too, then breaker, then engine.
    /// `cache` may be a server of its own, which may evict; without one the cache lives with the other hot data.
    pub fn layered(relational: Arc<dyn Relational>, documents: Arc<dyn Documents>, hot: Arc<dyn Hot>, cache: Option<Arc<dyn Hot>>) -> Self {
        let hot: Arc<dyn Hot> = Arc::new(Observed::new(Role::Hot, Arc::new(Guarded::new(hot))));
        let cache: Arc<dyn Cache> = match cache {
            Some(cache) => Arc::new(Observed::new(Role::Hot, Arc::new(Guarded::new(cache)))),
            None => Arc::clone(&hot) as Arc<dyn Cache>,
        };
        let relational: Arc<dyn Relational> = Arc::new(Observed::new(Role::Relational, Arc::new(Guarded::new(relational))));
        Self {
            relational: Arc::new(Cached::new(relational, cache)),
            documents: Arc::new(Observed::new(Role::Documents, Arc::new(Guarded::new(documents)))),
            hot,
            outbox_bell: Arc::default(),
        }
    }
}
