//! The program's own server in this process, over the lab's stores, with a bug planted above its layers.

use super::{Bug, wrong::Wrong, wrong_hot::WrongHot};
use crate::{lab::Places, plans::graph};
use polystore::{
    engines::{Limits, mongodb::Mongodb, postgres::Postgres, redis::Redis},
    graphql::limits,
    http,
    relay::Relay,
    shop::Viewer,
    stores::Stores,
};
use std::sync::Arc;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

pub struct InProcess {
    pub address: String,
    halt: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl InProcess {
    pub async fn start(places: &Places, bug: Bug) -> Self {
        let connections = Limits { connections: 8 };
        let relational = Arc::new(Postgres::connect(&places.relational, &connections).await.unwrap());
        let documents = Arc::new(Mongodb::connect(&places.documents, &connections).await.unwrap());
        let hot = Arc::new(Redis::connect(&places.hot, &places.prefix).await.unwrap());
        let mut stores = Stores::layered(relational, documents, hot, None);
        stores.relational = Arc::new(Wrong::new(stores.relational, bug, &places.relational).await);
        stores.hot = Arc::new(WrongHot::new(stores.hot, bug));
        let halt = CancellationToken::new();
        let relay = tokio::spawn(Relay::new(stores.clone()).run(halt.clone()));
        let graph = graph(stores, limits::Limits::default(), Viewer::Visitor);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let app = http::router(graph, http::Options::default());
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { address, halt, tasks: vec![relay, server] }
    }

    pub async fn stop(self) {
        self.halt.cancel();
        for task in self.tasks {
            task.abort();
            let _it_was_told_to = task.await;
        }
    }
}
