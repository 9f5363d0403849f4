//! A shop that a test may change: stores of its own, some people with accounts, and ways to ask as one of them.

use super::{
    engines,
    mutations::named,
    wiring::{self, block_on, operation},
};
use polystore::{
    actions::{self, Passwords},
    error::Engine,
    graphql::{Graph, execute::Operation, limits::Limits},
    relay::Relay,
    seed::{Plan, Scale},
    shop::{AccountRole, Viewer},
    stores::Stores,
};
use serde_json::{Value, json};
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// Everybody's.
pub const PASSWORD: &str = "correct horse battery";

/// Somebody with an account and a session.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: String,
    pub email: String,
    pub token: String,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum As {
    /// Nobody we know.
    Visitor,
    /// Nobody we know, where everybody may read everything.
    Reader,
    /// A customer.
    Ada,
    /// Another customer.
    Ben,
    Editor,
    Admin,
}

impl As {
    pub const ALL: [Self; 6] = [Self::Visitor, Self::Reader, Self::Ada, Self::Ben, Self::Editor, Self::Admin];
}

pub struct Shop {
    pub name: &'static str,
    pub stores: Stores,
    pub graph: Graph,
    /// The same stores for [`As::Reader`].
    pub demo: Graph,
    ada: Person,
    ben: Person,
    editor: Person,
    admin: Person,
    /// One relay at a time: what another one has claimed is not told when ours is done.
    relay: Mutex<()>,
}

impl Shop {
    /// One on the embedded engines, and one on PostgreSQL, MongoDB and Redis where they are at hand.
    pub fn open_all() -> Vec<Self> {
        let wirings = [Some(("embedded", wiring::EMBEDDED)), wiring::real_engines().map(|engines| ("real", engines))];
        block_on(async {
            let mut shops = Vec::new();
            for (name, engines) in wirings.into_iter().flatten() {
                shops.push(Self::on_engines(name, engines).await);
            }
            shops
        })
    }

    /// On fresh stores of these engines.
    pub async fn on_engines(name: &'static str, [relational, documents, hot]: [Engine; 3]) -> Self {
        let (relational, documents, hot) = tokio::join!(engines::relational(relational), engines::documents(documents), engines::hot(hot));
        Self::open(name, Stores::layered(relational, documents, hot, None)).await
    }

    /// Over these stores, which are fresh: with a little data, and four people.
    pub async fn open(name: &'static str, stores: Stores) -> Self {
        let plan = Plan { scale: Scale::new(0.01).unwrap(), seed: 1 };
        wiring::fill(&stores, &plan).await;
        let limits = Limits { time: Duration::from_secs(60), ..Limits::default() };
        let graph = super::graph::graph(stores.clone(), limits, Viewer::Visitor);
        let demo = super::graph::graph(stores.clone(), limits, Viewer::Reader);
        let passwords = Passwords::default();
        let person = async |name: &str, role| {
            let email = format!("{name}@example.com");
            let password = Some(PASSWORD.to_owned());
            let customer = actions::set_role(&*stores.relational, &passwords, &email, role, password).await.unwrap();
            let token = sign_in(&graph, &email).await;
            Person { id: customer.id.to_string(), email, token }
        };
        let ada = person("ada", AccountRole::Customer).await;
        let ben = person("ben", AccountRole::Customer).await;
        let editor = person("edith", AccountRole::Editor).await;
        let admin = person("adam", AccountRole::Admin).await;
        Self { name, stores, graph, demo, ada, ben, editor, admin, relay: Mutex::default() }
    }

    /// The person behind the role.
    pub fn person(&self, who: As) -> &Person {
        match who {
            As::Ada => &self.ada,
            As::Ben => &self.ben,
            As::Editor => &self.editor,
            As::Admin => &self.admin,
            As::Visitor | As::Reader => panic!("{who:?} has no account"),
        }
    }

    /// The body of the answer to an operation as it is, but for the token.
    pub fn send(&self, who: As, mut asked: Operation) -> String {
        asked.token = match who {
            As::Visitor | As::Reader => None,
            _ => Some(self.person(who).token.clone()),
        };
        let graph = if who == As::Reader { &self.demo } else { &self.graph };
        let body = block_on(async { graph.execute(asked).await.body("test") });
        String::from_utf8(body).unwrap()
    }

    /// The whole answer.
    pub fn answer(&self, who: As, query: &str, variables: Value) -> Value {
        serde_json::from_str(&self.send(who, operation(query, variables))).unwrap()
    }

    /// `data` of an answer that must have no errors.
    pub fn data(&self, who: As, query: &str, variables: Value) -> Value {
        let mut answer = self.answer(who, query, variables);
        assert_eq!(answer.get("errors"), None, "{query} as {who:?} on {}", self.name);
        answer["data"].take()
    }

    /// The whole answer to a mutation, without a key.
    pub fn change(&self, who: As, mutation: &str, input: Value) -> Value {
        self.answer(who, &named(mutation).document(), json!({ "input": input }))
    }

    /// The payload of a mutation that must be done.
    pub fn done(&self, who: As, mutation: &str, input: Value) -> Value {
        done(self.change(who, mutation, input), mutation)
    }

    /// The only refusal of a mutation: code and field.
    pub fn refused(&self, who: As, mutation: &str, input: Value) -> (String, String) {
        let answer = self.change(who, mutation, input);
        let refusals = refusals(&answer);
        assert_eq!(refusals.len(), 1, "{mutation} on {}: {answer}", self.name);
        refusals.into_iter().next().unwrap()
    }

    /// The code of the only error of a mutation, whose payload must be null.
    pub fn failed(&self, who: As, mutation: &str, input: Value) -> String {
        let answer = self.change(who, mutation, input);
        assert_eq!(answer["data"], json!({ mutation: null }), "{answer}");
        only_code(&answer)
    }

    /// Lets the relay tell everything.
    pub fn drain(&self) {
        let _alone = self.relay.lock().unwrap_or_else(PoisonError::into_inner);
        block_on(async { Relay::new(self.stores.clone()).drain().await.unwrap() });
    }

    /// Tells the stores which views were counted.
    pub fn flush_views(&self) {
        for graph in [&self.graph, &self.demo] {
            block_on(async { graph.views().flush(&*self.stores.hot, &*self.stores.documents).await.unwrap() });
        }
    }

    /// The id of a category of the seed.
    pub fn category(&self) -> Value {
        self.data(As::Visitor, "{ categories { id } }", json!({}))["categories"][0]["id"].clone()
    }

    /// A new product of a test's own, by a name that is used once.
    pub fn product(&self, name: &str, price: &str, stock: i32) -> Value {
        let input = json!({ "sku": name, "slug": name, "name": name, "price": { "amount": price, "currency": "EUR" }, "stock": stock,
            "categoryId": self.category() });
        self.done(As::Admin, "createProduct", input)["product"]["id"].clone()
    }

    /// How many pieces of it are at hand.
    pub fn stock(&self, product: &Value) -> i64 {
        self.data(As::Visitor, "query($id: ID!) { product(id: $id) { stock } }", json!({ "id": product }))["product"]["stock"]
            .as_i64()
            .unwrap()
    }

    /// A new order of one product.
    pub fn order(&self, who: As, product: &Value, quantity: i32) -> Value {
        self.done(who, "placeOrder", items(&[(product, quantity)]))["order"]["id"].clone()
    }

    /// A new article that readers see.
    pub fn article(&self, title: &str) -> Value {
        let id = self.draft(title);
        self.done(As::Editor, "publishArticle", json!({ "id": id, "version": 1 }));
        id
    }

    /// A new draft of the editor's.
    pub fn draft(&self, title: &str) -> Value {
        self.done(As::Editor, "createArticle", json!({ "title": title }))["article"]["id"].clone()
    }
}

/// An input of `placeOrder`.
pub fn items(lines: &[(&Value, i32)]) -> Value {
    json!({ "items": lines.iter().map(|(id, quantity)| json!({ "productId": id, "quantity": quantity })).collect::<Vec<_>>() })
}

/// The payload of an answer without errors and refusals.
pub fn done(mut answer: Value, mutation: &str) -> Value {
    assert_eq!(answer.get("errors"), None, "{mutation}: {answer}");
    let payload = answer["data"][mutation].take();
    assert!(payload.get("userErrors").is_none_or(|refusals| *refusals == json!([])), "{mutation}: {payload}");
    payload
}

/// Codes and fields of the refusals in the payload of the only mutation of an answer.
pub fn refusals(answer: &Value) -> Vec<(String, String)> {
    assert_eq!(answer.get("errors"), None, "{answer}");
    let payload = answer["data"].as_object().unwrap().values().next().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let refusals = payload["userErrors"].as_array().unwrap_or_else(|| panic!("{answer}"));
    refusals.iter().map(|refusal| (text(&refusal["code"]), text(&refusal["field"]))).collect()
}

/// The code of the only error.
pub fn only_code(answer: &Value) -> String {
    let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("no errors: {answer}"));
    assert_eq!(errors.len(), 1, "{answer}");
    errors[0]["extensions"]["code"].as_str().unwrap().to_owned()
}

/// A new session's token.
pub async fn sign_in(graph: &Graph, email: &str) -> String {
    let asked = operation(&named("signIn").document(), json!({ "input": { "email": email, "password": PASSWORD } }));
    let body = graph.execute(asked).await.body("test");
    let answer: Value = serde_json::from_slice(&body).unwrap();
    answer["data"]["signIn"]["session"]["token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}
