//! One run's world: fresh databases, servers of the real program over them, a small shop, and a watch over the stores' connections.

use crate::{
    content::Content,
    graph::{self, Client},
    history::Shop,
    home::{Home, Running},
    stores::Stores,
    watch::Watch,
};
use polystore::{
    engines::{Limits, mongodb, postgres},
    roles::Catalog as _,
    shop::{Category, CategoryId},
};
use serde_json::json;
use std::{
    io::Write as _,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// Where one run's data are.
#[derive(Clone, Debug)]
pub struct Places {
    pub relational: String,
    pub documents: String,
    pub hot: String,
    /// Of the keys in the hot store.
    pub prefix: String,
}

pub struct Lab<'a> {
    /// Nobody else may kill them meanwhile.
    #[expect(dead_code, reason = "held, not used")]
    stores: &'a Stores,
    pub places: Places,
    pub shop: Shop,
    pub admin: Admin,
    home: Home,
    watch: Watch,
    /// Connections to each store that one server may have.
    connections: i64,
    pub opened: Instant,
}

/// Who runs the shop.
#[derive(Clone, Debug)]
pub struct Admin {
    pub email: String,
    pub password: String,
}

/// A server of the real program, which can be killed and comes back at the same port.
pub struct Server {
    pub address: String,
    run: Option<Running>,
    variables: Vec<(String, String)>,
    arguments: Vec<String>,
}

/// Longest that a request may take, and a little for a machine that has other things to do: five seconds is the server's own limit.
pub const REQUEST: Duration = Duration::from_millis(5_250);
/// Products of which there are so few that they sell out, products of which there are many, the dial and the markers.
const SCARCE: [i64; 3] = [20, 50, 100];
const PLENTY: [i64; 6] = [1_000_000; 6];
const MARKERS: [i64; 8] = [1_000_000_000; 8];

impl<'a> Lab<'a> {
    /// A shop that is open, with nobody in it. `connections`: how many a server may have to each store.
    pub async fn open(stores: &'a Stores, connections: i64) -> Self {
        let (opened, prefix) = (Instant::now(), crate::unique_name());
        let relational = postgres::testing::fresh_database(&stores.relational, &prefix).await.unwrap();
        let documents = mongodb::testing::fresh_database(&stores.documents, &prefix).unwrap();
        let places = Places { relational, documents, hot: stores.hot.clone(), prefix };
        let admin = Admin { email: "keeper@example.com".to_owned(), password: "a password of the keeper's".to_owned() };
        let watch = Watch::begin(&places, connections);
        let mut lab = Self { stores, places, shop: Shop::default(), admin, home: Home::new(), watch, connections, opened };
        lab.run(&["migrate"], "");
        lab.run(&["account", &lab.admin.email.clone(), "--role", "admin", "--password-stdin"], &lab.admin.password.clone());
        let mut server = lab.serve(&[]);
        lab.stock_up(&server).await;
        server.stop();
        lab
    }

    fn variables(&self) -> Vec<(String, String)> {
        let Places { relational, documents, hot, prefix } = &self.places;
        let all = [
            ("DATABASE_URL", relational.clone()),
            ("MONGODB_URL", documents.clone()),
            ("REDIS_URL", hot.clone()),
            ("POLYSTORE_REDIS_PREFIX", prefix.clone()),
            ("POLYSTORE_CONNECTIONS", self.connections.to_string()),
            ("POLYSTORE_LISTEN", "127.0.0.1:0".to_owned()),
            // copies of products, too: there is more that can be old
            ("POLYSTORE_ENTITY_CACHE", "on".to_owned()),
            // all of the load comes from one address
            ("POLYSTORE_RATE_LIMIT", "off".to_owned()),
            ("POLYSTORE_PLANS", crate::plans::plans().to_owned()),
            ("POLYSTORE_SECRET", "what the servers of this lab sign with".to_owned()),
        ];
        all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// A command of the program, to its end.
    pub fn run(&self, arguments: &[&str], input: &str) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_polystore"));
        command.env_clear().envs(self.variables()).args(arguments).current_dir(self.home.path());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "polystore {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Starts a server over this run's stores.
    pub fn serve(&self, arguments: &[&str]) -> Server {
        self.serve_with(arguments, &[])
    }

    /// The same with other values of some variables: a store behind a proxy.
    pub fn serve_with(&self, arguments: &[&str], other: &[(&str, &str)]) -> Server {
        let mut variables = self.variables();
        let port = crate::free_port();
        for (name, value) in [("POLYSTORE_LISTEN", &*format!("127.0.0.1:{port}"))].iter().chain(other) {
            variables.retain(|(known, _)| known != name);
            variables.push(((*name).to_owned(), (*value).to_owned()));
        }
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let mut server = Server { address: String::new(), run: None, variables, arguments };
        server.start(&self.home);
        server
    }

    pub fn start(&self, server: &mut Server) {
        server.start(&self.home);
    }

    /// Servers that run at once from now on: what the watch allows.
    pub fn expect_servers(&self, servers: i64) {
        self.watch.expect(servers);
    }

    async fn stock_up(&mut self, server: &Server) {
        let category =
            Category { id: CategoryId::from_uuid(uuid::Uuid::now_v7()), slug: "all".into(), name: "All".into(), parent_id: None };
        let engine = postgres::Postgres::connect(&self.places.relational, &Limits { connections: 1 }).await.unwrap();
        engine.categories_put(std::slice::from_ref(&category)).await.unwrap();
        drop(engine);
        let mut client = Client::new(&server.address);
        client.sign_in(&self.admin.email, &self.admin.password).await.unwrap();
        let stocks = SCARCE.iter().chain(&PLENTY).chain(&[1_000_000]).chain(&MARKERS).copied().collect::<Vec<_>>();
        let dial = SCARCE.len() + PLENTY.len();
        (self.shop.dial, self.shop.markers, self.shop.first_price) = (dial, (dial + 1..stocks.len()).collect(), 100);
        for (number, stock) in stocks.into_iter().enumerate() {
            let minor = if number > dial { 1 } else { 100 };
            let input = json!({
                "sku": format!("SKU-{number}"), "slug": format!("product-{number}"), "name": format!("Product {number}"),
                "price": { "amount": graph::decimal(minor), "currency": "EUR" }, "stock": stock, "categoryId": category.id.to_string(),
            });
            let data = client.data(graph::CREATE_PRODUCT, json!({ "input": input })).await.unwrap();
            let id = data["createProduct"]["product"]["id"].as_str().unwrap_or_else(|| panic!("no product: {data}"));
            self.shop.products.push((id.to_owned(), stock));
        }
    }

    /// Waits until everybody was told of everything; false if that takes too long.
    pub async fn drained(&self, patience: Duration) -> bool {
        use sqlx::Connection as _;
        let start = Instant::now();
        let mut connection = sqlx::postgres::PgConnection::connect(&self.places.relational).await.unwrap();
        while start.elapsed() < patience {
            let waiting: i64 = sqlx::query_scalar("SELECT count(*) FROM outbox WHERE NOT parked").fetch_one(&mut connection).await.unwrap();
            if waiting == 0 {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }

    /// What the stores hold now, and how they were treated until now.
    pub async fn content(&self) -> Content {
        let mut content = Content::read(&self.places).await;
        content.sessions = self.watch.end(&self.places).await;
        content
    }
}

impl Server {
    fn start(&mut self, home: &Home) {
        let variables: Vec<_> = self.variables.iter().map(|(name, value)| (&**name, &**value)).collect();
        let arguments: Vec<_> = self.arguments.iter().map(|argument| &**argument).collect();
        let mut run = home.start(&variables, &arguments);
        self.address = run.address();
        self.run = Some(run);
    }

    /// In the middle of whatever it does.
    pub fn kill(&mut self) {
        // dropping it kills it, and waits for its end
        self.run = None;
    }

    pub fn run(&self) -> &Running {
        self.run.as_ref().unwrap()
    }

    /// As a service manager stops it; gives its exit code and how long it took.
    pub fn stop(&mut self) -> (Option<i32>, Duration) {
        let Some(run) = self.run.take() else { return (None, Duration::ZERO) };
        let start = Instant::now();
        let ended = run.stop();
        assert!(!ended.err.contains("panicked"), "the server panicked: {}", ended.err);
        (ended.code, start.elapsed())
    }
}
