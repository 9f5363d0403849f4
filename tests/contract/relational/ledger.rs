use super::inside::{Inside, Tables, key, new_order, shop};
use crate::{contract, support::sample};
use libtest_mimic::Trial;
use polystore::{
    error::Engine,
    roles::SchemaState,
    shop::{OrderId, OrderMove, OrderStatus, OrderWithItems, ledger::balances},
};
use std::collections::BTreeMap;

pub fn trials() -> Vec<Trial> {
    contract!(super::ENGINES, "ledger", shop;
        history_enters_the_books_once_and_later_only_the_difference,
        an_order_that_is_put_twice_at_once_enters_the_last_one,
        every_order_has_a_balance_and_unknown_ones_are_left_out,
        entries_can_be_neither_changed_nor_taken_away,
        orders_from_before_the_ledger_are_entered_when_it_is_made,
        a_move_of_an_order_from_history_enters_the_difference,
    )
}

fn order(n: u128, status: OrderStatus, lines: &[(u128, i64)]) -> OrderWithItems {
    let mut row = sample::order(n, 1, lines);
    row.order.status = status;
    row
}

/// The balances that the ledger holds for each order are those of the order's status, and nothing else stands in it.
async fn assert_books(inside: &Inside, rows: &[OrderWithItems]) {
    let mut held: BTreeMap<i64, BTreeMap<String, i64>> = BTreeMap::new();
    for (order, entries) in inside.ledger().await {
        for entry in entries {
            let [account, amount, "EUR"] = entry.split(' ').collect::<Vec<_>>()[..] else { panic!("{entry}") };
            *held.entry(order).or_default().entry(account.to_owned()).or_default() += amount.parse::<i64>().unwrap();
        }
    }
    let mut wanted: BTreeMap<i64, BTreeMap<String, i64>> = BTreeMap::new();
    for row in rows {
        let number = i64::from(u16::try_from(row.order.id.uuid().as_u128() & 0xffff).unwrap());
        for (account, amount) in balances(row.order.status, row.order.total.minor) {
            wanted.entry(number).or_default().insert(account.code().to_owned(), amount);
        }
    }
    for books in [&mut held, &mut wanted] {
        books.values_mut().for_each(|accounts| accounts.retain(|_, amount| *amount != 0));
        books.retain(|_, accounts| !accounts.is_empty());
    }
    assert_eq!(held, wanted);
}

async fn history_enters_the_books_once_and_later_only_the_difference(inside: Inside) {
    use OrderStatus::{Cancelled, Paid, Placed, Shipped};
    let mut rows: Vec<_> = (1..).zip([Placed, Paid, Shipped, Cancelled]).map(|(n, status)| order(n, status, &[(1, 1), (2, 1)])).collect();
    inside.store.orders_put(&rows).await.unwrap();
    assert_books(&inside, &rows).await;
    let first = inside.ledger().await;
    assert_eq!(first[&1], ["RECEIVABLE 300 EUR", "SALES -300 EUR"]);
    assert_eq!(first[&3], ["CASH 300 EUR", "SALES -300 EUR"]);
    assert!(!first.contains_key(&4), "a cancelled order from history moved no money");
    inside.store.orders_put(&rows).await.unwrap();
    assert_eq!(inside.ledger().await, first, "the second time nothing is entered");

    rows[0] = order(1, Paid, &[(5, 1)]);
    rows[1] = order(2, Cancelled, &[(1, 1), (2, 1)]);
    rows.push(order(5, Placed, &[(1, 7)]));
    inside.store.orders_put(&rows).await.unwrap();
    assert_books(&inside, &rows).await;
    let second = inside.ledger().await;
    assert_eq!(second[&1][..2], first[&1]);
    assert_eq!(second[&1][2..], ["RECEIVABLE -300 EUR", "CASH 500 EUR", "SALES -200 EUR"]);
    assert_eq!(second[&2][2..], ["CASH -300 EUR", "SALES 300 EUR"]);
    assert_eq!(second[&3], first[&3]);
    let numbered =
        "SELECT count(*) FROM ledger WHERE entry > (SELECT count(*) FROM ledger AS other WHERE other.order_id = ledger.order_id)";
    assert_eq!(inside.numbers(numbered).await, [0], "entries are counted up from 1");
    assert_eq!(inside.numbers("SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM once)").await, [0], "nothing is told");
}

async fn an_order_that_is_put_twice_at_once_enters_the_last_one(inside: Inside) {
    let rows = [order(1, OrderStatus::Placed, &[(1, 1)]), order(1, OrderStatus::Paid, &[(1, 1)])];
    inside.store.orders_put(&rows[1..]).await.unwrap();
    assert_books(&inside, &rows[1..]).await;
    if inside.store.orders_put(&rows).await.is_ok() {
        assert_books(&inside, &rows[1..]).await;
    }
}

async fn every_order_has_a_balance_and_unknown_ones_are_left_out(inside: Inside) {
    let mut free = order(3, OrderStatus::Placed, &[(1, 1)]);
    free.items[0].discount = sample::eur(100);
    free.order.total = sample::eur(0);
    let rows = [order(1, OrderStatus::Placed, &[(1, 1)]), order(2, OrderStatus::Shipped, &[(2, 2)]), free];
    inside.store.orders_put(&rows).await.unwrap();
    assert_eq!(inside.store.order_balances(&[]).await.unwrap(), []);
    let asked: [OrderId; 5] = [3, 2, 1, 9, 1].map(sample::id);
    let owed = super::by_id(inside.store.order_balances(&asked).await.unwrap(), |(id, _)| *id);
    assert_eq!(owed, [(1, 100), (2, 0), (3, 0)].map(|(n, minor)| (sample::id(n), sample::eur(minor))));
}

async fn entries_can_be_neither_changed_nor_taken_away(inside: Inside) {
    inside.store.orders_put(&[order(1, OrderStatus::Placed, &[(1, 1)])]).await.unwrap();
    let before = inside.ledger().await;
    let mut attempts = vec![
        "UPDATE ledger SET amount_minor = amount_minor + 1",
        "UPDATE ledger SET at = at WHERE entry = 1",
        "DELETE FROM ledger",
        "DELETE FROM ledger WHERE entry = 2",
    ];
    if inside.store.engine() == Engine::Sqlite {
        attempts.push("REPLACE INTO ledger SELECT order_id, entry, account, 1, currency, at FROM ledger");
        attempts.push("UPDATE OR REPLACE ledger SET entry = 2");
    } else {
        attempts.push("TRUNCATE ledger");
        attempts.push(
            "INSERT INTO ledger SELECT * FROM ledger ON CONFLICT (order_id, entry) DO UPDATE SET amount_minor = excluded.amount_minor + 1",
        );
    }
    for attempt in attempts {
        let error = inside.run(attempt).await.expect_err(attempt);
        assert!(error.to_string().contains("append-only"), "{attempt}: {error}");
        assert_eq!(inside.ledger().await, before, "{attempt}");
    }
}

async fn orders_from_before_the_ledger_are_entered_when_it_is_made(inside: Inside) {
    let rows: Vec<_> = (1..=12_u128).map(|n| order(n, OrderStatus::ALL[usize::try_from(n % 4).unwrap()], &[(1 + n % 5, 2)])).collect();
    inside.store.orders_put(&rows).await.unwrap();
    let entered = inside.ledger().await;
    // as if the ledger had never been
    inside.run("DROP TABLE ledger; DELETE FROM _sqlx_migrations WHERE version = 11").await.unwrap();
    if let Tables::Postgres(_) = inside.tables {
        inside.run("DROP FUNCTION ledger_is_append_only").await.unwrap();
    }
    assert_eq!(inside.store.schema().await.unwrap(), SchemaState::Behind(vec!["0011_ledger".into()]));
    inside.store.migrate().await.unwrap();
    assert_books(&inside, &rows).await;
    assert_eq!(inside.ledger().await, entered, "as if it had always been");
    inside.store.orders_put(&rows).await.unwrap();
    assert_eq!(inside.ledger().await, entered);
}

async fn a_move_of_an_order_from_history_enters_the_difference(inside: Inside) {
    let mut rows = vec![order(1, OrderStatus::Placed, &[(1, 1)]), order(2, OrderStatus::Paid, &[(2, 1)])];
    inside.store.orders_put(&rows).await.unwrap();
    for (row, to) in rows.iter_mut().zip([OrderStatus::Paid, OrderStatus::Cancelled]) {
        let step = OrderMove { id: row.order.id, owner: None, to, at: sample::at(50) };
        inside.store.order_move(&step, (&key(row.order.id)).into()).await.unwrap();
        row.order.status = to;
    }
    inside.store.order_place(&new_order(3, 1, &[(3, 1)]), (&key("place")).into()).await.unwrap();
    rows.push(order(3, OrderStatus::Placed, &[(3, 1)]));
    assert_books(&inside, &rows).await;
}
