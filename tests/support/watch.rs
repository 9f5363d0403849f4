//! A small shop of one's own to change and to watch, on all engines that are at hand.

use super::{
    engines,
    sample::{self, id},
    wiring,
};
use futures::{Stream, StreamExt};
use polystore::{
    engines::redis::Redis,
    error::Engine,
    graphql::{Graph, execute::Operation, limits::Limits, reply::Reply},
    roles::{Documents, Hot, Relational},
    shop::{Message, Order, OrderStatus, OrderWithItems, Product, StockLevel, Viewer},
    stores::Stores,
};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tokio::{sync::mpsc, time::timeout};

/// Longest that an answer may take that has to come.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long an answer would take that must not come.
const QUIET: Duration = Duration::from_millis(300);

pub struct Shop {
    pub name: &'static str,
    pub stores: Stores,
    pub graph: Graph,
    prefix: String,
}

/// One shop for each wiring that is at hand.
pub async fn shops() -> Vec<Shop> {
    let mut shops = vec![Shop::embedded().await];
    if [Engine::Postgres, Engine::Mongodb, Engine::Redis].into_iter().all(engines::at_hand) {
        shops.push(Shop::real().await);
    }
    shops
}

impl Shop {
    pub async fn embedded() -> Self {
        let (relational, documents) = tokio::join!(engines::relational(Engine::Sqlite), engines::documents(Engine::Sqlite));
        Self::over("embedded", relational, documents, engines::hot(Engine::Memory).await, String::new()).await
    }

    pub async fn real() -> Self {
        let (relational, documents) = tokio::join!(engines::relational(Engine::Postgres), engines::documents(Engine::Mongodb));
        let prefix = engines::unique_name();
        let hot = redis(&prefix).await;
        Self::over("real", relational, documents, hot, prefix).await
    }

    /// Customer 1 has order 1 of two pieces of product 1; there are three products.
    pub async fn over(
        name: &'static str,
        relational: Arc<dyn Relational>,
        documents: Arc<dyn Documents>,
        hot: Arc<dyn Hot>,
        prefix: String,
    ) -> Self {
        relational.customers_put(&[sample::customer(1)]).await.unwrap();
        relational.categories_put(&[sample::category(1)]).await.unwrap();
        relational.products_put(&[1, 2, 3].map(|n| sample::product(n, 1))).await.unwrap();
        relational.orders_put(&[sample::order(1, 1, &[(1, 2)])]).await.unwrap();
        let stores = Stores::layered(relational, documents, hot, None);
        Self { name, graph: super::graph::graph(stores.clone(), Limits::default(), Viewer::Reader), stores, prefix }
    }

    /// Another server over the same stores.
    pub async fn second_server(&self) -> Self {
        let mut stores = self.stores.clone();
        stores.hot = redis(&self.prefix).await;
        stores.cache = Arc::clone(&stores.hot) as _;
        Self {
            name: "second",
            graph: super::graph::graph(stores.clone(), Limits::default(), Viewer::Reader),
            stores,
            prefix: self.prefix.clone(),
        }
    }

    /// Other limits than those by default.
    pub fn limit(&mut self, limits: Limits) {
        self.graph = super::graph::graph(self.stores.clone(), limits, Viewer::Reader);
    }

    pub async fn put_order(&self, version: i64, status: OrderStatus) {
        let OrderWithItems { order, items } = sample::order(1, 1, &[(1, 2)]);
        let order = Order { version, status, ..order };
        self.stores.relational.orders_put(&[OrderWithItems { order, items }]).await.unwrap();
    }

    pub async fn put_product(&self, version: i64, name: &str) {
        let product = Product { version, name: name.to_owned(), ..sample::product(1, 1) };
        self.stores.relational.products_put(&[product]).await.unwrap();
    }

    pub async fn tell(&self, message: Message) {
        self.stores.hot.channel_tell(&[message]).await.unwrap();
    }

    pub fn order_message(version: i64) -> Message {
        Message::Order { order_id: id(1), status: OrderStatus::Paid, version }
    }

    pub fn stock_message(levels: &[(u128, i64)]) -> Message {
        let level = |(n, version): &(u128, i64)| StockLevel { product_id: id(*n), stock: 10, version: *version };
        Message::Stock { levels: levels.iter().map(level).collect() }
    }

    /// Begins to watch: what is told from now on comes.
    pub async fn watch(&self, query: &str, variables: Value) -> Watching {
        self.watch_by(wiring::operation(query, variables)).await
    }

    pub async fn watch_by(&self, operation: Operation) -> Watching {
        let before = self.graph.fanout().watchers();
        let watching = Watching::over(self.graph.subscribe(operation));
        self.watched(before + 1).await;
        watching
    }

    /// Waits until so many watch.
    pub async fn watched(&self, watchers: usize) {
        let come = async {
            while self.graph.fanout().watchers() != watchers {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        assert!(timeout(PATIENCE, come).await.is_ok(), "{} watch, and not {watchers}", self.graph.fanout().watchers());
        // whoever watches an order also looks whether it is there
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn redis(prefix: &str) -> Arc<dyn Hot> {
    Arc::new(Redis::connect(&engines::fresh_url(Engine::Redis).await, prefix).await.unwrap())
}

/// A stream of answers that is read as fast as they come.
pub struct Watching(mpsc::UnboundedReceiver<String>);

impl Watching {
    pub fn over(mut replies: impl Stream<Item = Reply> + Send + Unpin + 'static) -> Self {
        let (tell, told) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(reply) = replies.next().await {
                if tell.send(String::from_utf8(reply.body("test")).unwrap()).is_err() {
                    return;
                }
            }
        });
        Self(told)
    }

    pub async fn next_text(&mut self) -> String {
        timeout(PATIENCE, self.0.recv()).await.expect("an answer comes").expect("the stream goes on")
    }

    pub async fn next(&mut self) -> Value {
        serde_json::from_str(&self.next_text().await).unwrap()
    }

    pub async fn is_over(&mut self) -> bool {
        timeout(PATIENCE, self.0.recv()).await == Ok(None)
    }

    /// Whether it ends so soon, whatever it says before.
    pub async fn is_over_within(&mut self, time: Duration) -> bool {
        timeout(time, async { while self.0.recv().await.is_some() {} }).await.is_ok()
    }
}

/// Nothing is told.
pub async fn quiet(watching: &mut Watching) {
    let told = timeout(QUIET, watching.0.recv()).await;
    assert!(told.is_err(), "{told:?}");
}
