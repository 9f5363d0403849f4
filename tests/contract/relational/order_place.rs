use super::{
    Store,
    inside::{Inside, key, new_order, shop},
};
use crate::{contract, support::sample};
use futures::future::join_all;
use libtest_mimic::Trial;
use polystore::{
    engines::{Limits, postgres::Postgres},
    error::{Engine, Kind},
    roles::Orders as _,
    shop::{Detail, Event, Fact, NewOrder, Once, OrderRefusal, OrderWithItems, Product, StockLevel, Written, money::MAX_AMOUNT},
};
use std::{sync::Arc, time::Duration};

pub fn trials() -> Vec<Trial> {
    let mut trials = contract!(super::ENGINES, "order_place", shop;
        an_order_gets_todays_prices_and_takes_its_pieces_from_the_stock,
        a_refused_order_leaves_nothing_behind_and_its_key_may_be_tried_again,
        an_order_that_nobody_may_ask_for_is_a_conflict_and_leaves_nothing_behind,
        fifty_clients_on_three_hot_products_sell_exactly_what_there_is,
        orders_with_crossed_products_never_lock_each_other_out,
        a_client_who_goes_away_leaves_a_whole_order_or_none,
        a_hundred_lines_are_one_order,
    );
    trials.extend(contract!(&[Engine::Postgres], "order_place", shop;
        a_transaction_that_the_store_calls_off_is_tried_three_times,
        a_product_that_somebody_holds_is_waited_for_no_longer_than_half_a_second,
    ));
    trials
}

async fn stock(inside: &Inside, n: u128) -> (i64, i64) {
    let product = inside.store.products_by_ids(&[sample::id(n)], Detail::Whole).await.unwrap().remove(0);
    (product.stock, product.version)
}

async fn an_order_gets_todays_prices_and_takes_its_pieces_from_the_stock(inside: Inside) {
    // today product 2 costs 9.99
    inside.store.products_put(&[Product { price: sample::eur(999), version: 4, ..sample::product(2, 1) }]).await.unwrap();
    let new = new_order(7, 2, &[(5, 2), (2, 10)]);
    let mut expected = sample::order(7, 2, &[(5, 2), (2, 10)]);
    expected.items[1].unit_price = sample::eur(999);
    expected.order.total = sample::eur(2 * 500 + 10 * 999);
    let written = inside.store.order_place(&new, (&key("a")).into()).await.unwrap();
    assert_eq!(written, Written::Done(expected.clone()));

    let (orders, items, _, counts) = inside.everything().await;
    assert_eq!((orders, items), (vec![expected.order.clone()], expected.items.clone()));
    assert_eq!(counts, [1, 1, 2, 1], "keys, events, entries, orders");
    assert_eq!((stock(&inside, 5).await, stock(&inside, 2).await, stock(&inside, 1).await), ((8, 2), (0, 5), (10, 1)));
    assert_eq!(inside.ledger().await[&7], ["RECEIVABLE 10990 EUR", "SALES -10990 EUR"]);
    assert_eq!(inside.store.order_balances(&[new.id]).await.unwrap(), [(new.id, sample::eur(10_990))]);

    let level = |n, stock, version| StockLevel { product_id: sample::id(n), stock, version };
    let fact = Event::order_placed(&expected, vec![level(2, 0, 5), level(5, 8, 2)]).fact;
    let told: Vec<Fact> = inside.facts().await.into_iter().map(|fact| serde_json::from_value(fact).unwrap()).collect();
    assert_eq!(told, [fact]);
    assert_eq!(inside.texts("SELECT aggregate FROM outbox").await, [new.id.to_string()]);
    assert_eq!(inside.numbers("SELECT sequence FROM outbox").await, [1]);
}

async fn a_refused_order_leaves_nothing_behind_and_its_key_may_be_tried_again(inside: Inside) {
    let dear = Product { price: sample::eur(MAX_AMOUNT), stock: 50, ..sample::product(4, 1) };
    inside.store.products_put(&[Product { stock: 0, ..sample::product(3, 1) }, dear]).await.unwrap();
    let before = inside.everything().await;
    for (lines, refusal) in [
        (&[(1, 2), (9, 1)][..], OrderRefusal::UnknownProduct(1)),
        (&[(1, 10), (2, 11)], OrderRefusal::OutOfStock { line: 1, available: 10 }),
        (&[(3, 1)], OrderRefusal::OutOfStock { line: 0, available: 0 }),
        (&[(4, 1), (1, 1)], OrderRefusal::TooLarge),
        (&[(4, 50)], OrderRefusal::TooLarge),
    ] {
        let written = inside.store.order_place(&new_order(1, 1, lines), (&key("a")).into()).await.unwrap();
        assert_eq!(written, Written::Refused(refusal), "{lines:?}");
        assert_eq!(inside.everything().await, before, "{lines:?}");
    }
    let written = inside.store.order_place(&new_order(1, 1, &[(1, 10), (2, 10)]), (&key("a")).into()).await.unwrap();
    assert_eq!(written, Written::Done(sample::order(1, 1, &[(1, 10), (2, 10)])));
}

async fn an_order_that_nobody_may_ask_for_is_a_conflict_and_leaves_nothing_behind(inside: Inside) {
    inside.store.order_place(&new_order(1, 1, &[(1, 1)]), (&key("first")).into()).await.unwrap();
    let before = inside.everything().await;
    for (what, new) in [
        ("an unknown customer", new_order(2, 9, &[(1, 1)])),
        ("a taken id", new_order(1, 1, &[(2, 1)])),
        ("no lines", new_order(2, 1, &[])),
        ("no pieces", new_order(2, 1, &[(1, 1), (2, 0)])),
        ("pieces below zero", new_order(2, 1, &[(1, -1)])),
        ("more pieces than a line holds", new_order(2, 1, &[(1, i64::MAX)])),
    ] {
        let error = inside.store.order_place(&new, (&key("second")).into()).await.expect_err(what);
        assert_eq!(error.kind, Kind::Conflict, "{what}: {error:?}");
        assert_eq!(inside.everything().await, before, "{what}");
    }
}

/// What a client does who is told to come back: the same request under the same key.
async fn resent(store: &Store, new: &NewOrder, once: &Once) -> Written<OrderWithItems, OrderRefusal> {
    for _ in 0..5 {
        match store.order_place(new, once.into()).await {
            Err(error) if error.kind == Kind::Unavailable => {}
            Ok(Written::InProgress) => {}
            written => return written.unwrap(),
        }
    }
    panic!("the store was not available five times in a row");
}

async fn fifty_clients_on_three_hot_products_sell_exactly_what_there_is(inside: Inside) {
    const STOCK: i64 = 100;
    let hot: Vec<_> = (1..=3).map(|n| Product { stock: STOCK, ..sample::product(n, 1) }).collect();
    inside.store.products_put(&hot).await.unwrap();
    let client = |client: u128| {
        let store = inside.store.clone();
        async move {
            let mut sold = [0_i64; 3];
            for n in 0..8_u128 {
                // two or three products each, in both directions, 1 to 3 pieces
                let pieces = |product: u128| 1 + i64::try_from((client + n * product) % 3).unwrap();
                let mut lines: Vec<_> = (1..=3).filter(|product| (client + n) % 4 != *product).map(|p| (p, pieces(p))).collect();
                if client.is_multiple_of(2) {
                    lines.reverse();
                }
                let number = 1 + client * 8 + n;
                match resent(&store, &new_order(number, 1 + client % 3, &lines), &key(number)).await {
                    Written::Done(placed) => {
                        for (product, pieces) in lines {
                            sold[usize::try_from(product).unwrap() - 1] += pieces;
                        }
                        assert_eq!(placed.check(), Ok(()));
                    }
                    Written::Refused(OrderRefusal::OutOfStock { line, available }) => {
                        assert!((0..lines[line].1).contains(&available), "{available} of {:?}", lines[line]);
                    }
                    other => panic!("{other:?}"),
                }
            }
            sold
        }
    };
    let sold = join_all((0..50).map(client)).await;
    let (mut left, mut changes) = (Vec::new(), 0);
    for n in 0..3 {
        let (stock, version) = stock(&inside, n as u128 + 1).await;
        let sold: i64 = sold.iter().map(|sold| sold[n]).sum();
        assert_eq!(STOCK - sold, stock, "product {}", n + 1);
        left.push(stock);
        changes += version - 1;
    }
    // every order has two products at least: when two are sold out, what there is of the third stays
    left.sort_unstable();
    assert!(left[1] < 3, "{left:?} pieces are left: the trial proves nothing");
    let left: i64 = left.iter().sum();
    let items = "SELECT CAST(sum(quantity) AS BIGINT) FROM order_items UNION ALL SELECT count(*) FROM order_items";
    let items = inside.numbers(items).await;
    assert_eq!(items, [3 * STOCK - left, changes], "pieces in lines, and a version for each line");
    let books = "SELECT CAST(sum(total_minor) AS BIGINT) FROM orders UNION ALL SELECT CAST(sum(amount_minor) AS BIGINT) FROM ledger
        UNION ALL SELECT CAST(sum(amount_minor) AS BIGINT) FROM ledger WHERE account = 'RECEIVABLE'";
    let books = inside.numbers(books).await;
    assert_eq!((books[0], books[1]), (books[2], 0), "the ledger is the orders");
    let counts = inside.everything().await.3;
    assert_eq!((counts[0], counts[1]), (counts[3], counts[3]), "a key and an event for each order: {counts:?}");
}

async fn orders_with_crossed_products_never_lock_each_other_out(inside: Inside) {
    let plenty: Vec<_> = (1..=4).map(|n| Product { stock: 10_000, ..sample::product(n, 1) }).collect();
    inside.store.products_put(&plenty).await.unwrap();
    for round in 0..30 {
        let orders = [[(1, 1), (2, 1), (3, 1)], [(3, 1), (2, 1), (1, 1)], [(2, 1), (3, 1), (1, 1)], [(3, 1), (1, 1), (2, 1)]];
        let place = |(n, lines): (u128, [(u128, i64); 3])| {
            let number = 1 + round * 4 + n;
            let store = inside.store.clone();
            async move { store.order_place(&new_order(number, 1, &lines), (&key(number)).into()).await.unwrap() }
        };
        for written in join_all((0..).zip(orders).map(place)).await {
            assert!(matches!(written, Written::Done(_)), "{written:?}");
        }
    }
    assert_eq!(stock(&inside, 1).await, (10_000 - 120, 121));
}

async fn a_client_who_goes_away_leaves_a_whole_order_or_none(inside: Inside) {
    inside.store.products_put(&[Product { stock: 1_000, ..sample::product(1, 1) }]).await.unwrap();
    let mut dropped = 0;
    for n in 1..=40_u128 {
        // some go away after so many turns of the runtime, others after a time
        let gone = async {
            if n.is_multiple_of(2) {
                for _ in 0..n / 2 {
                    tokio::task::yield_now().await;
                }
            } else {
                tokio::time::sleep(Duration::from_micros(u64::try_from(n * 150).unwrap())).await;
            }
        };
        let (new, once) = (new_order(n, 1, &[(1, 1)]), key(n));
        tokio::select! {
            biased;
            written = inside.store.order_place(&new, (&once).into()) => assert!(matches!(written.unwrap(), Written::Done(_))),
            () = gone => dropped += 1,
        }
    }
    assert!(dropped > 0, "nobody went away: the trial proves nothing");
    // sent again with the same keys, all are there once
    for n in 1..=40_u128 {
        let written = inside.store.order_place(&new_order(n, 1, &[(1, 1)]), (&key(n)).into()).await.unwrap();
        assert!(matches!(written, Written::Done(_) | Written::Replayed(_)), "{written:?}");
    }
    assert_eq!(inside.everything().await.3, [40, 40, 80, 40]);
    assert_eq!(stock(&inside, 1).await, (960, 41));
}

async fn a_hundred_lines_are_one_order(inside: Inside) {
    inside.store.products_put(&(1..=100).map(|n| sample::product(n, 1)).collect::<Vec<_>>()).await.unwrap();
    let lines: Vec<_> = (1..=100).rev().map(|n| (n, 10)).collect();
    let written = inside.store.order_place(&new_order(1, 1, &lines), (&key(1)).into()).await.unwrap();
    assert_eq!(written, Written::Done(sample::order(1, 1, &lines)));
    assert_eq!(inside.numbers("SELECT CAST(sum(stock) AS BIGINT) FROM products").await, [0]);
}

async fn a_transaction_that_the_store_calls_off_is_tried_three_times(inside: Inside) {
    // a sequence does not roll back, so it counts the tries
    let called_off = |code: &str, times: i32| {
        [
            "DROP TRIGGER IF EXISTS busy ON orders; DROP SEQUENCE IF EXISTS tries; CREATE SEQUENCE tries;
             CREATE OR REPLACE FUNCTION busy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF nextval('tries') <= ",
            &times.to_string(),
            " THEN RAISE EXCEPTION 'called off' USING ERRCODE = '",
            code,
            "'; END IF; RETURN NEW; END $$;
             CREATE TRIGGER busy BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION busy();",
        ]
        .concat()
    };
    for (n, code) in [(1, "40001"), (2, "40P01")] {
        inside.run(&called_off(code, 2)).await.unwrap();
        let written = inside.store.order_place(&new_order(n, 1, &[(1, 1)]), (&key(n)).into()).await.unwrap();
        assert_eq!(written, Written::Done(sample::order(n, 1, &[(1, 1)])), "{code}");
        let before = inside.everything().await;
        inside.run(&called_off(code, 3)).await.unwrap();
        let error = inside.store.order_place(&new_order(n + 10, 1, &[(1, 1)]), (&key(n + 10)).into()).await.unwrap_err();
        assert_eq!(error.kind, Kind::Unavailable, "{code}: {error:?}");
        assert_eq!(inside.numbers("SELECT last_value FROM tries").await, [3], "{code}");
        assert_eq!(inside.everything().await, before, "{code}");
    }
    // what a new try would not change is not tried again
    inside.run(&called_off("23514", 1)).await.unwrap();
    let error = inside.store.order_place(&new_order(30, 1, &[(1, 1)]), (&key(30)).into()).await.unwrap_err();
    assert_eq!((error.kind, inside.numbers("SELECT last_value FROM tries").await), (Kind::Conflict, vec![1]));
}

async fn a_product_that_somebody_holds_is_waited_for_no_longer_than_half_a_second(inside: Inside) {
    let store = Arc::new(Postgres::connect(&inside.url, &Limits { connections: 1 }).await.unwrap());
    let super::inside::Tables::Postgres(tables) = &inside.tables else { panic!("only on PostgreSQL") };
    let before = inside.everything().await;
    let mut other = tables.begin().await.unwrap();
    sqlx::query("UPDATE products SET stock = stock WHERE sku = 'SKU-2'").execute(&mut *other).await.unwrap();
    let new: NewOrder = new_order(1, 1, &[(1, 1), (2, 1)]);
    let start = std::time::Instant::now();
    let error = store.order_place(&new, (&key(1)).into()).await.unwrap_err();
    let waited = start.elapsed();
    // nothing is unknown about it, so it is no time-out
    assert_eq!(error.kind, Kind::Unavailable, "{error:?}");
    assert!((Duration::from_millis(450)..Duration::from_millis(1_200)).contains(&waited), "{waited:?}");
    assert_eq!(inside.everything().await, before);
    other.rollback().await.unwrap();
    assert!(matches!(store.order_place(&new, (&key(1)).into()).await.unwrap(), Written::Done(_)));
}
