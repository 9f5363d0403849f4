//! RAW on the embedded stores: the same answers over the file of SQLite, view counts in a map and boards in lists. There is no round trip to
//! save here, so what is joined by index is joined.

mod best_sellers;
mod boards;
mod customer_home;
mod magazine;
mod order_feed;
mod product;
mod trending;

use super::{Failed, listen_on};
use axum::{Router, extract::State, routing::post};
use boards::Boards;
use polystore::engines::{
    Limits,
    sqlite::{ROWS_AHEAD, readers},
};
use sqlx::{
    Row as _, SqlitePool,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use std::{
    collections::HashMap,
    net::SocketAddr,
    path::Path,
    sync::{Arc, RwLock},
};
use uuid::Uuid;

/// The opened file, and what the process holds.
pub struct Stores {
    pub sqlite: SqlitePool,
    /// How often each article and each product was viewed: no two things have the same id.
    views: RwLock<HashMap<Uuid, i64>>,
    boards: RwLock<Boards>,
}

impl Stores {
    pub async fn open(data: &Path, connections: u32) -> Result<Self, Failed> {
        let options =
            SqliteConnectOptions::new().filename(data.join("polystore.db")).pragma("query_only", "ON").row_buffer_size(ROWS_AHEAD);
        let most = readers(&Limits { connections });
        let sqlite = SqlitePoolOptions::new().max_connections(most).test_before_acquire(false).connect_with(options).await?;
        let rows = sqlx::query(include_str!("../../../../src/engines/sqlite/sql/view_counts.sql")).fetch_all(&sqlite).await?;
        let mut views = HashMap::new();
        for row in &rows {
            let (product, article): (Option<Uuid>, Option<Uuid>) = (row.try_get(0)?, row.try_get(1)?);
            if let Some(viewed) = product.or(article) {
                views.insert(viewed, row.try_get(2)?);
            }
        }
        let boards = Boards::read(&sqlite).await?;
        Ok(Self { sqlite, views: RwLock::new(views), boards: RwLock::new(boards) })
    }
}

type Shared = State<Arc<Stores>>;

/// Ids as an argument for `json_each`, in hexadecimal digits.
fn list(ids: &[Uuid]) -> String {
    let mut text = String::with_capacity(ids.len() * 35 + 2);
    text.push('[');
    for id in ids {
        text.push_str(if text.len() > 1 { ",\"" } else { "\"" });
        text.push_str(id.simple().encode_lower(&mut Uuid::encode_buffer()));
        text.push('"');
    }
    text.push(']');
    text
}

/// Serves until the process ends.
pub async fn serve(data: &Path, connections: u32, listen: SocketAddr) -> Result<(), Failed> {
    let stores = Arc::new(Stores::open(data, connections).await?);
    let router = Router::new()
        .route("/product", post(product::answer))
        .route("/order_feed", post(order_feed::answer))
        .route("/magazine", post(magazine::answer))
        .route("/trending", post(trending::answer))
        .route("/best_sellers", post(best_sellers::answer))
        .route("/customer_home", post(customer_home::answer))
        .with_state(stores);
    listen_on(listen, router).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_a_list_of_hexadecimal_digits() {
        let ids = [1, 2].map(Uuid::from_u128);
        let expected = format!("[\"{}\",\"{}\"]", ids[0].simple(), ids[1].simple());
        assert_eq!((list(&ids), list(&[])), (expected, "[]".to_owned()));
    }
}
