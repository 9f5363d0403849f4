//! `polystore rebuild`: makes the hot copies anew from the owners of the facts.

use super::Failure;
use crate::{actions::rebuild_hot, config::Config};

/// Boards and view counters, exactly as the owners have them.
pub async fn run(config: &Config) -> Result<(), Failure> {
    let connected = super::connected(config).await?;
    let stores = connected.layered();
    let rebuilt = rebuild_hot(&*stores.relational, &*stores.documents, &*stores.hot).await;
    connected.close().await;
    let rebuilt = rebuilt?;
    super::print(&format!(
        "{} products on the best-seller board, {} places on trending boards, {} view counters\n",
        rebuilt.best_sellers, rebuilt.trending, rebuilt.counters,
    ))
}
