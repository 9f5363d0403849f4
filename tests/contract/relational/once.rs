use super::inside::{Inside, Tables, key, new_order, shop};
use crate::{contract, support::sample};
use futures::future::join_all;
use libtest_mimic::Trial;
use polystore::{
    error::Engine,
    shop::{Detail, Once, OrderMove, OrderRefusal, OrderStatus, OrderWithItems, Product, Written},
};
use std::time::{Duration, Instant};

pub fn trials() -> Vec<Trial> {
    let mut trials = contract!(super::ENGINES, "once", shop;
        the_same_request_under_the_same_key_is_answered_as_it_was_then,
        another_request_under_a_used_key_is_refused,
        two_scopes_may_use_the_same_key,
        a_refusal_is_not_kept_under_its_key,
        twenty_at_once_under_one_key_place_one_order,
        keys_and_scopes_of_any_text_are_kept_apart,
    );
    trials.extend(contract!(&[Engine::Postgres], "once", shop;
        a_key_that_another_transaction_holds_is_in_progress_within_half_a_second,
        a_key_whose_holder_gives_up_or_answers_meanwhile_is_not_in_progress,
    ));
    trials
}

fn placed(n: u128, lines: &[(u128, i64)]) -> OrderWithItems {
    sample::order(n, 1, lines)
}

async fn the_same_request_under_the_same_key_is_answered_as_it_was_then(inside: Inside) {
    let (new, once) = (new_order(1, 1, &[(1, 2), (3, 1)]), key("a"));
    let expected = placed(1, &[(1, 2), (3, 1)]);
    assert_eq!(inside.store.order_place(&new, (&once).into()).await.unwrap(), Written::Done(expected.clone()));
    // the order goes on its way, the products change: the answer stays
    let pay = OrderMove { id: new.id, owner: None, to: OrderStatus::Paid, at: sample::at(9) };
    inside.store.order_move(&pay, (&key("pay")).into()).await.unwrap();
    inside.store.products_put(&[Product { price: sample::eur(1), stock: 0, ..sample::product(1, 1) }]).await.unwrap();
    let before = inside.everything().await;
    for _ in 0..3 {
        assert_eq!(inside.store.order_place(&new, (&once).into()).await.unwrap(), Written::Replayed(expected.clone()));
    }
    assert_eq!(inside.everything().await, before);
}

async fn another_request_under_a_used_key_is_refused(inside: Inside) {
    let once = key("a");
    inside.store.order_place(&new_order(1, 1, &[(1, 1)]), (&once).into()).await.unwrap();
    let before = inside.everything().await;
    let other = Once { request: [1; 32], ..once };
    assert_eq!(inside.store.order_place(&new_order(2, 1, &[(1, 1)]), (&other).into()).await.unwrap(), Written::KeyReused);
    assert_eq!(inside.everything().await, before);
}

async fn two_scopes_may_use_the_same_key(inside: Inside) {
    for (n, scope) in [(1, "customer_1"), (2, "customer_2")] {
        let once = Once { scope: scope.into(), ..key("a") };
        let written = inside.store.order_place(&new_order(n, 1, &[(1, 1)]), (&once).into()).await.unwrap();
        assert_eq!(written, Written::Done(placed(n, &[(1, 1)])));
    }
}

async fn a_refusal_is_not_kept_under_its_key(inside: Inside) {
    let (new, once) = (new_order(1, 1, &[(1, 11)]), key("a"));
    let refused = Written::Refused(OrderRefusal::OutOfStock { line: 0, available: 10 });
    for _ in 0..2 {
        assert_eq!(inside.store.order_place(&new, (&once).into()).await.unwrap(), refused);
    }
    inside.store.products_put(&[Product { stock: 11, ..sample::product(1, 1) }]).await.unwrap();
    assert_eq!(inside.store.order_place(&new, (&once).into()).await.unwrap(), Written::Done(placed(1, &[(1, 11)])));
}

async fn twenty_at_once_under_one_key_place_one_order(inside: Inside) {
    for round in 1..=5_u128 {
        let (new, once) = (new_order(round, 1, &[(1, 1), (2, 1)]), key(round));
        let written = join_all((0..20).map(|_| inside.store.order_place(&new, (&once).into()))).await;
        let expected = placed(round, &[(1, 1), (2, 1)]);
        let mut done = 0;
        for written in written {
            match written.unwrap() {
                Written::Done(answer) => {
                    done += 1;
                    assert_eq!(answer, expected);
                }
                Written::Replayed(answer) => assert_eq!(answer, expected),
                Written::InProgress => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(done, 1);
        assert_eq!(inside.store.order_place(&new, (&once).into()).await.unwrap(), Written::Replayed(expected));
    }
    assert_eq!(inside.everything().await.3, [5, 5, 10, 5]);
    assert_eq!(inside.store.products_by_ids(&[sample::id(1)], Detail::Whole).await.unwrap()[0].stock, 5);
}

async fn keys_and_scopes_of_any_text_are_kept_apart(inside: Inside) {
    let longest = ["k".repeat(255), "s".repeat(254)];
    let texts = super::TEXTS.into_iter().map(|text| [text; 2]).chain([["ab", "c"], ["a", "bc"], ["A", "bc"], [&longest[0], &longest[1]]]);
    for (n, [key, scope]) in (1..).zip(texts) {
        let once = Once::new(scope, key, "trial", &serde_json::json!({}));
        let (new, expected) = (new_order(n, 1, &[(1 + n % 5, 1)]), placed(n, &[(1 + n % 5, 1)]));
        assert_eq!(inside.store.order_place(&new, (&once).into()).await.unwrap(), Written::Done(expected.clone()), "{key:?}");
        assert_eq!(inside.store.order_place(&new, (&once).into()).await.unwrap(), Written::Replayed(expected), "{key:?}");
    }
}

/// A transaction of another program that has the key and has not ended.
async fn holder(inside: &Inside, once: &Once) -> sqlx::Transaction<'static, sqlx::Postgres> {
    let Tables::Postgres(tables) = &inside.tables else { panic!("only on PostgreSQL") };
    let mut holder = tables.begin().await.unwrap();
    let claim = "INSERT INTO once (scope, key, request, answer) VALUES ($1, $2, $3, 'null')";
    sqlx::query(claim).bind(&once.scope).bind(&once.key).bind(once.request.as_slice()).execute(&mut *holder).await.unwrap();
    holder
}

async fn a_key_that_another_transaction_holds_is_in_progress_within_half_a_second(inside: Inside) {
    let (new, once) = (new_order(1, 1, &[(1, 1)]), key("a"));
    let before = inside.everything().await;
    let holder = holder(&inside, &once).await;
    let start = Instant::now();
    assert_eq!(inside.store.order_place(&new, (&once).into()).await.unwrap(), Written::InProgress);
    let waited = start.elapsed();
    assert!((Duration::from_millis(450)..Duration::from_millis(1_000)).contains(&waited), "{waited:?}");
    // whoever has another key does not wait
    let start = Instant::now();
    assert!(matches!(inside.store.order_place(&new_order(2, 1, &[(2, 1)]), (&key("b")).into()).await.unwrap(), Written::Done(_)));
    assert!(start.elapsed() < Duration::from_millis(300), "{:?}", start.elapsed());
    holder.rollback().await.unwrap();
    assert_eq!(inside.everything().await.3, [before.3[0] + 1, before.3[1] + 1, before.3[2] + 2, before.3[3] + 1]);
    assert_eq!(inside.store.order_place(&new, (&once).into()).await.unwrap(), Written::Done(placed(1, &[(1, 1)])));
}

async fn a_key_whose_holder_gives_up_or_answers_meanwhile_is_not_in_progress(inside: Inside) {
    let (new, once) = (new_order(1, 1, &[(1, 1)]), key("a"));
    let given_up = holder(&inside, &once).await;
    let (written, ()) = futures::join!(inside.store.order_place(&new, (&once).into()), async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        given_up.rollback().await.unwrap();
    });
    assert_eq!(written.unwrap(), Written::Done(placed(1, &[(1, 1)])));

    let (new, once) = (new_order(2, 1, &[(1, 1)]), key("b"));
    let mut answered = holder(&inside, &once).await;
    let answer = serde_json::to_value(placed(2, &[(5, 5)])).unwrap();
    sqlx::query("UPDATE once SET answer = $1 WHERE key = 'b'").bind(answer).execute(&mut *answered).await.unwrap();
    let (written, ()) = futures::join!(inside.store.order_place(&new, (&once).into()), async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        answered.commit().await.unwrap();
    });
    assert_eq!(written.unwrap(), Written::Replayed(placed(2, &[(5, 5)])));
}
