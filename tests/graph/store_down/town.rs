//! The shop that goes through the outages, and what is asked of it.

use super::{
    door::{self, Answer, Question, Tokens},
    names::sample,
    outage::{Lines, stores},
    page::Shown,
    questions::QUESTIONS,
};
use crate::support::{
    shop::{As, Shop},
    wiring::block_on,
};
use axum::Router;
use polystore::{
    graphql::{Graph, limits::Limits},
    http,
    shop::Viewer,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

pub struct Town {
    pub shop: Shop,
    pub lines: Lines,
    /// With the limits of a server.
    pub graph: Graph,
    pub door: Router,
    /// What questions are about, by the names of their variables.
    things: Value,
}

impl Town {
    /// A lamp that was bought, viewed and written about.
    pub fn new() -> Self {
        let (stores, lines) = block_on(stores());
        let shop = block_on(Shop::open("behind proxies", stores));
        let graph = crate::support::graph::graph(shop.stores.clone(), Limits::default(), Viewer::Visitor);
        let door = http::router(graph.clone(), Vec::new());
        let product = shop.product("lamp", "10.00", 50);
        let order = shop.order(As::Ada, &product, 2);
        let article = json!({ "title": "A lamp at night", "productIds": [product], "tags": ["lamps"] });
        let article = shop.done(As::Editor, "createArticle", article)["article"]["id"].clone();
        shop.done(As::Editor, "publishArticle", json!({ "id": article, "version": 1 }));
        shop.done(As::Ada, "addComment", json!({ "articleId": article, "body": "Bright." }));
        shop.done(As::Ada, "setPreferences", json!({ "patch": { "theme": "DARK" } }));
        shop.done(As::Visitor, "recordView", json!({ "productId": product }));
        let draft = shop.draft("A lamp unlit");
        shop.done(As::Editor, "updateArticle", json!({ "id": draft, "version": 1, "tags": ["lamps"] }));
        shop.flush_views();
        shop.drain();
        let things = json!({ "product": product, "order": order, "article": article, "draft": draft, "category": shop.category(),
            "customer": shop.person(As::Ada).id });
        Self { shop, lines, graph, door, things }
    }

    /// The question of a row of queries or subscriptions.
    pub fn question(&self, name: &str) -> Question {
        if name.ends_with(".graphql") {
            let (query, variables) = sample(name);
            return Question::new(query, variables);
        }
        let found = QUESTIONS.iter().find(|(known, _)| *known == name);
        let (_, query) = found.unwrap_or_else(|| panic!("there is no question for {name}"));
        Question::new(*query, self.things.clone())
    }

    /// What each person shows, with a fresh access token.
    pub fn tokens(&self) -> BTreeMap<As, Tokens> {
        let of = |who: As| {
            let tokens = Tokens { session: self.shop.person(who).token.clone(), access: String::new() };
            let answer = self.ask(&Question::new("{ accessToken }", Value::Null), &tokens, Shown::Session);
            let access = answer.body["data"]["accessToken"].as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned();
            (who, Tokens { access, ..tokens })
        };
        [As::Ada, As::Ben, As::Editor, As::Admin].into_iter().map(of).collect()
    }

    pub fn ask(&self, question: &Question, tokens: &Tokens, shown: Shown) -> Answer {
        block_on(door::ask(&self.door, question, tokens, shown))
    }

    /// The same, again if the answer says that this may help: a store that has just come back is late now and then.
    pub fn ask_as_clients_do(&self, question: &Question, tokens: &Tokens, shown: Shown) -> Answer {
        let mut answer = self.ask(question, tokens, shown);
        for _ in 0..10 {
            if answer.body["errors"][0]["extensions"]["retryable"] != true {
                break;
            }
            std::thread::sleep(Duration::from_millis(100));
            answer = self.ask(question, tokens, shown);
        }
        answer
    }
}

/// The person of a row; what anyone may ask is asked as Ada, too.
pub fn person(who: &str) -> As {
    match who {
        "anyone" | "visitor" | "customer" => As::Ada,
        "editor" => As::Editor,
        "administrator" => As::Admin,
        other => panic!("docs/store-down.md asks as {other:?}"),
    }
}
