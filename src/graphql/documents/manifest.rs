//! The manifest of trusted documents: a JSON file that `polystore documents build` writes and the server reads.

use super::{document::LONGEST, hash::Sha};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};

/// Most documents of a manifest.
pub const MOST: usize = 10_000;
/// Most bytes of a manifest's file.
pub const MOST_BYTES: u64 = 64 << 20;
/// Longest name of a document.
const LONGEST_NAME: usize = 200;
/// The form of the file.
const VERSION: u32 = 1;

/// Documents by the hash of their text; in this order, so that equal documents make equal files.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    version: u32,
    documents: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    text: String,
}

impl Default for Manifest {
    fn default() -> Self {
        Self { version: VERSION, documents: BTreeMap::new() }
    }
}

impl Manifest {
    /// Adds a document, or says why it cannot be in a manifest.
    pub fn add(&mut self, name: String, text: String) -> Result<(), String> {
        fits(&name, &text)?;
        if self.documents.len() >= MOST {
            return Err(format!("a manifest has at most {MOST} documents"));
        }
        let hash = Sha::of(&text).to_string();
        if let Some(same) = self.documents.get(&hash) {
            return Err(format!("it has the same text as {}", same.name));
        }
        self.documents.insert(hash, Entry { name, text });
        Ok(())
    }

    /// How many documents it has.
    pub fn len(&self) -> usize {
        self.documents.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// The content of the file.
    pub fn to_json(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// From the content of a file; refuses what `documents build` would not have written.
    pub fn from_json(json: &str) -> Result<Self, String> {
        let manifest: Self = serde_json::from_str(json).map_err(|error| format!("it is not a manifest of trusted documents: {error}"))?;
        if manifest.version != VERSION {
            return Err(format!("it has the version {}: expected {VERSION}", manifest.version));
        }
        if manifest.len() > MOST {
            return Err(format!("it has {} documents, at most {MOST} are allowed", manifest.len()));
        }
        let mut names = HashSet::new();
        for (hash, Entry { name, text }) in &manifest.documents {
            fits(name, text).map_err(|why| format!("{name:?}: {why}"))?;
            if Sha::parse(hash) != Some(Sha::of(text)) {
                return Err(format!("{name:?}: the text does not have the hash {hash:?}"));
            }
            if !names.insert(name) {
                return Err(format!("two documents have the name {name:?}"));
            }
        }
        Ok(manifest)
    }

    pub(super) fn into_documents(self) -> impl Iterator<Item = (Sha, String, String)> {
        self.documents.into_values().map(|Entry { name, text }| (Sha::of(&text), name, text))
    }
}

/// A name is what may stand in `documentId` without a prefix, and is not taken for a hash.
fn fits(name: &str, text: &str) -> Result<(), String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(plain) || Sha::parse(name).is_some() {
        return Err(format!("its name must be at most {LONGEST_NAME} letters, digits and the characters - . _ ~"));
    }
    if text.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_read_as_it_was_written() {
        let mut manifest = Manifest::default();
        manifest.add("b".into(), "{ b }".into()).unwrap();
        manifest.add("a".into(), "{ a }\n".into()).unwrap();
        assert_eq!(manifest.add("c".into(), "{ b }".into()), Err("it has the same text as b".into()));
        assert!(manifest.add("a b".into(), "{ c }".into()).is_err() && manifest.add("0".repeat(64), "{ c }".into()).is_err());
        assert!(manifest.add("long".into(), " ".repeat(LONGEST + 1)).is_err());
        let json = manifest.to_json().unwrap();
        assert_eq!(Manifest::from_json(&json).unwrap().to_json().unwrap(), json);
        let mut other = Manifest::default();
        other.add("a".into(), "{ a }\n".into()).unwrap();
        other.add("b".into(), "{ b }".into()).unwrap();
        assert_eq!(other.to_json().unwrap(), json, "the order of adding does not matter");
        for (from, to, why) in [
            ("\"version\": 1", "\"version\": 2", "the version 2"),
            ("{ b }", "{ d }", "does not have the hash"),
            ("\"name\": \"b\"", "\"name\": \"a\"", "two documents have the name \"a\""),
            ("\"name\": \"b\"", "\"name\": \"b:\"", "its name must be"),
            ("\"name\": \"b\"", "\"nam\": \"b\"", "not a manifest"),
        ] {
            let refused = Manifest::from_json(&json.replace(from, to)).unwrap_err();
            assert!(refused.contains(why), "{refused}");
        }
    }
}
