//! Counters: one integer string each.

use super::Redis;
use crate::{
    roles::{Counters, Result},
    shop::{Counter, EventId},
};
use async_trait::async_trait;
use redis::Script;
use std::sync::LazyLock;

static ADD: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("lua/counters_add.lua")));

/// Counts set by one command, which is all or none of them.
const CHUNK: usize = 5_000;
/// How long a batch is remembered, in seconds.
const REMEMBERED: u32 = 60 * 60;

impl Redis {
    fn counter_key(&self, counter: &Counter) -> String {
        match counter {
            Counter::ProductViews(id) => self.key(format_args!("views:{id}")),
            Counter::ArticleViews(id) => self.key(format_args!("views:{id}")),
        }
    }
}

#[async_trait]
impl Counters for Redis {
    async fn counters_get(&self, counters: &[Counter]) -> Result<Vec<i64>> {
        if counters.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<_> = counters.iter().map(|counter| self.counter_key(counter)).collect();
        let counts: Vec<Option<i64>> = self.query(redis::cmd("MGET").arg(keys)).await?;
        Ok(counts.into_iter().map(Option::unwrap_or_default).collect())
    }

    async fn counters_add(&self, batch: EventId, deltas: &[(Counter, i64)]) -> Result<()> {
        if deltas.is_empty() {
            return Ok(());
        }
        let mut script = ADD.key(self.key(format_args!("counted:{batch}")));
        script.arg(REMEMBERED);
        for (counter, delta) in deltas {
            script.key(self.counter_key(counter)).arg(*delta);
        }
        self.run(&script).await
    }

    async fn counters_put(&self, rows: &[(Counter, i64)]) -> Result<()> {
        for chunk in rows.chunks(CHUNK) {
            let mut command = redis::cmd("MSET");
            for (counter, count) in chunk {
                command.arg(self.counter_key(counter)).arg(count);
            }
            self.query::<()>(&command).await?;
        }
        Ok(())
    }
}
