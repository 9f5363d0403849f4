//! Documents that are known: parsed ones, those that clients had stored, and those that are trusted.
//!
//! A request has a document in its body, or names one that is known here. Which ones are run, and where they are looked up, is decided
//! here and nowhere else.

pub mod check;
pub mod document;
pub mod hash;
pub mod manifest;
mod named;
mod persisted;
pub mod plans;
pub mod trusted;

use super::{
    error::Code,
    execute::Operation,
    limits::Limits,
    reply::{Malformed, Problem},
};
use crate::roles::Cache;
use document::{Document, LONGEST};
use hash::Sha;
use named::Named;
use persisted::Persisted;
use std::sync::Arc;
use trusted::{Mode, Trusted};

/// Which documents are known, and which of them are run.
pub struct Documents {
    parsed: moka::sync::Cache<Sha, Arc<Document>>,
    persisted: Option<Persisted>,
    trusted: Arc<Trusted>,
}

/// Where the document of a request was found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Found {
    /// The hash of its text, if that is known.
    hash: Option<Sha>,
    /// The client wants it to be stored, if it can be run.
    store: bool,
}

impl Documents {
    /// Nothing known but what is trusted. Without a place `far` nothing is stored for clients.
    pub fn new(limits: &Limits, far: Option<Arc<dyn Cache>>, trusted: Arc<Trusted>) -> Self {
        let weight = |_: &Sha, document: &Arc<Document>| document.weight();
        let parsed = moka::sync::Cache::builder().max_capacity(limits.document_cache_bytes).weigher(weight).build();
        Self { parsed, persisted: far.map(Persisted::new), trusted }
    }

    /// Finds the document that a request names, and puts its text into the request; refuses what is not to be run at all.
    pub async fn find(&self, asked: &mut Operation) -> Result<Found, Problem> {
        let only = self.trusted.mode() == Mode::Only;
        let hash = match Named::of(asked)? {
            // a request without any document is refused by whoever reads it
            None if !only || asked.query.is_empty() => return Ok(Found::default()),
            None => Sha::of(&asked.query),
            Some(Named::Name(_)) if !asked.query.is_empty() => {
                return Err(Problem::new(Code::BadUserInput, "the request has a query and a documentId: send one of them"));
            }
            Some(Named::Name(name)) => self.trusted.hash_of(&name).ok_or_else(|| unknown(only))?,
            Some(Named::Sha(hash)) if asked.query.is_empty() => hash,
            Some(Named::Sha(hash)) => {
                if Sha::of(&asked.query) != hash {
                    return Err(Problem::new(Code::BadUserInput, "provided sha does not match query"));
                }
                hash
            }
        };
        let found = Found { hash: Some(hash), store: false };
        if let Some(text) = self.trusted.text(hash) {
            text.clone_into(&mut asked.query);
            return Ok(found);
        }
        if only {
            return Err(unknown(only));
        }
        if !asked.query.is_empty() {
            return Ok(Found { store: self.persisted.is_some(), ..found });
        }
        let Some(persisted) = &self.persisted else {
            if asked.document_id.is_some() {
                return Err(unknown(only));
            }
            return Err(Problem::new(Code::PersistedQueryNotSupported, "PersistedQueryNotSupported"));
        };
        let text = persisted.get(hash).await.ok_or_else(|| unknown(only))?;
        asked.query = text.as_ref().to_owned();
        Ok(found)
    }

    /// The document of a text: known, or parsed now.
    pub fn read(&self, text: &str, found: Found, limits: &Limits) -> Result<Arc<Document>, Problem> {
        if text.trim().is_empty() {
            return Err(Problem::new(Code::BadUserInput, "the request has no query").malformed(Malformed::Misshapen));
        }
        if text.len() > LONGEST {
            return Document::parse(text, None, limits).map(Arc::new);
        }
        let hash = found.hash.unwrap_or_else(|| Sha::of(text));
        match self.trusted.document(hash).or_else(|| self.parsed.get(&hash)) {
            Some(known) => Ok(known),
            None => Document::parse(text, Some(hash), limits).map(Arc::new),
        }
    }

    /// Keeps a document that the guard let pass: what is refused must not take the place of what is run.
    pub fn keep(&self, document: &Arc<Document>) {
        if let Some(hash) = document.to_be_kept() {
            self.parsed.insert(hash, Arc::clone(document));
        }
    }

    /// Stores the text of a request that is going to be run, where its client asked for that.
    pub async fn store(&self, found: Found, text: &str) {
        if let (Found { hash: Some(hash), store: true }, Some(persisted)) = (found, &self.persisted) {
            persisted.put(hash, text).await;
        }
    }
}

/// A document that is not known. Clients send the text then, unless that would not help.
fn unknown(only: bool) -> Problem {
    if only {
        Problem::new(Code::PersistedQueryNotInList, "only the documents of a list are run here, and this one is not among them")
    } else {
        Problem::new(Code::PersistedQueryNotFound, "PersistedQueryNotFound")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::Variables;

    fn documents(bytes: u64) -> (Documents, Limits) {
        let limits = Limits { document_cache_bytes: bytes, ..Limits::default() };
        (Documents::new(&limits, None, Arc::default()), limits)
    }

    /// Reads a document as a request does; tells whether the guard let it pass.
    fn ask(documents: &Documents, limits: &Limits, text: &str) -> bool {
        let Ok(document) = documents.read(text, Found::default(), limits) else { return false };
        let passed = document.guarded(&Variables::default(), limits).is_ok();
        if passed {
            documents.keep(&document);
        }
        passed
    }

    #[test]
    fn a_document_is_parsed_once_and_one_that_is_refused_is_not_kept() {
        let (documents, limits) = documents(1_000_000);
        for text in ["{", "{ products(first: 101) { id } }", "{ ...F } fragment F on Query { ...F }", &"a ".repeat(5_000), ""] {
            assert!(!ask(&documents, &limits, text), "{text}");
        }
        let long = format!("{{ a }} # {}", "x".repeat(LONGEST));
        assert!(ask(&documents, &limits, &long), "it is run");
        documents.parsed.run_pending_tasks();
        assert_eq!(documents.parsed.entry_count(), 0);
        assert!(ask(&documents, &limits, "{ a }") && ask(&documents, &limits, "{ a }"));
        documents.parsed.run_pending_tasks();
        assert_eq!(documents.parsed.entry_count(), 1);
        let read = || documents.read("{ a }", Found::default(), &limits).unwrap();
        assert!(Arc::ptr_eq(&read(), &read()));
    }

    #[test]
    fn parsed_documents_never_outgrow_their_bound_and_what_is_asked_for_often_stays() {
        let (documents, limits) = documents(1_000_000);
        let often = "{ often }";
        for n in 0..5_000 {
            assert!(ask(&documents, &limits, &format!("{{ a{n} b c d e f g }}")) && ask(&documents, &limits, often));
        }
        documents.parsed.run_pending_tasks();
        let weight = documents.parsed.weighted_size();
        assert!((500_000..=1_000_000).contains(&weight), "{weight} bytes are kept");
        assert!(documents.parsed.contains_key(&Sha::of(often)));
    }

    #[test]
    fn nothing_is_kept_where_there_is_no_room() {
        let (documents, limits) = documents(0);
        assert!(ask(&documents, &limits, "{ a }"));
        documents.parsed.run_pending_tasks();
        assert_eq!(documents.parsed.entry_count(), 0);
    }
}
