//! Collections, validators and indexes: one definition file each in `mongo-seed/collections`, and what of them a store has.

use super::{Mongodb, error};
use crate::{
    error::Kind,
    roles::{Result, SchemaState},
};
use mongodb::bson::{DateTime, Document, doc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{collections::HashMap, time::Duration};

/// Where a store keeps which definitions it has.
pub const LEDGER: &str = "_polystore_schema";

const DEFINITIONS: [&str; 8] = [
    include_str!("../../../mongo-seed/collections/articles.json"),
    include_str!("../../../mongo-seed/collections/comments.json"),
    include_str!("../../../mongo-seed/collections/preferences.json"),
    include_str!("../../../mongo-seed/collections/activity.json"),
    include_str!("../../../mongo-seed/collections/article_revisions.json"),
    include_str!("../../../mongo-seed/collections/view_batches.json"),
    include_str!("../../../mongo-seed/collections/once.json"),
    include_str!("../../../mongo-seed/collections/audit.json"),
];

/// The collection or index is there already, or gone already: another process was faster.
const NAMESPACE_EXISTS: i32 = 48;
const INDEX_NOT_FOUND: i32 = 27;
/// A write conflict, or another process's change is under way.
const BUSY: [i32; 3] = [112, 117, 12587];
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Deserialize)]
struct Definition {
    collection: String,
    /// One more with each change of the file.
    version: i64,
    validator: Document,
    /// An index that changes gets a new name.
    indexes: Vec<Document>,
    #[serde(skip)]
    checksum: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Applied {
    #[serde(rename = "_id")]
    collection: String,
    version: i64,
    checksum: String,
    indexes: Vec<String>,
    applied_at: DateTime,
}

impl Definition {
    fn read(text: &str) -> Result<Self> {
        let broken = |reason: &dyn std::fmt::Display| error::new(Kind::Broken, format_args!("a collection's definition: {reason}"));
        let mut definition: Self = serde_json::from_str(text).map_err(|reason| broken(&reason))?;
        definition.checksum = format!("{:x}", Sha256::digest(text));
        Ok(definition)
    }

    fn index_names(&self) -> Vec<String> {
        self.indexes.iter().filter_map(|index| index.get_str("name").ok().map(str::to_owned)).collect()
    }
}

fn definitions() -> Result<Vec<Definition>> {
    DEFINITIONS.into_iter().map(Definition::read).collect()
}

/// How the store's definitions relate to ours.
fn compare(ours: &[Definition], theirs: &HashMap<String, Applied>) -> SchemaState {
    let name = |definition: &Definition| format!("{} {}", definition.collection, definition.version);
    let newer = |applied: &&Applied| match ours.iter().find(|definition| definition.collection == applied.collection) {
        None => true,
        Some(ours) => applied.version > ours.version || (applied.version == ours.version && applied.checksum != ours.checksum),
    };
    let mut ahead: Vec<_> = theirs.values().filter(newer).map(|applied| format!("{} {}", applied.collection, applied.version)).collect();
    if !ahead.is_empty() {
        ahead.sort();
        return SchemaState::Ahead(ahead);
    }
    let older = |ours: &&Definition| theirs.get(&ours.collection).is_none_or(|applied| applied.version < ours.version);
    let behind: Vec<_> = ours.iter().filter(older).map(name).collect();
    if behind.is_empty() { SchemaState::Current } else { SchemaState::Behind(behind) }
}

impl Mongodb {
    pub(super) async fn schema_state(&self) -> Result<SchemaState> {
        Ok(compare(&definitions()?, &self.applied().await?))
    }

    async fn applied(&self) -> Result<HashMap<String, Applied>> {
        let rows: Vec<Applied> = self.find(LEDGER, Document::new(), mongodb::options::FindOptions::default()).await?;
        Ok(rows.into_iter().map(|row| (row.collection.clone(), row)).collect())
    }

    /// Applies what is missing. A store that is ahead is left alone.
    pub(super) async fn apply_definitions(&self) -> Result<()> {
        let ours = definitions()?;
        let theirs = self.applied().await?;
        if let SchemaState::Ahead(names) = compare(&ours, &theirs) {
            return Err(error::new(Kind::Broken, format_args!("the store has definitions of another program: {}", names.join(", "))));
        }
        for definition in &ours {
            let before = theirs.get(&definition.collection);
            if before.is_none_or(|applied| applied.version < definition.version) {
                self.apply(definition, before).await?;
            }
        }
        Ok(())
    }

    async fn apply(&self, definition: &Definition, before: Option<&Applied>) -> Result<()> {
        let collection = definition.collection.as_str();
        self.change(doc! { "create": collection }, Some(NAMESPACE_EXISTS)).await?;
        let validator = definition.validator.clone();
        self.change(doc! { "collMod": collection, "validator": validator, "validationLevel": "strict" }, None).await?;
        if !definition.indexes.is_empty() {
            self.change(doc! { "createIndexes": collection, "indexes": definition.indexes.clone() }, None).await?;
        }
        let names = definition.index_names();
        // only what an earlier version of ours made: an operator's own indexes stay
        for name in before.into_iter().flat_map(|applied| &applied.indexes).filter(|name| !names.contains(name)) {
            self.change(doc! { "dropIndexes": collection, "index": name }, Some(INDEX_NOT_FOUND)).await?;
        }
        let applied = Applied {
            collection: definition.collection.clone(),
            version: definition.version,
            checksum: definition.checksum.clone(),
            indexes: names,
            applied_at: DateTime::now(),
        };
        self.put(LEDGER, [applied]).await
    }

    /// One change of the schema, repeated while another process is at it.
    async fn change(&self, command: Document, done_already: Option<i32>) -> Result<()> {
        let mut attempt = 1;
        loop {
            let code = match self.database.run_command(command.clone()).await {
                Ok(_) => return Ok(()),
                Err(refused) => match refused.kind.as_ref() {
                    mongodb::error::ErrorKind::Command(reason) if Some(reason.code) == done_already => return Ok(()),
                    mongodb::error::ErrorKind::Command(reason) if BUSY.contains(&reason.code) && attempt < ATTEMPTS => reason.code,
                    _ => return Err(error::store(refused)),
                },
            };
            tracing::debug!(code, attempt, "the schema is being changed by another process");
            tokio::time::sleep(PAUSE * attempt).await;
            attempt += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(definition: &Definition, version: i64, checksum: &str) -> Applied {
        let collection = definition.collection.clone();
        Applied { collection, version, checksum: checksum.to_owned(), indexes: Vec::new(), applied_at: DateTime::from_millis(0) }
    }

    #[test]
    fn the_definitions_are_readable_and_their_indexes_have_names() {
        for definition in definitions().unwrap() {
            assert_eq!(definition.index_names().len(), definition.indexes.len(), "{}", definition.collection);
        }
    }

    #[test]
    fn a_store_is_current_behind_or_ahead() {
        let ours = definitions().unwrap();
        let theirs = |change: &dyn Fn(&mut HashMap<String, Applied>)| {
            let all = ours.iter().map(|ours| (ours.collection.clone(), applied(ours, ours.version, &ours.checksum)));
            let mut all: HashMap<_, _> = all.collect();
            change(&mut all);
            compare(&ours, &all)
        };
        assert_eq!(theirs(&|_| ()), SchemaState::Current);
        let (first, name) = (ours[0].collection.clone(), format!("{} {}", ours[0].collection, ours[0].version));
        assert_eq!(theirs(&|all| drop(all.remove(&first))), SchemaState::Behind(vec![name.clone()]));
        assert_eq!(theirs(&|all| all.get_mut(&first).unwrap().version = 0), SchemaState::Behind(vec![name.clone()]));
        assert_eq!(theirs(&|all| all.get_mut(&first).unwrap().checksum = "other".into()), SchemaState::Ahead(vec![name]));
        assert_eq!(theirs(&|all| all.get_mut(&first).unwrap().version = 99), SchemaState::Ahead(vec![format!("{first} 99")]));
        let foreign =
            |all: &mut HashMap<_, _>| drop(all.insert("x".into(), Applied { collection: "x".into(), ..applied(&ours[0], 3, "") }));
        assert_eq!(theirs(&foreign), SchemaState::Ahead(vec!["x 3".into()]));
    }
}
