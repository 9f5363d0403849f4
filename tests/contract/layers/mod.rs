//! What the layers add to what an engine promises.

mod guarded;

use libtest_mimic::Trial;

pub fn trials() -> Vec<Trial> {
    guarded::trials()
}
