//! Views: counted from the activity events, and from batches, one document each, so that a batch is kept whole and once.

use super::{Mongodb, Source, activity, date, error, id, uuid, write};
use crate::{
    error::Kind,
    roles::Result,
    shop::{ActivityKind, Counter, TrendingWindow, ViewBatch, ViewsInStep, ranking::OLDEST_STEP},
};
use mongodb::{
    bson::{self, Bson, DateTime, Document, RawDocumentBuf, doc},
    options::FindOptions,
};
use serde::{Deserialize, Serialize};
use std::{collections::HashSet, time::Duration};

const COLLECTION: &str = "view_batches";
/// Counting all views reads every one of them: for rebuilding boards, not for a reader who waits.
const COUNTING: Duration = Duration::from_secs(10);

#[derive(Serialize)]
struct Row {
    #[serde(rename = "_id")]
    id: bson::Uuid,
    at: DateTime,
    products: Vec<Views>,
    articles: Vec<Views>,
}

#[derive(Serialize)]
struct Views {
    id: bson::Uuid,
    n: i64,
}

impl From<&ViewBatch> for Row {
    fn from(batch: &ViewBatch) -> Self {
        let mut row = Self { id: uuid(batch.id.uuid()), at: date(batch.at), products: Vec::new(), articles: Vec::new() };
        for (counter, n) in &batch.counts {
            let (views, id) = match counter {
                Counter::ProductViews(product) => (&mut row.products, product.uuid()),
                Counter::ArticleViews(article) => (&mut row.articles, article.uuid()),
            };
            views.push(Views { id: uuid(id), n: *n });
        }
        row
    }
}

#[derive(Deserialize)]
struct Counted {
    product: Option<bson::Uuid>,
    article: Option<bson::Uuid>,
    n: i64,
}

#[derive(Deserialize)]
struct CountedInStep {
    product: bson::Uuid,
    step: i64,
    n: i64,
}

#[derive(Deserialize)]
struct Newest {
    at: DateTime,
}

/// The entries of one list of the batches: their ids under a name, and their numbers.
fn entries(list: &str, name: &str) -> Vec<Document> {
    let id = format!("${list}.id");
    vec![doc! { "$unwind": format!("${list}") }, doc! { "$project": { "_id": 0, name: id, "n": format!("${list}.n"), "at": 1 } }]
}

impl Mongodb {
    pub(super) async fn count_views(&self) -> Result<Vec<(Counter, i64)>> {
        let (product, article) = (ActivityKind::ProductViewed.code(), ActivityKind::ArticleViewed.code());
        // only what the kind speaks of; all four fields stand in the index, no document is fetched
        let of = |kind: &str, field: &str| doc! { "$cond": [{ "$eq": ["$kind", kind] }, field, Bson::Null] };
        let group = doc! { "product": of(product, "$productId"), "article": of(article, "$articleId") };
        let sums = |product: &str, article: &str| {
            let id = doc! { "product": { "$ifNull": [product, Bson::Null] }, "article": { "$ifNull": [article, Bson::Null] } };
            doc! { "$group": { "_id": id, "n": { "$sum": "$n" } } }
        };
        let pipeline = vec![
            doc! { "$match": { "kind": { "$in": [product, article] } } },
            doc! { "$group": { "_id": group, "n": { "$sum": 1_i64 } } },
            doc! { "$project": { "_id": 0, "product": "$_id.product", "article": "$_id.article", "n": 1 } },
            doc! { "$unionWith": { "coll": COLLECTION, "pipeline": entries("products", "product") } },
            doc! { "$unionWith": { "coll": COLLECTION, "pipeline": entries("articles", "article") } },
            sums("$product", "$article"),
            doc! { "$project": { "_id": 0, "product": "$_id.product", "article": "$_id.article", "n": 1 } },
        ];
        let found: Vec<Counted> = self.aggregate(COUNTING, Source::Collection(activity::COLLECTION), pipeline, Some("kind_at")).await?;
        let counter = |views: &Counted| {
            let product = views.product.map(|stored| Counter::ProductViews(id(stored)));
            product.or_else(|| views.article.map(|stored| Counter::ArticleViews(id(stored))))
        };
        Ok(found.iter().filter_map(|views| Some((counter(views)?, views.n))).collect())
    }

    /// When a product was viewed last.
    async fn newest_view(&self) -> Result<Option<i64>> {
        let newest = || FindOptions::builder().sort(doc! { "at": -1 }).limit(1).projection(doc! { "_id": 0, "at": 1 });
        let wanted = doc! { "kind": ActivityKind::ProductViewed.code(), "productId": { "$exists": true } };
        let events: Vec<Newest> = self.find(activity::COLLECTION, wanted, newest().build()).await?;
        let batches: Vec<Newest> = self.find(COLLECTION, doc! { "products.0": { "$exists": true } }, newest().build()).await?;
        Ok(events.iter().chain(&batches).map(|newest| newest.at.timestamp_millis()).max())
    }

    pub(super) async fn count_view_steps(&self, window: TrendingWindow) -> Result<Vec<ViewsInStep>> {
        let Some(newest) = self.newest_view().await? else { return Ok(Vec::new()) };
        let step = i64::try_from(window.step().as_millis()).unwrap_or(i64::MAX);
        let oldest = DateTime::from_millis((newest / step - OLDEST_STEP).max(0).saturating_mul(step));
        let step = doc! { "$floor": { "$divide": [{ "$toLong": "$at" }, step] } };
        let group = doc! { "product": "$product", "step": { "$toLong": step } };
        let since = doc! { "at": { "$gte": oldest } };
        let mut batches = vec![doc! { "$match": since.clone() }];
        batches.extend(entries("products", "product"));
        let mut events = since;
        events.insert("kind", ActivityKind::ProductViewed.code());
        events.insert("productId", doc! { "$exists": true });
        let pipeline = vec![
            doc! { "$match": events },
            doc! { "$project": { "_id": 0, "product": "$productId", "at": 1, "n": { "$literal": 1_i64 } } },
            doc! { "$unionWith": { "coll": COLLECTION, "pipeline": batches } },
            doc! { "$group": { "_id": group, "n": { "$sum": "$n" } } },
            doc! { "$project": { "_id": 0, "product": "$_id.product", "step": "$_id.step", "n": 1 } },
        ];
        let found: Vec<CountedInStep> =
            self.aggregate(COUNTING, Source::Collection(activity::COLLECTION), pipeline, Some("kind_at")).await?;
        // a view may have come since we looked for the newest one
        let newest = found.iter().map(|views| views.step).max().unwrap_or(0);
        let counted = found.into_iter().filter(|views| views.step >= newest - OLDEST_STEP);
        Ok(counted
            .map(|views| ViewsInStep { counter: Counter::ProductViews(id(views.product)), step: views.step, views: views.n })
            .collect())
    }

    pub(super) async fn put_views(&self, batch: &ViewBatch) -> Result<()> {
        let mut seen = HashSet::new();
        if let Some((counter, _)) = batch.counts.iter().find(|(counter, _)| !seen.insert(*counter)) {
            return Err(error::new(Kind::Conflict, format_args!("a batch of views counts {counter:?} twice")));
        }
        let row = write::raw(&Row::from(batch))?;
        self.write(1, |database| async move {
            match database.collection::<RawDocumentBuf>(COLLECTION).insert_one(row).await {
                Ok(_) => Ok(()),
                Err(refused) if error::duplicate(&refused).is_some() => Ok(()),
                Err(refused) => Err(error::store(refused)),
            }
        })
        .await
    }
}
