//! RAW: what somebody writes who needs exactly these answers and nothing else. One handler for each operation, as few round trips as
//! possible, the same drivers and pools as polystore; no graph, no sign-in, no limits.
//!
//! It may assume what a general server may not: that ids are well formed, which columns are shown, that nobody asks for anything else.
//! A mistake of the client or of a store is a 500 with a text.

mod best_sellers;
mod bson;
mod customer_home;
pub mod embedded;
mod magazine;
mod order_feed;
mod product;
pub mod text;
mod trending;

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
    serve::ListenerExt as _,
};
use mongodb::{Client, Database, options::ClientOptions};
use redis::aio::ConnectionManager;
use serde::Serialize;
use sqlx::{PgPool, postgres::PgPoolOptions};
use std::{net::SocketAddr, sync::Arc, time::Duration};

/// What the keys of the hot store start with.
const PREFIX: &str = "polystore";

/// Where the stores are: the same settings as polystore's.
#[derive(Clone, Debug, clap::Args)]
pub struct Urls {
    /// PostgreSQL
    #[arg(long, env = "DATABASE_URL")]
    pub database_url: String,
    /// MongoDB
    #[arg(long, env = "MONGODB_URL")]
    pub mongodb_url: String,
    /// Redis
    #[arg(long, env = "REDIS_URL")]
    pub redis_url: String,
    /// Connections to each store at most
    #[arg(long, env = "POLYSTORE_CONNECTIONS", default_value = "8")]
    pub store_connections: u32,
}

/// Connected stores.
pub struct Stores {
    pub postgres: PgPool,
    pub mongodb: Database,
    pub redis: ConnectionManager,
}

impl Stores {
    pub async fn connect(urls: &Urls) -> Result<Self, Failed> {
        let pool = PgPoolOptions::new().max_connections(urls.store_connections).test_before_acquire(false);
        let mut options = ClientOptions::parse(&urls.mongodb_url).await?;
        options.max_pool_size = Some(urls.store_connections);
        let name = options.default_database.clone().unwrap_or_else(|| PREFIX.to_owned());
        let redis = redis::Client::open(urls.redis_url.as_str())?;
        Ok(Self {
            postgres: pool.connect(&urls.database_url).await?,
            mongodb: Client::with_options(options)?.database(&name),
            redis: ConnectionManager::new(redis).await?,
        })
    }
}

/// Serves until the process ends.
pub async fn serve(urls: &Urls, listen: SocketAddr) -> Result<(), Failed> {
    let stores = Arc::new(Stores::connect(urls).await?);
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

async fn listen_on(address: SocketAddr, router: Router) -> Result<(), Failed> {
    let listener = tokio::net::TcpListener::bind(address).await?;
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    Ok(axum::serve(listener, router).await?)
}

type Shared = State<Arc<Stores>>;

/// Anything that went wrong.
#[derive(Debug)]
pub struct Failed(Box<dyn std::error::Error + Send + Sync>);

impl<E: Into<Box<dyn std::error::Error + Send + Sync>>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        (StatusCode::INTERNAL_SERVER_ERROR, self.0.to_string()).into_response()
    }
}

type Answer = Result<Response, Failed>;

/// `{"data":…}`
#[derive(Serialize)]
struct Data<T> {
    data: T,
}

fn json(data: impl Serialize) -> Answer {
    let mut bytes = Vec::with_capacity(1_024);
    serde_json::to_writer(&mut bytes, &Data { data })?;
    Ok(([(CONTENT_TYPE, "application/json")], bytes).into_response())
}

/// A millisecond since 1970 as PostgreSQL's driver has it.
fn millis(at: chrono::DateTime<chrono::Utc>) -> text::Time {
    text::Time(at.timestamp_millis())
}

/// A key of the hot store.
fn views_key(id: text::Id) -> String {
    format!("{PREFIX}:views:{id}")
}

/// How long the servers are given to start.
pub const START: Duration = Duration::from_secs(30);
