//! Trusted documents: those of a manifest, parsed and checked once, and never forgotten.

use super::{
    check::{Checker, Fault},
    document::Document,
    hash::Sha,
    manifest::Manifest,
};
use std::{collections::HashMap, sync::Arc};

/// What is run beside trusted documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Everything; no document is trusted.
    #[default]
    Off,
    /// Everything; trusted documents are known from the start.
    Prefer,
    /// Nothing.
    Only,
}

impl Mode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Off, Self::Prefer, Self::Only];

    /// As it stands in a setting.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Prefer => "prefer",
            Self::Only => "only",
        }
    }
}

/// The documents of a manifest.
#[derive(Default)]
pub struct Trusted {
    mode: Mode,
    documents: HashMap<Sha, (String, Arc<Document>)>,
    names: HashMap<String, Sha>,
}

impl Trusted {
    /// Reads and checks all documents, or tells what is wrong with which. They are as many as the manifest has.
    pub async fn load(mode: Mode, manifest: Manifest, checker: &Checker) -> Result<Self, Vec<(String, Fault)>> {
        let (mut trusted, mut wrong) = (Self { mode, ..Self::default() }, Vec::new());
        for (hash, name, text) in manifest.into_documents() {
            match checker.check(&text).await {
                Ok(document) => {
                    // it is here, and needs no place among those that may go
                    let _kept = document.to_be_kept();
                    trusted.names.insert(name, hash);
                    trusted.documents.insert(hash, (text, Arc::new(document)));
                }
                Err(faults) => wrong.extend(faults.into_iter().map(|fault| (name.clone(), fault))),
            }
        }
        if wrong.is_empty() { Ok(trusted) } else { Err(wrong) }
    }

    /// What is run beside these.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    pub(super) fn hash_of(&self, name: &str) -> Option<Sha> {
        self.names.get(name).copied()
    }

    pub(super) fn text(&self, hash: Sha) -> Option<&str> {
        self.documents.get(&hash).map(|(text, _)| text.as_str())
    }

    pub(super) fn document(&self, hash: Sha) -> Option<Arc<Document>> {
        self.documents.get(&hash).map(|(_, document)| Arc::clone(document))
    }
}
