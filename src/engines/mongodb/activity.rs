//! Activity: one document an event, never changed.

use super::{
    Mongodb, date, error, field, id, json,
    page::{Children, List, Tie, shop_page},
    time, uuid, write,
};
use crate::{
    roles::{Activity, Result},
    shop::{ActivityEvent, ActivityKind, Counter, CustomerId, OrderId, Page, TrendingWindow, ViewBatch, ViewsInStep, Window},
};
use async_trait::async_trait;
use mongodb::{
    bson::{self, DateTime, Document},
    error::ErrorKind,
};
use serde::{Deserialize, Serialize};

pub const COLLECTION: &str = "activity";
/// Most events about one order that are read.
const EVENTS_OF_AN_ORDER: u32 = 100;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    #[serde(rename = "_id", deserialize_with = "field::id")]
    id: bson::Uuid,
    #[serde(deserialize_with = "field::id")]
    customer_id: bson::Uuid,
    kind: String,
    #[serde(deserialize_with = "field::date")]
    at: DateTime,
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "field::optional_id")]
    order_id: Option<bson::Uuid>,
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "field::optional_id")]
    product_id: Option<bson::Uuid>,
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "field::optional_id")]
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

#[async_trait]
impl Activity for Mongodb {
    async fn activity_page_by_customers(
        &self,
        customers: &[CustomerId],
        window: &Window,
    ) -> Result<Vec<(CustomerId, Page<ActivityEvent>)>> {
        let list = List { field: "at", tie: Tie::Id, descending: true };
        let children = Children::of(COLLECTION, "customerId", list);
        let parents: Vec<_> = customers.iter().map(|id| id.uuid()).collect();
        let pages = self.pages(&children, &parents, window).await?;
        pages.into_iter().map(|(customer, page)| Ok((CustomerId::from_uuid(customer), shop_page(page, event)?))).collect()
    }

    async fn activity_by_orders(&self, orders: &[OrderId]) -> Result<Vec<ActivityEvent>> {
        let list = List { field: "at", tie: Tie::Id, descending: false };
        let children = Children::of(COLLECTION, "orderId", list);
        let parents: Vec<_> = orders.iter().map(|id| id.uuid()).collect();
        let pages = self.pages(&children, &parents, &Window::first(EVENTS_OF_AN_ORDER)).await?;
        pages.into_iter().flat_map(|(_, page)| page.items).map(event).collect()
    }

    async fn view_counts(&self) -> Result<Vec<(Counter, i64)>> {
        self.count_views().await
    }

    async fn view_steps(&self, window: TrendingWindow) -> Result<Vec<ViewsInStep>> {
        self.count_view_steps(window).await
    }

    async fn views_put(&self, batch: &ViewBatch) -> Result<()> {
        self.put_views(batch).await
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
