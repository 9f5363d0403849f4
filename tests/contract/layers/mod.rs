//! What the layers add to what an engine promises.

mod cached;
mod guarded;

use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    [cached::trials(), guarded::trials()].into_iter().flatten().collect()
}
