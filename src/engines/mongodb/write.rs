//! Writes: whole documents, in bulk, in a task of their own.

use super::{Mongodb, error, majority};
use crate::{error::Kind, roles::Result};
use mongodb::{
    Database,
    bson::{self, Document, RawDocumentBuf, doc},
};
use serde::{Deserialize, Serialize};
use std::{future::Future, time::Duration};

/// Longest that the server waits for the majority.
pub const CONFIRM: Duration = Duration::from_millis(2_500);
/// Longest that a caller waits for one command.
const COMMAND: Duration = Duration::from_millis(3_000);
/// Longest that a writer waits for a connection: nobody likes to repeat a write.
const QUEUE: Duration = Duration::from_millis(3_000);
/// Most rows and bytes of one command; the server's own borders are 100,000 and 16 MB.
const MOST_ROWS: usize = 1_000;
const MOST_BYTES: usize = 8 << 20;

/// Fields that a put leaves as they are: they belong to writes that nobody may undo, see `outbox` and `once`.
const KEPT: [&str; 3] = ["outbox", "outboxNext", "made"];

/// A document to put in the place of its predecessor, if there is one.
#[derive(Serialize)]
struct Replace<'a> {
    q: Document,
    u: Change<'a>,
    upsert: bool,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Change<'a> {
    /// As it is.
    Whole(&'a RawDocumentBuf),
    /// With the predecessor's [`KEPT`] fields: a pipeline of one stage.
    Keeping([Document; 1]),
}

impl<'a> Change<'a> {
    fn to(row: &'a RawDocumentBuf, keeping: bool) -> Result<Self> {
        if !keeping {
            return Ok(Self::Whole(row));
        }
        let row = Document::try_from(row.as_ref()).map_err(error::corrupt)?;
        let kept: Document = KEPT.iter().map(|field| ((*field).to_owned(), format!("${field}").into())).collect();
        Ok(Self::Keeping([doc! { "$replaceWith": { "$mergeObjects": [{ "$literal": row }, kept] } }]))
    }
}

#[derive(Serialize)]
struct Update<'a> {
    update: &'a str,
    updates: Vec<Replace<'a>>,
    ordered: bool,
    #[serde(rename = "writeConcern")]
    write_concern: mongodb::options::WriteConcern,
}

/// A command answers "ok" although rows failed: the errors stand inside.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    write_errors: Vec<Failure>,
    write_concern_error: Option<Failure>,
}

#[derive(Deserialize)]
struct Failure {
    code: i32,
    errmsg: String,
}

/// Runs to its end even when the caller is gone.
pub async fn undisturbed<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    tokio::spawn(work).await.unwrap_or_else(|lost| Err(error::new(Kind::Broken, lost)))
}

impl Mongodb {
    /// Waits for `work` as long as `commands` commands may take; beyond that the outcome is unknown, and the work goes on.
    pub(super) async fn write<T, F>(&self, commands: usize, work: impl FnOnce(Database) -> F) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let place = self.gate.enter(QUEUE).await?;
        let work = work(self.database.clone());
        let patience = COMMAND * u32::try_from(commands.max(1)).unwrap_or(u32::MAX);
        let task = undisturbed(async move {
            let _place = place;
            work.await
        });
        let late = |_| Err(error::new(Kind::Timeout, format_args!("a write was not confirmed within {} ms", patience.as_millis())));
        tokio::time::timeout(patience, task).await.unwrap_or_else(late)
    }

    /// Puts whole documents, each with its `_id`.
    pub(super) async fn put<T: Serialize>(&self, collection: &'static str, rows: impl IntoIterator<Item = T>) -> Result<()> {
        self.put_rows(collection, rows, false).await
    }

    /// The same, but the [`KEPT`] fields of documents that are there stay.
    pub(super) async fn put_keeping<T: Serialize>(&self, collection: &'static str, rows: impl IntoIterator<Item = T>) -> Result<()> {
        self.put_rows(collection, rows, true).await
    }

    async fn put_rows<T: Serialize>(&self, collection: &'static str, rows: impl IntoIterator<Item = T>, keeping: bool) -> Result<()> {
        let rows: Vec<_> = rows.into_iter().map(|row| raw(&row)).collect::<Result<_>>()?;
        let batches = batches(rows);
        if batches.is_empty() {
            return Ok(());
        }
        self.write(batches.len(), |database| async move {
            for batch in batches {
                replace(&database, collection, batch, keeping).await?;
            }
            Ok(())
        })
        .await
    }
}

/// One document through the driver, which repeats it safely when the primary moves; several in one command.
async fn replace(database: &Database, collection: &str, rows: Vec<RawDocumentBuf>, keeping: bool) -> Result<()> {
    if let [row] = rows.as_slice() {
        let target = database.collection::<RawDocumentBuf>(collection);
        let done = match Change::to(row, keeping)? {
            Change::Whole(row) => target.replace_one(key(row)?, row).upsert(true).await,
            Change::Keeping(pipeline) => target.update_one(key(row)?, pipeline.to_vec()).upsert(true).await,
        };
        return done.map(drop).map_err(error::store);
    }
    let update = |row| Ok(Replace { q: key(row)?, u: Change::to(row, keeping)?, upsert: true });
    let updates = rows.iter().map(update).collect::<Result<_>>()?;
    let command = raw(&Update { update: collection, updates, ordered: true, write_concern: majority() })?;
    let answer = database.run_raw_command(command).await.map_err(error::store)?;
    let answer: Answer = bson::deserialize_from_document(answer).map_err(error::corrupt)?;
    match answer.write_errors.into_iter().next().or(answer.write_concern_error) {
        Some(failure) => Err(error::new(error::kind_of_code(failure.code), error::refusal(failure.code, &failure.errmsg))),
        None => Ok(()),
    }
}

/// A row as BSON.
pub fn raw<T: Serialize>(row: &T) -> Result<RawDocumentBuf> {
    bson::serialize_to_raw_document_buf(row).map_err(|reason| error::new(Kind::Broken, reason))
}

fn key(row: &RawDocumentBuf) -> Result<Document> {
    let id = row.get("_id").map_err(error::corrupt)?.ok_or_else(|| error::new(Kind::Broken, "a row without _id"))?;
    let id: bson::Bson = id.try_into().map_err(error::corrupt)?;
    Ok(doc! { "_id": id })
}

fn batches(rows: Vec<RawDocumentBuf>) -> Vec<Vec<RawDocumentBuf>> {
    let mut batches: Vec<Vec<RawDocumentBuf>> = Vec::new();
    let mut bytes = 0;
    for row in rows {
        bytes += row.as_bytes().len();
        match batches.last_mut() {
            Some(batch) if batch.len() < MOST_ROWS && bytes <= MOST_BYTES => batch.push(row),
            _ => {
                bytes = row.as_bytes().len();
                batches.push(vec![row]);
            }
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_bounded_in_rows_and_bytes_and_keep_the_order() {
        let small: Vec<_> = (0..2_500).map(|n| raw(&doc! { "_id": n }).unwrap()).collect();
        let sizes: Vec<_> = batches(small.clone()).iter().map(Vec::len).collect();
        assert_eq!(sizes, [1_000, 1_000, 500]);
        assert_eq!(batches(small.clone()).concat(), small);
        let large: Vec<_> = (0..5).map(|n| raw(&doc! { "_id": n, "text": "x".repeat(3 << 20) }).unwrap()).collect();
        let sizes: Vec<_> = batches(large).iter().map(Vec::len).collect();
        assert_eq!(sizes, [2, 2, 1]);
    }
}
