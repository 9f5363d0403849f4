//! What every hot engine promises.

mod cache;
mod connect;
mod counter;
mod ranking;

use libtest_mimic::Trial;
use polystore::error::Engine;

pub const ENGINES: &[Engine] = &[Engine::Redis, Engine::Memory];

pub fn trials() -> Vec<Trial> {
    [cache::trials(), connect::trials(), counter::trials(), ranking::trials()].into_iter().flatten().collect()
}
