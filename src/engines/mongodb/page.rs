//! Keyset pages: the part of a list that a window asks for, as a filter and a sort; and one page for each of many parents.

use super::{Mongodb, READ, Source, date, field, uuid};
use crate::{
    roles::Result,
    shop::{End, Key, Page, SortValue, Window},
};
use mongodb::bson::{self, Bson, Document, doc};
use serde::{Deserialize, de::DeserializeOwned};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// An ordered list: the field that it is sorted by, and whether from large to small.
#[derive(Clone, Copy)]
pub struct List {
    pub field: &'static str,
    /// What decides between equal values.
    pub tie: Tie,
    pub descending: bool,
}

/// A field whose values differ, and what a key's id is there.
#[derive(Clone, Copy)]
pub enum Tie {
    /// `_id`, a UUID.
    Id,
    /// A number: see [`crate::shop::ArticleRevision::key`].
    Number(&'static str),
}

impl Tie {
    fn field(self) -> &'static str {
        match self {
            Self::Id => "_id",
            Self::Number(field) => field,
        }
    }

    fn value(self, id: Uuid) -> Bson {
        match self {
            Self::Id => uuid(id).into(),
            // a foreign cursor may say anything: beyond all numbers is behind all rows
            Self::Number(_) => i64::try_from(id.as_u128()).unwrap_or(i64::MAX).into(),
        }
    }
}

impl List {
    /// The order that the window scans in.
    pub fn sort(self, window: &Window) -> Document {
        let direction = if self.backward(window) { -1 } else { 1 };
        doc! { self.field: direction, self.tie.field(): direction }
    }

    /// The conditions of the window's bounds, none to two.
    pub fn bounds(self, window: &Window) -> Vec<Document> {
        let scan = window.scan();
        let (behind, ahead) = if self.backward(window) { ("$lt", "$gt") } else { ("$gt", "$lt") };
        let from = scan.from.map(|key| self.beyond(behind, key));
        let to = scan.to.map(|key| self.beyond(ahead, key));
        from.into_iter().chain(to).collect()
    }

    fn backward(self, window: &Window) -> bool {
        self.descending != (window.end == End::Last)
    }

    /// `(field, _id) > (value, id)`. The outer range becomes the bounds of one index scan, the `$or` is decided on its keys.
    /// The textbook form, `$or` alone, makes the planner merge two scans for each equality, or sort thousands of rows.
    fn beyond(self, comparison: &str, key: &Key) -> Document {
        let inclusive = format!("{comparison}e");
        let (value, id) = (bson(&key.value), self.tie.value(key.id));
        let behind = [doc! { self.field: { comparison: value.clone() } }, doc! { self.tie.field(): { comparison: id } }];
        doc! { self.field: { inclusive: value }, "$or": behind.to_vec() }
    }
}

fn bson(value: &SortValue) -> Bson {
    match value {
        SortValue::Time(at) => date(*at).into(),
        SortValue::Number(n) => (*n).into(),
        SortValue::Text(text) => text.as_str().into(),
    }
}

/// Rows that belong to parents.
pub struct Children {
    pub collection: &'static str,
    /// The field that holds the parent's id, or an array of such ids.
    pub parent: &'static str,
    /// What else the rows must be.
    pub only: Document,
    pub list: List,
    /// The fields that are read; none stands for all of them.
    pub shown: Document,
    /// What is known of each parent first, by stages, and under which names `only` speaks of it.
    pub known: (Vec<Document>, Document),
}

impl Children {
    /// All of a parent's rows.
    pub fn of(collection: &'static str, parent: &'static str, list: List) -> Self {
        Self { collection, parent, only: Document::new(), list, shown: Document::new(), known: (Vec::new(), Document::new()) }
    }
}

#[derive(Deserialize)]
struct Child<T> {
    #[serde(rename = "_id", deserialize_with = "field::id")]
    parent: bson::Uuid,
    row: Option<T>,
    #[serde(default)]
    total: Vec<Count>,
}

#[derive(Deserialize)]
struct Count {
    n: i64,
}

impl Mongodb {
    /// One page for each parent, in one statement.
    ///
    /// `$lookup` walks the index for each parent and stops at the limit. Measured at 100,000 comments, 100 parents of which one
    /// has 10,000, four rows each: this 16 ms, `$unionWith` 17, `$group` with `$firstN` 68, `$setWindowFields` 82, `$topN` 104:
    /// the last three read every child.
    pub(super) async fn pages<T>(&self, children: &Children, parents: &[Uuid], window: &Window) -> Result<Vec<(Uuid, Page<T>)>>
    where
        T: DeserializeOwned + Unpin + Send + Sync,
    {
        let mut seen = HashSet::new();
        let starts: Vec<_> = parents.iter().filter(|id| seen.insert(**id)).map(|id| doc! { "_id": uuid(*id) }).collect();
        if starts.is_empty() {
            return Ok(Vec::new());
        }
        let lookup = |pipeline: Vec<Document>, into: &str| {
            let Children { collection, parent, known: (_, names), .. } = children;
            let mut lookup = doc! { "from": *collection, "localField": "_id", "foreignField": *parent, "pipeline": pipeline, "as": into };
            if !names.is_empty() {
                lookup.insert("let", names.clone());
            }
            doc! { "$lookup": lookup }
        };
        let mut pipeline = vec![doc! { "$documents": starts }];
        pipeline.extend(children.known.0.iter().cloned());
        if window.total {
            pipeline.push(lookup(vec![doc! { "$match": children.only.clone() }, doc! { "$count": "n" }], "total"));
        }
        let mut rows = vec![doc! { "$match": all(children.only.clone(), children.list.bounds(window)) }];
        rows.push(doc! { "$sort": children.list.sort(window) });
        rows.push(doc! { "$limit": window.fetch() });
        if !children.shown.is_empty() {
            rows.push(doc! { "$project": children.shown.clone() });
        }
        pipeline.push(lookup(rows, "row"));
        // right behind its look-up: the server then never builds the array, so 16 MB bound a row, not a page
        pipeline.push(doc! { "$unwind": { "path": "$row", "preserveNullAndEmptyArrays": window.total } });
        let found: Vec<Child<T>> = self.aggregate(READ, Source::Documents, pipeline, None).await?;
        Ok(by_parent(found, window))
    }
}

fn by_parent<T>(found: Vec<Child<T>>, window: &Window) -> Vec<(Uuid, Page<T>)> {
    let mut parents: HashMap<Uuid, (Vec<T>, Option<u64>)> = HashMap::new();
    for child in found {
        let (rows, total) = parents.entry(Uuid::from_bytes(child.parent.bytes())).or_default();
        rows.extend(child.row);
        *total = window.total.then(|| child.total.first().map_or(0, |count| count.n.unsigned_abs()));
    }
    parents.into_iter().map(|(parent, (rows, total))| (parent, window.page(rows, total))).collect()
}

/// The filter with further conditions.
pub fn all(mut filter: Document, conditions: Vec<Document>) -> Document {
    if !conditions.is_empty() {
        filter.insert("$and", conditions);
    }
    filter
}

/// Turns rows into the shop's words; the first unreadable one ends it.
pub fn shop_page<R, T>(page: Page<R>, read: impl FnMut(R) -> Result<T>) -> Result<Page<T>> {
    let Page { items, has_previous, has_next, total } = page;
    let items = items.into_iter().map(read).collect::<Result<_>>()?;
    Ok(Page { items, has_previous, has_next, total })
}
