//! The audit log of the shop: which mutations are in it, and what it knows of who asked.

use super::{SHOPS, once::cases};
use crate::support::{
    mutations::{MUTATIONS, named},
    shop::{As, Shop, done},
    wiring::{block_on, operation},
};
use polystore::{
    actions::{self, Passwords},
    shop::{AccountRole, AuditEntry, AuditFilter, audit::Action},
};
use serde_json::{Value, json};

/// Mutations that change neither rights nor money nor the catalogue, and why they are none of these.
const NOT_AUDITED: [(&str, &str); 5] = [
    ("signIn", "writes no durable row: a session is hot"),
    ("signOut", "writes no durable row"),
    ("addComment", "everybody's right, and it stands there with its author"),
    ("setPreferences", "one's own settings"),
    ("recordView", "a count"),
];
/// What is done at the terminal alone.
const NO_MUTATIONS: [&str; 1] = ["setRole"];
const ADDRESS: &str = "2001:db8::42";

/// What this request left in the logs of both stores.
fn left(shop: &Shop, request: &str) -> Vec<AuditEntry> {
    let filter = AuditFilter::default();
    let mut all = block_on(async {
        let both = [shop.stores.relational.audit_page(&filter, 1_000).await, shop.stores.documents.audit_page(&filter, 1_000).await];
        both.into_iter().flat_map(Result::unwrap).collect::<Vec<_>>()
    });
    all.retain(|entry| entry.request.as_deref() == Some(request));
    all
}

/// The answer to a mutation that comes in this request.
fn sent(shop: &Shop, who: As, mutation: &str, input: &Value, request: &str) -> Value {
    let mut asked = operation(&named(mutation).document(), json!({ "input": input }));
    asked.request_id = Some(request.to_owned());
    asked.address = Some(ADDRESS.parse().unwrap());
    serde_json::from_str(&shop.send(who, asked)).unwrap()
}

/// The texts in an input that are not ids: what people wrote.
fn words(input: &Value) -> Vec<String> {
    match input {
        Value::String(text) if !["product_", "order_", "article_", "category_"].iter().any(|prefix| text.starts_with(prefix)) => {
            vec![text.clone()]
        }
        Value::Array(items) => items.iter().flat_map(words).collect(),
        Value::Object(fields) => fields.values().flat_map(words).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn every_mutation_is_in_the_log_or_on_the_list_of_those_that_are_not() {
    let mut known: Vec<&str> = Action::ALL.iter().map(|action| action.code()).filter(|code| !NO_MUTATIONS.contains(code)).collect();
    known.extend(NOT_AUDITED.map(|(name, _)| name));
    let mut all = MUTATIONS.map(|mutation| mutation.name).to_vec();
    known.sort_unstable();
    all.sort_unstable();
    assert_eq!(known, all);
}

#[test]
fn every_audited_mutation_leaves_one_entry_that_says_who_did_what_to_what_and_repeats_no_words() {
    for shop in &*SHOPS {
        let mut seen = 0;
        for case in cases(shop, "audit") {
            let request = format!("audited-{}", case.mutation);
            let answer = sent(shop, case.who, case.mutation, &case.input, &request);
            let payload = done(answer, case.mutation);
            let left = left(shop, &request);
            if NOT_AUDITED.iter().any(|(name, _)| *name == case.mutation) {
                assert_eq!(left, [], "{} on {}", case.mutation, shop.name);
                continue;
            }
            let [entry] = &left[..] else { panic!("{} on {}: {left:?}", case.mutation, shop.name) };
            assert_eq!(entry.action, case.mutation);
            assert_eq!(entry.client, Some(ADDRESS.parse().unwrap()));
            let (actor, role) = match case.who {
                As::Visitor => (None, None),
                As::Editor => (Some(shop.person(As::Editor).id.clone()), Some(AccountRole::Editor)),
                As::Admin => (Some(shop.person(As::Admin).id.clone()), Some(AccountRole::Admin)),
                other => (Some(shop.person(other).id.clone()), Some(AccountRole::Customer)),
            };
            assert_eq!((entry.actor.map(|id| id.to_string()), entry.role), (actor, role), "{}", case.mutation);
            let changed = ["customer", "product", "order", "article"].iter().find_map(|name| payload[name]["id"].as_str());
            assert_eq!(Some(entry.subject.as_str()), changed, "{}", case.mutation);
            let told = format!("{} {}", entry.subject, entry.details);
            for word in words(&case.input) {
                // a name of one letter, or a number, may be anywhere
                assert!(word.len() < 4 || word == "EUR" || !told.contains(&word), "{}: {word:?} in {told}", case.mutation);
            }
            seen += 1;
        }
        assert!(seen >= 13, "{seen} on {}", shop.name);
    }
}

#[test]
fn what_is_not_allowed_or_not_possible_leaves_no_entry() {
    for shop in &*SHOPS {
        let product = shop.product("untouched", "1.00", 3);
        let order = shop.order(As::Ada, &product, 1);
        let attempts = [
            (As::Visitor, "adjustStock", json!({ "productId": product, "delta": 5 })),
            (As::Editor, "adjustStock", json!({ "productId": product, "delta": 5 })),
            (As::Admin, "adjustStock", json!({ "productId": product, "delta": -5 })),
            (As::Ben, "placeOrder", json!({ "items": [{ "productId": product, "quantity": 9 }] })),
            (As::Ben, "cancelOrder", json!({ "orderId": order })),
            (As::Ada, "shipOrder", json!({ "orderId": order })),
            (As::Admin, "shipOrder", json!({ "orderId": order })),
            (As::Ada, "createArticle", json!({ "title": "Not mine to write" })),
            (As::Visitor, "signUp", json!({ "email": "ada@example.com", "name": "Ada", "password": "another long password" })),
        ];
        for (n, (who, mutation, input)) in attempts.into_iter().enumerate() {
            let request = format!("refused-{n}");
            let answer = sent(shop, who, mutation, &input, &request);
            let refused = answer.get("errors").is_some() || answer["data"][mutation]["userErrors"] != json!([]);
            assert!(refused, "{mutation} as {who:?}: {answer}");
            assert_eq!(left(shop, &request), [], "{mutation} as {who:?} on {}", shop.name);
        }
    }
}

#[test]
fn a_role_that_is_given_at_the_terminal_is_in_the_log_without_an_actor() {
    for shop in &*SHOPS {
        let make = |role, password: Option<&str>| {
            let password = password.map(str::to_owned);
            block_on(actions::set_role(&*shop.stores.relational, &Passwords::default(), "rosa@example.com", role, password)).unwrap()
        };
        let customer = make(AccountRole::Editor, Some("the password of Rosa"));
        make(AccountRole::Customer, None);
        let filter = AuditFilter { subject: Some(customer.id.to_string()), ..AuditFilter::default() };
        let entries = block_on(shop.stores.relational.audit_page(&filter, 10)).unwrap();
        let told: Vec<_> = entries.iter().map(|entry| (entry.actor, entry.role, entry.action.as_str(), entry.details.clone())).collect();
        let of = |role: &str, password: bool| (None, None, "setRole", json!({ "role": role, "password": password }));
        assert_eq!(told, [of("CUSTOMER", false), of("EDITOR", true)], "{}", shop.name);
    }
}
