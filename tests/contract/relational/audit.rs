//! The audit log beside relational changes.

use super::inside::{Inside, Tables, key, new_order, shop};
use crate::{contract, support::sample};
use libtest_mimic::Trial;
use polystore::{
    error::{Engine, Kind},
    shop::{
        AuditEntry, AuditFilter, NewAccount, OrderMove, OrderStatus, ProductChange, ProductId, ProfileChange, Provenance, StockChange,
        Written,
    },
};
use serde_json::{Value, json};
use sqlx::Row as _;
use std::sync::Arc;

pub fn trials() -> Vec<Trial> {
    contract!(super::ENGINES, "audit", shop;
        every_change_leaves_its_entry_with_what_came_of_it,
        what_is_refused_leaves_no_entry,
        what_changes_nothing_leaves_no_entry,
        a_request_sent_again_leaves_one_entry,
        a_request_sent_many_times_at_once_leaves_one_entry,
        an_entry_that_cannot_be_written_undoes_its_change,
        a_change_that_fails_takes_its_entry_along,
        a_change_that_nobody_asked_for_leaves_none,
        entries_can_be_neither_changed_nor_taken_away,
        a_page_is_newest_first_and_goes_on_behind_an_entry,
        entries_are_found_by_time_action_and_subject,
        what_the_log_does_not_know_is_not_there,
        a_page_of_a_hundred_thousand_entries_reads_about_what_it_gives,
    )
}

/// Everything in the log, newest first.
async fn log(shop: &Inside) -> Vec<AuditEntry> {
    shop.store.audit_page(&AuditFilter::default(), 1_000).await.unwrap()
}

fn by(audit: &AuditEntry) -> Provenance<'_> {
    Provenance::new(None, audit)
}

fn stock(n: u128, delta: i64) -> StockChange {
    StockChange { product_id: sample::id(n), delta, at: sample::at(50) }
}

fn renamed(email: &str) -> ProfileChange {
    ProfileChange { name: Some("Zoë".into()), email: Some(email.into()) }
}

fn step(n: u128, to: OrderStatus) -> OrderMove {
    OrderMove { id: sample::id(n), owner: None, to, at: sample::at(60) }
}

async fn every_change_leaves_its_entry_with_what_came_of_it(shop: Inside) {
    let store = &shop.store;
    let about = |n, action: &str| sample::audit(n, action, format!("subject_{n}"));
    let (make, change, count) = (about(1, "createProduct"), about(2, "updateProduct"), about(3, "adjustStock"));
    store.product_create(&sample::product(9, 1), by(&make)).await.unwrap();
    let dearer = ProductChange { price: Some(sample::eur(250)), ..ProductChange::default() };
    store.product_change(sample::id(9), Some(1), &dearer, sample::at(50), by(&change)).await.unwrap();
    store.stock_change(&stock(9, -4), by(&count)).await.unwrap();
    let (sign_up, profile, role) = (about(4, "signUp"), about(5, "updateProfile"), about(6, "setRole"));
    store.account_create(&sample::account(9), by(&sign_up)).await.unwrap();
    store.customer_change(sample::id(9), &renamed("zoe@example.com"), sample::at(50), by(&profile)).await.unwrap();
    assert!(store.account_put(&sample::account(9).account, by(&role)).await.unwrap());
    let (place, pay) = (about(7, "placeOrder"), about(8, "payOrder"));
    let keys = [key("place"), key("pay")];
    store.order_place(&new_order(1, 1, &[(1, 2), (3, 1)]), Provenance::new(Some(&keys[0]), &place)).await.unwrap();
    store.order_move(&step(1, OrderStatus::Paid), Provenance::new(Some(&keys[1]), &pay)).await.unwrap();

    let product = |stock, version, minor: i64| json!({ "stock": stock, "version": version, "priceMinor": minor, "currency": "EUR" });
    let expected = [
        (pay, json!({ "status": "PAID", "version": 2, "totalMinor": 500, "currency": "EUR" })),
        (place, json!({ "status": "PLACED", "pieces": 3, "totalMinor": 500, "currency": "EUR" })),
        (role, json!({})),
        (profile, json!({})),
        (sign_up, json!({})),
        (count, product(6, 3, 250)),
        (change, product(10, 2, 250)),
        (make, product(10, 1, 900)),
    ];
    assert_eq!(log(&shop).await, expected.map(|(asked, outcome)| asked.with(outcome)));
}

async fn what_is_refused_leaves_no_entry(shop: Inside) {
    let (store, entry) = (&shop.store, sample::audit(1, "anything", "subject"));
    let refusals = [
        format!("{:?}", store.product_create(&sample::product(9, 99), by(&entry)).await),
        format!("{:?}", store.product_change(sample::id(1), Some(7), &ProductChange::default(), sample::at(1), by(&entry)).await),
        format!("{:?}", store.stock_change(&stock(1, -11), by(&entry)).await),
        format!("{:?}", store.customer_change(sample::id(1), &renamed(&sample::customer(2).email), sample::at(1), by(&entry)).await),
        format!("{:?}", store.order_place(&new_order(1, 1, &[(1, 11)]), Provenance::new(Some(&key("a")), &entry)).await),
        format!("{:?}", store.order_move(&step(1, OrderStatus::Paid), Provenance::new(Some(&key("b")), &entry)).await),
    ];
    for refusal in refusals {
        assert!(refusal.starts_with("Ok(Refused("), "{refusal}");
    }
    let taken = NewAccount {
        customer: polystore::shop::Customer { email: sample::customer(1).email, ..sample::customer(9) },
        ..sample::account(9)
    };
    assert!(matches!(store.account_create(&taken, by(&entry)).await.unwrap(), Written::Refused(_)));
    assert!(!store.account_put(&sample::account(9).account, by(&entry)).await.unwrap(), "there is no such customer");
    assert_eq!(log(&shop).await, []);
}

async fn what_changes_nothing_leaves_no_entry(shop: Inside) {
    let same = ProfileChange { name: Some(sample::customer(1).name), email: None };
    let written =
        shop.store.customer_change(sample::id(1), &same, sample::at(1), by(&sample::audit(1, "updateProfile", "x"))).await.unwrap();
    assert_eq!(written, Written::Done(sample::customer(1)));
    assert_eq!(log(&shop).await, []);
}

async fn a_request_sent_again_leaves_one_entry(shop: Inside) {
    let once = sample::once("k", 1);
    for n in 1..=3 {
        // each time with an entry of its own, as the program sends it
        let entry = sample::audit(n, "adjustStock", "product");
        let written = shop.store.stock_change(&stock(1, 2), Provenance::new(Some(&once), &entry)).await.unwrap();
        assert_eq!(matches!(written, Written::Done(_)), n == 1, "{written:?}");
    }
    let other = Provenance { once: Some(&sample::once("k", 2)), audit: Some(&sample::audit(4, "adjustStock", "product")) };
    assert_eq!(shop.store.stock_change(&stock(1, 3), other).await.unwrap(), Written::KeyReused);
    assert_eq!(log(&shop).await.iter().map(|entry| entry.request.as_deref()).collect::<Vec<_>>(), [Some("request-1")]);
}

async fn a_request_sent_many_times_at_once_leaves_one_entry(shop: Inside) {
    let once = key("place");
    let send = |n: u128| {
        let (store, once) = (Arc::clone(&shop.store), once.clone());
        async move {
            let entry = sample::audit(n, "placeOrder", "order");
            store.order_place(&new_order(n, 1, &[(1, 1)]), Provenance::new(Some(&once), &entry)).await.unwrap()
        }
    };
    let written = futures::future::join_all((1..=8).map(send)).await;
    assert_eq!(written.iter().filter(|written| matches!(written, Written::Done(_))).count(), 1, "{written:?}");
    assert_eq!(log(&shop).await.len(), 1);
}

/// The entry and its change are one transaction: where one cannot be, the other is not.
async fn an_entry_that_cannot_be_written_undoes_its_change(shop: Inside) {
    let before = shop.everything().await;
    let bad = AuditEntry { subject: String::new(), ..sample::audit(1, "adjustStock", "") };
    for once in [None, Some(key("k"))] {
        let error = shop.store.stock_change(&stock(1, 1), Provenance { once: once.as_ref(), audit: Some(&bad) }).await.unwrap_err();
        assert_eq!(error.kind, Kind::Conflict, "{error:?}");
        let error = shop.store.account_put(&sample::account(1).account, Provenance { once: once.as_ref(), audit: Some(&bad) }).await;
        assert_eq!(error.unwrap_err().kind, Kind::Conflict);
    }
    assert_eq!(shop.everything().await, before);
    assert_eq!(shop.store.accounts_by_customers(&[sample::id(1)]).await.unwrap(), []);
    assert_eq!(log(&shop).await, []);
}

async fn a_change_that_fails_takes_its_entry_along(shop: Inside) {
    let entry = sample::audit(1, "createProduct", "product");
    assert!(shop.store.product_create(&sample::product(1, 1), by(&entry)).await.is_err(), "the id is taken");
    // a rule that holds at the very end
    let unknown = Provenance { once: Some(&key("k")), audit: Some(&entry) };
    assert!(shop.store.order_place(&new_order(1, 77, &[(1, 1)]), unknown).await.is_err(), "there is no such customer");
    assert_eq!(log(&shop).await, []);
}

async fn a_change_that_nobody_asked_for_leaves_none(shop: Inside) {
    shop.store.stock_change(&stock(1, 1), None.into()).await.unwrap();
    shop.store.order_place(&new_order(1, 1, &[(1, 1)]), (&key("a")).into()).await.unwrap();
    assert_eq!(log(&shop).await, []);
}

async fn entries_can_be_neither_changed_nor_taken_away(shop: Inside) {
    for n in 1..=2 {
        shop.store.stock_change(&stock(1, 1), by(&sample::audit(n, "adjustStock", "product"))).await.unwrap();
    }
    let before = log(&shop).await;
    let mut attempts =
        vec!["UPDATE audit SET action = 'x'", "UPDATE audit SET actor = NULL WHERE action = 'adjustStock'", "DELETE FROM audit"];
    if shop.store.engine() == Engine::Sqlite {
        attempts.push("REPLACE INTO audit SELECT id, at, NULL, NULL, 'x', subject, NULL, NULL, '{}' FROM audit");
        attempts.push("UPDATE OR REPLACE audit SET id = (SELECT max(id) FROM audit)");
    } else {
        attempts.push("TRUNCATE audit");
        attempts.push("INSERT INTO audit SELECT * FROM audit ON CONFLICT (id) DO UPDATE SET action = 'x'");
    }
    for attempt in attempts {
        let error = shop.run(attempt).await.expect_err(attempt);
        assert!(error.to_string().contains("append-only"), "{attempt}: {error}");
        assert_eq!(log(&shop).await, before, "{attempt}");
    }
    // nor by a change that brings an id along which is there
    let again = AuditEntry { actor: None, ..sample::audit(2, "adjustStock", "another") };
    assert_eq!(shop.store.stock_change(&stock(1, 1), by(&again)).await.unwrap_err().kind, Kind::Conflict);
    assert_eq!(log(&shop).await, before);
}

/// Entries number 1 to `n`, of two actions and three subjects in turn.
async fn filled(shop: &Inside, n: u128) -> Vec<AuditEntry> {
    // not in the order of their ids: entries commit as they come
    for n in (1..=n).rev() {
        let action = if n % 2 == 0 { "adjustStock" } else { "updateProduct" };
        let entry = sample::audit(n, action, sample::id::<ProductId>(1 + n % 3));
        shop.store.stock_change(&stock(1, 1), by(&entry)).await.unwrap();
    }
    log(shop).await
}

async fn a_page_is_newest_first_and_goes_on_behind_an_entry(shop: Inside) {
    let all = filled(&shop, 7).await;
    assert!(all.is_sorted_by(|a, b| a.id > b.id) && all.len() == 7, "{all:?}");
    let (mut walked, mut filter) = (Vec::new(), AuditFilter::default());
    loop {
        let page = shop.store.audit_page(&filter, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        assert!(page.len() <= 3);
        filter.before = Some(last.id);
        walked.extend(page);
    }
    assert_eq!(walked, all);
    assert_eq!(shop.store.audit_page(&AuditFilter::default(), 0).await.unwrap(), []);
}

async fn entries_are_found_by_time_action_and_subject(shop: Inside) {
    let all = filled(&shop, 12).await;
    let subject = sample::id::<ProductId>(2).to_string();
    for since in [None, Some(5), Some(12), Some(13)] {
        for action in [None, Some("adjustStock"), Some("signUp")] {
            for subject in [None, Some(subject.as_str()), Some("product_x"), Some("' OR 1=1 --")] {
                for before in [None, Some(9)] {
                    let filter = AuditFilter {
                        since: since.map(sample::at),
                        before: before.map(|n| sample::audit(n, "", "").id),
                        action: action.map(str::to_owned),
                        subject: subject.map(str::to_owned),
                    };
                    let fits = |entry: &&AuditEntry| {
                        filter.since.is_none_or(|since| entry.at >= since)
                            && filter.before.is_none_or(|before| entry.id < before)
                            && action.is_none_or(|action| entry.action == action)
                            && subject.is_none_or(|subject| entry.subject == subject)
                    };
                    let expected: Vec<_> = all.iter().filter(fits).cloned().collect();
                    assert_eq!(shop.store.audit_page(&filter, 100).await.unwrap(), expected, "{filter:?}");
                }
            }
        }
    }
}

async fn what_the_log_does_not_know_is_not_there(shop: Inside) {
    let bare = AuditEntry { actor: None, role: None, request: None, client: None, ..sample::audit(1, "signUp", "customer") };
    shop.store.stock_change(&stock(1, 1), by(&bare)).await.unwrap();
    let kept = log(&shop).await.pop().unwrap();
    assert_eq!(AuditEntry { details: Value::Null, ..kept }, AuditEntry { details: Value::Null, ..bare });
}

/// Entries in a filled log.
const ENTRIES: u32 = 100_000;

async fn fill(shop: &Inside) {
    let start = sample::at(0).millis();
    let postgres = format!(
        "INSERT INTO audit (id, at, action, subject, details)
        SELECT (lpad(to_hex({start} + n), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid, to_timestamp(({start} + n) / 1000.0),
            CASE WHEN n % 50000 = 7 THEN 'setRole' ELSE 'placeOrder' END, 'order_' || (n % 20000), '{{}}'
        FROM generate_series(1::bigint, {ENTRIES}) AS n;
        ANALYZE audit"
    );
    let sqlite = format!(
        "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {ENTRIES})
        INSERT INTO audit (id, at, action, subject, details)
        SELECT unhex(printf('%012x70008000%012x', {start} + n, n)), {start} + n,
            CASE WHEN n % 50000 = 7 THEN 'setRole' ELSE 'placeOrder' END, 'order_' || (n % 20000), '{{}}' FROM numbers"
    );
    shop.run(if matches!(shop.tables, Tables::Sqlite(_)) { &sqlite } else { &postgres }).await.unwrap();
}

/// The three statements, with what they are asked for in turn: nothing more, an action, a subject.
macro_rules! statements {
    ($engine:literal, $prefix:literal) => {
        [
            (concat!($prefix, include_str!(concat!("../../../src/engines/", $engine, "/sql/audit_page.sql"))), None),
            (concat!($prefix, include_str!(concat!("../../../src/engines/", $engine, "/sql/audit_page_by_action.sql"))), Some("setRole")),
            (concat!($prefix, include_str!(concat!("../../../src/engines/", $engine, "/sql/audit_page_by_subject.sql"))), Some("order_77")),
        ]
    };
}

/// Rows that a plan's scans looked at.
fn scanned(node: &Value) -> f64 {
    let number = |name: &str| node[name].as_f64().unwrap_or(0.0);
    let own = (number("Actual Rows") + number("Rows Removed by Filter")) * number("Actual Loops");
    own + node["Plans"].as_array().into_iter().flatten().map(scanned).sum::<f64>()
}

async fn a_page_of_a_hundred_thousand_entries_reads_about_what_it_gives(shop: Inside) {
    fill(&shop).await;
    let (first, end) = AuditFilter::default().ids();
    match &shop.tables {
        Tables::Postgres(pool) => {
            for (sql, value) in statements!("postgres", "EXPLAIN (ANALYZE, FORMAT JSON) ") {
                let mut query = sqlx::query_scalar::<_, Value>(sql).bind(first).bind(end).bind(50_i64);
                if let Some(value) = value {
                    query = query.bind(value);
                }
                if value == Some("order_77") {
                    query = query.bind(None::<&str>);
                }
                let plan = query.fetch_one(pool).await.unwrap();
                assert!(!plan.to_string().contains("Seq Scan") && scanned(&plan[0]["Plan"]) <= 300.0, "{value:?}: {plan:#}");
            }
        }
        Tables::Sqlite(pool) => {
            let steps = [
                "USING PRIMARY KEY (id>? AND id<?)",
                "USING INDEX audit_by_action (action=? AND id>?",
                "USING INDEX audit_by_subject (subject=? AND id>?",
            ];
            for ((sql, value), step) in statements!("sqlite", "EXPLAIN QUERY PLAN ").into_iter().zip(steps) {
                let plan: Vec<String> = sqlx::query(sql).fetch_all(pool).await.unwrap().iter().map(|row| row.get("detail")).collect();
                assert!(plan.len() == 1 && plan[0].contains(step), "{value:?}: {step:?} is not in {plan:#?}");
            }
        }
    }
    for (action, subject, given) in [(None, None, 50), (Some("setRole"), None, 2), (None, Some("order_77"), 5)] {
        let filter = AuditFilter { action: action.map(str::to_owned), subject: subject.map(str::to_owned), ..AuditFilter::default() };
        assert_eq!(shop.store.audit_page(&filter, 50).await.unwrap().len(), given, "{filter:?}");
    }
}
