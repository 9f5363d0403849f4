//! Activity: one document an event, never changed.

use super::{
    Mongodb, Source, date, error, id, json,
    page::{Children, List, shop_page},
    time, uuid, write,
};
use crate::{
    roles::{Activity, Result},
    shop::{ActivityEvent, ActivityKind, Counter, CustomerId, OrderId, Page, Window},
};
use async_trait::async_trait;
use mongodb::{
    bson::{self, DateTime, Document, doc},
    error::ErrorKind,
    options::FindOptions,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

const COLLECTION: &str = "activity";
/// Most events about one order that are read.
const EVENTS_OF_AN_ORDER: u32 = 100;
/// Counting all views reads every one of them: for rebuilding boards, not for a reader who waits.
const COUNTING: Duration = Duration::from_secs(10);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    #[serde(rename = "_id")]
    id: bson::Uuid,
    customer_id: bson::Uuid,
    kind: String,
    at: DateTime,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<bson::Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product_id: Option<bson::Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    article_id: Option<bson::Uuid>,
    data: Document,
}

impl From<&ActivityEvent> for Row {
    fn from(event: &ActivityEvent) -> Self {
        Self {
            id: uuid(event.id.uuid()),
            customer_id: uuid(event.customer_id.uuid()),
            kind: event.kind.code().to_owned(),
            at: date(event.at),
            order_id: event.order_id.map(|id| uuid(id.uuid())),
            product_id: event.product_id.map(|id| uuid(id.uuid())),
            article_id: event.article_id.map(|id| uuid(id.uuid())),
            data: json::to_document(&event.data),
        }
    }
}

fn event(row: Row) -> Result<ActivityEvent> {
    Ok(ActivityEvent {
        id: id(row.id),
        customer_id: id(row.customer_id),
        kind: ActivityKind::from_code(&row.kind).ok_or_else(|| error::corrupt(format_args!("activity kind {:?}", row.kind)))?,
        at: time(row.at)?,
        order_id: row.order_id.map(id),
        product_id: row.product_id.map(id),
        article_id: row.article_id.map(id),
        data: json::from_document(row.data)?,
    })
}

#[derive(Deserialize)]
struct Newest {
    at: DateTime,
}

#[derive(Deserialize)]
struct Views {
    product: Option<bson::Uuid>,
    article: Option<bson::Uuid>,
    n: i64,
}

#[async_trait]
impl Activity for Mongodb {
    async fn activity_page_by_customers(
        &self,
        customers: &[CustomerId],
        window: &Window,
    ) -> Result<Vec<(CustomerId, Page<ActivityEvent>)>> {
        let list = List { field: "at", descending: true };
        let children = Children { collection: COLLECTION, parent: "customerId", only: Document::new(), list, hidden: Document::new() };
        let parents: Vec<_> = customers.iter().map(|id| id.uuid()).collect();
        let pages = self.pages(&children, &parents, window).await?;
        pages.into_iter().map(|(customer, page)| Ok((CustomerId::from_uuid(customer), shop_page(page, event)?))).collect()
    }

    async fn activity_by_orders(&self, orders: &[OrderId]) -> Result<Vec<ActivityEvent>> {
        let list = List { field: "at", descending: false };
        let children = Children { collection: COLLECTION, parent: "orderId", only: Document::new(), list, hidden: Document::new() };
        let parents: Vec<_> = orders.iter().map(|id| id.uuid()).collect();
        let pages = self.pages(&children, &parents, &Window::first(EVENTS_OF_AN_ORDER)).await?;
        pages.into_iter().flat_map(|(_, page)| page.items).map(event).collect()
    }

    async fn view_counts(&self) -> Result<Vec<(Counter, i64)>> {
        let back: Option<Duration> = None;
        let (product, article) = (ActivityKind::ProductViewed.code(), ActivityKind::ArticleViewed.code());
        let mut wanted = doc! { "kind": { "$in": [product, article] } };
        if let Some(back) = back {
            let options = FindOptions::builder().sort(doc! { "at": -1 }).limit(1).projection(doc! { "_id": 0, "at": 1 }).build();
            let newest: Vec<Newest> = self.find(COLLECTION, Document::new(), options).await?;
            let Some(newest) = newest.first() else { return Ok(Vec::new()) };
            let back = i64::try_from(back.as_millis()).unwrap_or(i64::MAX);
            wanted.insert("at", doc! { "$gte": DateTime::from_millis(newest.at.timestamp_millis().saturating_sub(back)) });
        }
        // only what the kind speaks of; all four fields stand in the index, no document is fetched
        let of = |kind: &str, field: &str| doc! { "$cond": [{ "$eq": ["$kind", kind] }, field, bson::Bson::Null] };
        let group = doc! { "product": of(product, "$productId"), "article": of(article, "$articleId") };
        let pipeline = vec![
            doc! { "$match": wanted },
            doc! { "$group": { "_id": group, "n": { "$sum": 1_i64 } } },
            doc! { "$project": { "_id": 0, "product": "$_id.product", "article": "$_id.article", "n": 1 } },
        ];
        let found: Vec<Views> = self.aggregate(COUNTING, Source::Collection(COLLECTION), pipeline, Some("kind_at")).await?;
        let counter = |views: &Views| {
            let product = views.product.map(|stored| Counter::ProductViews(id(stored)));
            product.or_else(|| views.article.map(|stored| Counter::ArticleViews(id(stored))))
        };
        Ok(found.iter().filter_map(|views| Some((counter(views)?, views.n))).collect())
    }

    async fn activity_put(&self, rows: &[ActivityEvent]) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let rows: Vec<_> = rows.iter().map(|event| write::raw(&Row::from(event))).collect::<Result<_>>()?;
        let commands = rows.len().div_ceil(1_000);
        self.write(commands, |database| async move {
            let events = database.collection::<bson::RawDocumentBuf>(COLLECTION);
            match events.insert_many(rows).ordered(false).await {
                Ok(_) => Ok(()),
                Err(refused) if only_duplicates(&refused) => Ok(()),
                Err(refused) => Err(error::store(refused)),
            }
        })
        .await
    }
}

/// Whether nothing failed but ids that are there already: `_id` is the collection's only unique index.
fn only_duplicates(refused: &mongodb::error::Error) -> bool {
    match refused.kind.as_ref() {
        ErrorKind::InsertMany(many) => {
            let duplicates = |errors: &Vec<mongodb::error::IndexedWriteError>| errors.iter().all(|write| write.code == 11000);
            many.write_concern_error.is_none() && many.write_errors.as_ref().is_some_and(duplicates)
        }
        _ => false,
    }
}
