//! What no mutation takes: each bad input is refused at its place, alike on all engines, and nothing is written.

mod documents;
mod front_door;
mod ids;
mod keys;
mod kept;
mod numbers;
mod patches;
mod run;
mod shapes;
mod texts;

use crate::support::shop::{As, PASSWORD, Shop, items};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// A shop, and what good inputs name in it.
struct World {
    shop: Shop,
    category: Value,
    product: Value,
    order: Value,
    article: Value,
}

static WORLDS: LazyLock<Vec<World>> = LazyLock::new(|| Shop::open_all().into_iter().map(World::new).collect());

/// What the answer to a bad input says.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Expected {
    /// An error with this code, and nothing was done.
    Error(&'static str),
    /// These refusals, by code and field.
    Refused(Vec<(&'static str, String)>),
}

/// The idempotency key of a request.
#[derive(Clone, Debug)]
enum Key {
    None,
    Argument(Value),
    Header(String),
}

/// A bad input.
#[derive(Clone, Debug)]
struct Row {
    /// What is bad about it.
    what: String,
    who: As,
    mutation: &'static str,
    input: Value,
    key: Key,
    expected: Expected,
}

impl Row {
    /// A row of a mutation whose good input has this value at this place.
    fn at(world: &World, mutation: &'static str, place: &str, value: Value, expected: Expected) -> Self {
        let (who, mut input) = world.good(mutation);
        put(&mut input, place, value.clone());
        let shown: String = value.to_string().chars().take(80).collect();
        Self { what: format!("{mutation}: {place} = {shown}"), who, mutation, input, key: Key::None, expected }
    }

    /// The same, refused as bad at this place.
    fn bad(world: &World, mutation: &'static str, place: &str, value: Value) -> Self {
        Self::at(world, mutation, place, value, refused("BAD_USER_INPUT", place))
    }
}

/// Refused with this code at this place alone.
fn refused(code: &'static str, field: &str) -> Expected {
    Expected::Refused(vec![(code, field.to_owned())])
}

/// Puts a value at a place such as `items.0.quantity`; what is missing on the way there is made.
fn put(input: &mut Value, place: &str, value: Value) {
    let (first, rest) = place.split_once('.').map_or((place, None), |(first, rest)| (first, Some(rest)));
    let slot = match first.parse::<usize>() {
        Ok(index) => {
            if !input.is_array() {
                *input = json!([]);
            }
            let list = input.as_array_mut().unwrap();
            while list.len() <= index {
                list.push(Value::Null);
            }
            &mut list[index]
        }
        Err(_) => &mut input[first],
    };
    match rest {
        None => *slot = value,
        Some(rest) => put(slot, rest, value),
    }
}

impl World {
    fn new(shop: Shop) -> Self {
        let (category, product) = (shop.category(), shop.product("plain", "10.00", 1_000));
        let order = shop.order(As::Ada, &product, 1);
        let article = shop.article("Plain");
        shop.done(As::Ada, "setPreferences", json!({ "patch": { "extra": { "a": 1 } } }));
        shop.done(As::Visitor, "signUp", json!({ "email": "zo\u{eb}@example.com", "name": "Zoë", "password": PASSWORD }));
        shop.drain();
        Self { shop, category, product, order, article }
    }

    /// An input that would be taken, and who may send it.
    fn good(&self, mutation: &str) -> (As, Value) {
        let Self { category, product, order, article, .. } = self;
        let price = json!({ "amount": "1.00", "currency": "EUR" });
        match mutation {
            "signUp" => (As::Visitor, json!({ "email": "new@example.com", "name": "New", "password": PASSWORD })),
            "signIn" => (As::Visitor, json!({ "email": "never-there@example.com", "password": PASSWORD })),
            "updateProfile" => (As::Ada, json!({ "name": "Changed" })),
            "createProduct" => {
                let input = json!({ "sku": "new", "slug": "new", "name": "New", "price": price, "categoryId": category, "stock": 1 });
                (As::Admin, input)
            }
            "updateProduct" => (As::Admin, json!({ "id": product, "name": "Changed" })),
            "adjustStock" => (As::Admin, json!({ "productId": product, "delta": 1 })),
            "placeOrder" => (As::Ada, items(&[(product, 1)])),
            "payOrder" | "cancelOrder" => (As::Ada, json!({ "orderId": order })),
            "shipOrder" => (As::Admin, json!({ "orderId": order })),
            "createArticle" => (As::Editor, json!({ "title": "New" })),
            "updateArticle" => (As::Editor, json!({ "id": article, "version": 2, "title": "Changed" })),
            "publishArticle" | "unpublishArticle" => (As::Editor, json!({ "id": article, "version": 2 })),
            "addComment" => (As::Ada, json!({ "articleId": article, "body": "New" })),
            "setPreferences" => (As::Ada, json!({ "patch": { "theme": "DARK" } })),
            "recordView" => (As::Visitor, json!({ "productId": product })),
            other => panic!("{other} takes no input"),
        }
    }

    /// Everything that a bad input might have changed.
    fn state(&self) -> Value {
        let query = "query($product: ID!, $order: ID!, $article: ID!, $ada: ID!) {
            customers { totalCount } products { totalCount } orders { totalCount } articles { totalCount }
            product(id: $product) { sku slug name description price { amount } stock version }
            order(id: $order) { status total { amount } balance { amount } }
            article(id: $article) { slug title status tags version comments { totalCount } revisions { totalCount } }
            customer(id: $ada) { name email preferences { theme locale currency interests extra } activity { totalCount } } }";
        let variables = json!({ "product": self.product, "order": self.order, "article": self.article,
            "ada": self.shop.person(As::Ada).id });
        let mut state = self.shop.data(As::Admin, query, variables);
        let waiting = crate::support::wiring::block_on(async {
            let stores = &self.shop.stores;
            [stores.relational.outbox_state().await.unwrap().waiting, stores.documents.outbox_state().await.unwrap().waiting]
        });
        state["waiting"] = json!(waiting);
        state
    }
}
