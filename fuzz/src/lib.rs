//! What reads bytes from strangers, one function each. It panics when a promise is broken; the fuzzer looks for bytes that make it.
//!
//! The files of `corpus/` are what the fuzzer begins with, and what every test run checks. Put whatever it finds there.

mod cursor;
mod guard;
mod id;
mod json;
mod money;
mod preferences;

pub use cursor::cursor;
pub use guard::guard;
pub use id::id;
pub use json::json;
pub use money::money;
pub use preferences::preferences;

/// A function to be fuzzed.
pub type Target = fn(&[u8]);

/// All of them, by the names of their folders in `corpus/`.
pub const TARGETS: [(&str, Target); 6] =
    [("cursor", cursor), ("guard", guard), ("id", id), ("json", json), ("money", money), ("preferences", preferences)];

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, path::Path};

    #[test]
    fn every_target_keeps_its_promises_on_its_corpus() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        for (name, target) in TARGETS {
            let mut files: Vec<_> = fs::read_dir(corpus.join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
            files.sort();
            assert!(files.len() > 2, "{name} has no corpus");
            for file in files {
                println!("{}", file.display());
                target(&fs::read(&file).unwrap());
            }
        }
    }
}
