//! Counters: a map.

use super::Memory;
use crate::{
    roles::{Counters, Result},
    shop::Counter,
};
use async_trait::async_trait;
use std::sync::PoisonError;

#[async_trait]
impl Counters for Memory {
    async fn counters_get(&self, counters: &[Counter]) -> Result<Vec<i64>> {
        let counts = self.counters.read().unwrap_or_else(PoisonError::into_inner);
        Ok(counters.iter().map(|counter| counts.get(counter).copied().unwrap_or_default()).collect())
    }

    async fn counters_put(&self, rows: &[(Counter, i64)]) -> Result<()> {
        self.counters.write().unwrap_or_else(PoisonError::into_inner).extend(rows.iter().copied());
        Ok(())
    }
}
