//! Real stores with passwords of their own, each behind a proxy that can be cut.

use super::planted::{Planted, canary};
use crate::support::{
    engines::unique_name,
    proxy::Proxy,
    wiring::{block_on, real_engines},
};
use mongodb::bson::{Document, doc};
use polystore::engines::{mongodb::testing::fresh_database as fresh_mongodb, postgres::testing::fresh_database as fresh_postgres};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// The three servers as the program sees them.
pub struct Real {
    name: String,
    /// PostgreSQL, MongoDB, Redis.
    pub proxies: [Proxy; 3],
    pub variables: Vec<(&'static str, String)>,
    /// The same databases, past proxies and users.
    pub postgres: String,
    pub mongodb: String,
    servers: [String; 3],
}

/// The URL for this user, without what it says of another.
fn with_user(url: &str, user: &str, password: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap();
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    format!("{scheme}://{user}:{password}@{place}")
}

/// The MongoDB URL for a user of its own database.
fn with_own_user(url: &str, user: &str, password: &str) -> String {
    let (place, query) = url.split_once('?').unwrap_or((url, ""));
    let others = query.split('&').filter(|option| !option.is_empty() && !option.to_ascii_lowercase().starts_with("authsource="));
    let options: Vec<_> = others.map(str::to_owned).chain([format!("authSource={user}")]).collect();
    with_user(&format!("{place}?{}", options.join("&")), user, password)
}

async fn redis(server: &str, command: &[&str]) {
    let client = redis::Client::open(server).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    redis::cmd("ACL").arg(command).query_async::<redis::Value>(&mut connection).await.unwrap();
}

async fn postgres(url: &str, statements: String) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(&mut connection).await.unwrap();
}

async fn mongodb(url: &str, command: Document) {
    let client = mongodb::Client::with_uri_str(url).await.unwrap();
    client.default_database().unwrap().run_command(command).await.unwrap();
}

impl Real {
    /// Fresh databases and users on all three, or none where one of them is not at hand.
    pub fn prepare(planted: &mut Planted) -> Option<Self> {
        real_engines()?;
        let servers = ["TEST_DATABASE_URL", "TEST_MONGODB_URL", "TEST_REDIS_URL"].map(|variable| std::env::var(variable).unwrap());
        let (name, mut password) =
            (unique_name(), |store: &str| planted.secret(&format!("the password of {store}"), canary(&format!("password-of-{store}"))));
        let passwords = ["postgres", "mongodb", "redis"].map(&mut password);
        let (direct, urls, proxies) = block_on(async {
            let relational = fresh_postgres(&servers[0], &name).await.unwrap();
            let documents = fresh_mongodb(&servers[1], &name).unwrap();
            let role = format!(
                "CREATE ROLE {name} LOGIN PASSWORD '{}'; ALTER DATABASE {name} OWNER TO {name}; GRANT ALL ON SCHEMA public TO {name}",
                passwords[0]
            );
            postgres(&relational, role).await;
            let roles = vec![doc! { "role": "readWrite", "db": &name }, doc! { "role": "dbAdmin", "db": &name }];
            mongodb(&documents, doc! { "createUser": &name, "pwd": &passwords[1], "roles": roles }).await;
            redis(&servers[2], &["SETUSER", &name, "on", &format!(">{}", passwords[2]), "~*", "&*", "+@all"]).await;
            let (one, relational_url) = Proxy::in_front_of(&with_user(&relational, &name, &passwords[0])).await;
            let (two, documents_url) = Proxy::in_front_of(&with_own_user(&documents, &name, &passwords[1])).await;
            let (three, hot_url) = Proxy::in_front_of(&with_user(&servers[2], &name, &passwords[2])).await;
            ([relational, documents], [relational_url, documents_url, hot_url], [one, two, three])
        });
        for url in &urls {
            let place = url.rsplit_once('@').unwrap().1.split(['/', '?']).next().unwrap();
            planted.inner(place);
        }
        planted.inner(&name);
        let [relational, documents, hot] = urls;
        let variables =
            vec![("DATABASE_URL", relational), ("MONGODB_URL", documents), ("REDIS_URL", hot), ("POLYSTORE_REDIS_PREFIX", name.clone())];
        let [postgres, mongodb] = direct;
        Some(Self { name, proxies, variables, postgres, mongodb, servers })
    }

    /// Makes what the program stored unreadable for it, behind its back: from here on it meets errors that it does not expect.
    pub fn spoil(&self) {
        block_on(async {
            postgres(&self.postgres, SPOIL.to_owned()).await;
            let client = mongodb::Client::with_uri_str(&self.mongodb).await.unwrap();
            let articles = client.default_database().unwrap().collection::<Document>("articles");
            let change = doc! { "$set": { "title": 7, "status": "canary-status" } };
            articles.update_many(doc! {}, change).bypass_document_validation(true).await.unwrap();
        });
    }
}

/// Tables that are called otherwise now.
pub const SPOIL: &str = "ALTER TABLE products RENAME TO products_gone; ALTER TABLE customers RENAME TO customers_gone; ALTER TABLE orders RENAME TO orders_gone";

impl Drop for Real {
    fn drop(&mut self) {
        let name = &self.name;
        block_on(async {
            for proxy in &self.proxies {
                proxy.cut().await;
            }
            // what cannot be dropped any more does no harm: nobody else has the name
            if let Ok(mut connection) = PgConnection::connect(&self.servers[0]).await {
                for statement in [format!("DROP DATABASE {name} WITH (FORCE)"), format!("DROP ROLE {name}")] {
                    let _ = sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await;
                }
            }
            mongodb(&self.mongodb, doc! { "dropUser": name }).await;
            redis(&self.servers[2], &["DELUSER", name]).await;
        });
    }
}
