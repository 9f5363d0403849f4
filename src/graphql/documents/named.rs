//! How a request names a document without sending it: `documentId` (GraphQL over HTTP, appendix A), or Apollo's
//! `extensions.persistedQuery`.

use super::hash::Sha;
use crate::graphql::{error::Code, execute::Operation, reply::Problem};
use serde::Deserialize;

/// What stands before a hash in `documentId`.
const PREFIX: &str = "sha256:";

/// The name of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// By the hash of its text.
    Sha(Sha),
    /// By the name that a manifest gives it.
    Name(String),
}

/// Apollo's extension.
#[derive(Deserialize)]
struct PersistedQuery {
    version: u64,
    #[serde(rename = "sha256Hash")]
    hash: String,
}

impl Named {
    /// How the request names its document, if it does.
    pub fn of(asked: &Operation) -> Result<Option<Self>, Problem> {
        let by_id = asked.document_id.as_deref().filter(|id| !id.is_empty()).map(Self::id).transpose()?;
        match (by_id, Self::extension(asked)?) {
            (Some(Self::Sha(one)), Some(other)) if one != other => Err(bad("documentId and persistedQuery name different documents")),
            (Some(Self::Name(_)), Some(_)) => Err(bad("documentId and persistedQuery cannot both name a document")),
            (Some(by_id), _) => Ok(Some(by_id)),
            (None, by_hash) => Ok(by_hash.map(Self::Sha)),
        }
    }

    fn id(id: &str) -> Result<Self, Problem> {
        match id.strip_prefix(PREFIX) {
            Some(hex) => {
                Sha::parse(hex).map(Self::Sha).ok_or_else(|| bad("documentId must have 64 lower-case hexadecimal digits behind sha256:"))
            }
            None if id.contains(':') => Err(bad("documentId must be sha256: and a hash, or the name of a trusted document")),
            None => Ok(Sha::parse(id).map_or_else(|| Self::Name(id.to_owned()), Self::Sha)),
        }
    }

    fn extension(asked: &Operation) -> Result<Option<Sha>, Problem> {
        let Some(given) = asked.extensions.get("persistedQuery").filter(|given| !given.is_null()) else { return Ok(None) };
        // a list would be read as the fields of an object
        let given = given.is_object().then(|| PersistedQuery::deserialize(given).ok()).flatten();
        let given = given.ok_or_else(|| bad("persistedQuery must be an object with version and sha256Hash"))?;
        if given.version != 1 {
            return Err(bad("unsupported persisted query version"));
        }
        Sha::parse(&given.hash).map(Some).ok_or_else(|| bad("sha256Hash must be 64 lower-case hexadecimal digits"))
    }
}

fn bad(message: &str) -> Problem {
    Problem::new(Code::BadUserInput, message)
}
