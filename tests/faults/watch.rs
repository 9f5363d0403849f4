//! How many connections the stores have, looked at all the time: a store may be dead meanwhile, which is no news here.

use crate::{content::Sessions, lab::Places};
use futures::TryStreamExt as _;
use mongodb::bson::{Document, doc};
use sqlx::{Connection as _, postgres::PgConnection};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::{task::JoinHandle, time::sleep};

pub struct Watch {
    /// Most connections seen of the relational, documents and hot stores.
    most: Arc<[AtomicI64; 3]>,
    /// Servers, and connections of each of them.
    servers: AtomicI64,
    connections: i64,
    watching: Vec<JoinHandle<()>>,
}

/// Sessions of the program in this database. Our own have another name.
const COUNT: &str = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'polystore'";
const IN_TRANSACTION: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'polystore' AND state LIKE 'idle in transaction%'";
/// How often.
const PAUSE: Duration = Duration::from_millis(100);

impl Watch {
    pub fn begin(places: &Places, connections: i64) -> Self {
        let most: Arc<[AtomicI64; 3]> = Arc::default();
        let relational = tokio::spawn(relational(places.relational.clone(), Arc::clone(&most)));
        let documents = tokio::spawn(documents(places.documents.clone(), Arc::clone(&most)));
        let hot = tokio::spawn(hot(places.hot.clone(), Arc::clone(&most)));
        Self { most, servers: AtomicI64::new(1), connections, watching: vec![relational, documents, hot] }
    }

    /// So many servers run at once from now on, a dead one counted whose connections the stores have not missed yet.
    pub fn expect(&self, servers: i64) {
        self.servers.store(servers, Relaxed);
        self.most.iter().for_each(|most| most.store(0, Relaxed));
    }

    pub async fn end(&self, places: &Places) -> Sessions {
        let mut connection = PgConnection::connect(&places.relational).await.unwrap();
        let mut in_transaction = 0;
        // one that is at work may be between two statements when it is looked at; one that was left stays
        for _ in 0..10 {
            in_transaction = sqlx::query_scalar(IN_TRANSACTION).fetch_one(&mut connection).await.unwrap();
            if in_transaction == 0 {
                break;
            }
            sleep(Duration::from_millis(20)).await;
        }
        let most = [0, 1, 2].map(|store: usize| self.most[store].load(Relaxed));
        // a server looks at its store before it makes its pool; MongoDB's driver watches the server with two more;
        // Redis has one for commands and one to listen, and while they are renewed the old ones
        let allowed = [self.connections + 1, self.connections + 3, 4].map(|each| each * self.servers.load(Relaxed));
        Sessions { in_transaction, most, allowed }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.watching.iter().for_each(JoinHandle::abort);
    }
}

async fn relational(url: String, most: Arc<[AtomicI64; 3]>) {
    loop {
        if let Ok(mut connection) = PgConnection::connect(&url).await {
            while let Ok(count) = sqlx::query_scalar::<_, i64>(COUNT).fetch_one(&mut connection).await {
                most[0].fetch_max(count, Relaxed);
                sleep(PAUSE).await;
            }
        }
        sleep(PAUSE).await;
    }
}

async fn documents(url: String, most: Arc<[AtomicI64; 3]>) {
    let client = mongodb::Client::with_uri_str(url).await.unwrap();
    let ours = [doc! { "$currentOp": { "idleConnections": true } }, doc! { "$match": { "appName": "polystore" } }];
    loop {
        if let Ok(cursor) = client.database("admin").aggregate(ours.clone()).await
            && let Ok(found) = cursor.try_collect::<Vec<Document>>().await
        {
            most[1].fetch_max(found.len() as i64, Relaxed);
        }
        sleep(PAUSE).await;
    }
}

async fn hot(url: String, most: Arc<[AtomicI64; 3]>) {
    let client = redis::Client::open(url).unwrap();
    loop {
        if let Ok(mut connection) = client.get_multiplexed_async_connection().await {
            while let Ok(text) = redis::cmd("INFO").arg("clients").query_async::<String>(&mut connection).await {
                let count = text.lines().find_map(|line| line.strip_prefix("connected_clients:")?.trim().parse::<i64>().ok());
                // not our own; nobody else is on the lab's server
                most[2].fetch_max(count.unwrap_or_default() - 1, Relaxed);
                sleep(PAUSE).await;
            }
        }
        sleep(PAUSE).await;
    }
}
