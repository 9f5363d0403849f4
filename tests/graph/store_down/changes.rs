//! Mutations: each with things of its own, and a witness that tells whether anything was changed.

use super::{
    door::{Question, Tokens},
    page::{Row, Shown},
    town::{Town, person},
};
use crate::support::{
    mutations::named,
    shop::{As, PASSWORD, Shop, items, sign_in},
    wiring::block_on,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A change that is ready to be sent.
pub struct Change<'t> {
    pub row: &'t Row,
    pub shown: Shown,
    pub question: Question,
    pub tokens: Tokens,
    /// Whether the second of two is the same as the first.
    pub keyed: bool,
    witness: Option<(Question, Tokens)>,
    /// What the witness said before.
    before: Value,
}

/// What a mutation is sent with, and what shows whether it was done.
struct Made {
    input: Value,
    witness: Option<(As, &'static str, Value)>,
}

fn made(input: Value, who: As, query: &'static str, about: &Value) -> Made {
    Made { input, witness: Some((who, query, json!({ "about": about }))) }
}

const PRODUCT: &str = "query($about: ID!) { product(id: $about) { version stock name } }";
const PRODUCT_OF_SLUG: &str = "query($about: String!) { product(slug: $about) { name } }";
const VIEWS: &str = "query($about: ID!) { product(id: $about) { views } }";
const ORDER: &str = "query($about: ID!) { order(id: $about) { status balance { amount } } }";
const ARTICLE: &str = "query($about: ID!) { article(id: $about) { version status title comments { totalCount } } }";
const ARTICLE_OF_SLUG: &str = "query($about: String!) { article(slug: $about) { title } }";
const ME: &str = "{ me { id } }";
const MY_NAME: &str = "{ me { name } }";
const MY_SETTINGS: &str = "{ me { preferences { extra } } }";
const CUSTOMERS: &str = "{ customers(first: 1) { totalCount } }";

/// Makes what this mutation needs. `tag` is used once; `me` is who sends it.
fn make(shop: &Shop, mutation: &str, tag: &str, me: As) -> Made {
    let of_order = |paid: bool| {
        let order = shop.order(me, &shop.product(tag, "5.00", 10), 1);
        if paid {
            shop.done(me, "payOrder", json!({ "orderId": order }));
        }
        made(json!({ "orderId": order }), me, ORDER, &order)
    };
    match mutation {
        "signUp" => {
            let input = json!({ "email": format!("{tag}@example.com"), "name": "New", "password": PASSWORD });
            made(input, As::Admin, CUSTOMERS, &Value::Null)
        }
        // an e-mail may try ten times in a row, and the others sign in for signOut
        "signIn" => Made { input: json!({ "email": shop.person(As::Admin).email, "password": PASSWORD }), witness: None },
        "signOut" => Made { input: Value::Null, witness: Some((me, ME, Value::Null)) },
        "updateProfile" => made(json!({ "name": tag }), me, MY_NAME, &Value::Null),
        "setPreferences" => made(json!({ "patch": { "extra": { "tag": tag } } }), me, MY_SETTINGS, &Value::Null),
        "createProduct" => {
            let price = json!({ "amount": "1.00", "currency": "EUR" });
            let input = json!({ "sku": tag, "slug": tag, "name": tag, "price": price, "categoryId": shop.category() });
            made(input, As::Visitor, PRODUCT_OF_SLUG, &tag.into())
        }
        "updateProduct" | "adjustStock" | "placeOrder" => {
            let product = shop.product(tag, "5.00", 10);
            let input = match mutation {
                "updateProduct" => json!({ "id": product, "name": "Renamed" }),
                "adjustStock" => json!({ "productId": product, "delta": 1 }),
                _ => items(&[(&product, 2)]),
            };
            made(input, As::Visitor, PRODUCT, &product)
        }
        "payOrder" | "cancelOrder" => of_order(false),
        "shipOrder" => of_order(true),
        "createArticle" => made(json!({ "title": "Written", "slug": tag }), As::Editor, ARTICLE_OF_SLUG, &tag.into()),
        "updateArticle" | "publishArticle" => {
            let draft = shop.draft(tag);
            let title = if mutation == "updateArticle" { json!("Rewritten") } else { Value::Null };
            let mut input = json!({ "id": draft, "version": 1, "title": title });
            input.as_object_mut().unwrap().retain(|_, value| !value.is_null());
            made(input, As::Editor, ARTICLE, &draft)
        }
        "unpublishArticle" | "addComment" => {
            let article = shop.article(tag);
            let (comment, version) = (json!({ "articleId": article, "body": "Well." }), json!({ "id": article, "version": 2 }));
            made(if mutation == "addComment" { comment } else { version }, As::Editor, ARTICLE, &article)
        }
        "recordView" => {
            let product = shop.product(tag, "5.00", 10);
            made(json!({ "productId": product }), As::Visitor, VIEWS, &product)
        }
        other => panic!("nothing is made for {other}"),
    }
}

impl<'t> Change<'t> {
    /// Ready to be sent in one of its ways. Each way has a customer of its own, so that their witnesses do not see each other's changes.
    pub fn new(town: &Town, all_tokens: &BTreeMap<As, Tokens>, (row, shown): (&'t Row, Shown), tag: &str) -> Self {
        let mutation = row.name.strip_prefix("Mutation.").unwrap();
        let me = match (&*row.who, shown) {
            ("customer", Shown::SessionAndAccess) => As::Ben,
            _ => person(&row.who),
        };
        let tag = format!("{}-{tag}-{}", mutation.to_lowercase(), shown as u8);
        let Made { input, witness } = make(&town.shop, mutation, &tag, me);
        let mut tokens = all_tokens[&me].clone();
        if mutation == "signOut" {
            // not the one that all the others use
            tokens.session = block_on(sign_in(&town.shop.graph, &town.shop.person(me).email));
        }
        let known = named(mutation);
        let question = Question::new(known.document(), json!({ "input": input, "key": format!("key of {tag}") }));
        let witness = witness.map(|(who, query, about)| {
            let sees = match who {
                As::Visitor => Tokens::default(),
                who if who == me => tokens.clone(),
                who => all_tokens[&who].clone(),
            };
            (Question::new(query, about), sees)
        });
        let mut change = Self { row, shown, question, tokens, keyed: known.keyed, witness, before: Value::Null };
        change.before = change.seen(town);
        change
    }

    /// What the witness says now; null if there is none.
    fn seen(&self, town: &Town) -> Value {
        let Some((question, tokens)) = &self.witness else { return Value::Null };
        block_on(async { town.graph.views().flush(&*town.shop.stores.hot, &*town.shop.stores.documents).await.unwrap() });
        let shown = if tokens.session.is_empty() { Shown::Nothing } else { Shown::Session };
        let answer = town.ask_as_clients_do(question, tokens, shown);
        match answer.body.get("errors") {
            Some(errors) => errors[0]["extensions"]["code"].clone(),
            None => answer.body["data"].clone(),
        }
    }

    /// What is wrong when all stores are back: with what was refused or done, and with what becomes of it when it is sent again.
    pub fn afterwards(&self, town: &Town, done: bool) -> Result<(), String> {
        let seen = self.seen(town);
        if self.witness.is_some() && (seen != self.before) != done {
            return Err(format!("done: {done}; but it was {} and is {seen}", self.before));
        }
        if done && !self.keyed {
            return Ok(());
        }
        let shown = if self.shown == Shown::Nothing { Shown::Nothing } else { Shown::Session };
        let again = town.ask_as_clients_do(&self.question, &self.tokens, shown);
        let payload = again.body["data"].as_object().and_then(|data| data.values().next()).cloned().unwrap_or_default();
        if again.body.get("errors").is_some() || payload.is_null() || payload.get("userErrors").is_some_and(|told| *told != json!([])) {
            return Err(format!("sent again: {}", again.body));
        }
        let now = self.seen(town);
        match (done, &self.witness) {
            (true, _) if now != seen => Err(format!("done twice: it was {seen} and is {now}")),
            (false, Some(_)) if now == seen => Err("sent again and not done: the witness proves nothing".to_owned()),
            _ => Ok(()),
        }
    }
}
