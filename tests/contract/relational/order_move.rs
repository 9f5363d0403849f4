use super::inside::{Inside, key, new_order, shop};
use crate::{contract, support::sample};
use futures::future::join;
use libtest_mimic::Trial;
use polystore::shop::{
    Audience, Detail, Event, Fact, MoveRefusal, Once, Order, OrderMove, OrderStatus, Product, StockLevel, Written, product::MAX_STOCK,
};

pub fn trials() -> Vec<Trial> {
    contract!(super::ENGINES, "order_move", shop;
        an_order_is_paid_and_shipped_and_the_books_follow,
        a_cancelled_order_gives_its_pieces_back_once,
        returned_pieces_never_lift_the_stock_above_its_bound,
        an_order_goes_only_where_its_status_lets_it_go,
        another_owners_order_answers_as_an_unknown_one,
        of_two_moves_at_once_each_sees_what_the_other_made,
        a_move_sent_again_answers_as_it_did_then,
    )
}

fn step(n: u128, to: OrderStatus) -> OrderMove {
    OrderMove { id: sample::id(n), owner: None, to, at: sample::at(1_000) }
}

async fn place(inside: &Inside, n: u128, lines: &[(u128, i64)]) -> Order {
    match inside.store.order_place(&new_order(n, 1, lines), (&key(format!("place {n}"))).into()).await.unwrap() {
        Written::Done(placed) => placed.order,
        other => panic!("{other:?}"),
    }
}

async fn facts(inside: &Inside) -> Vec<Fact> {
    inside.facts().await.into_iter().map(|fact| serde_json::from_value(fact).unwrap()).collect()
}

async fn an_order_is_paid_and_shipped_and_the_books_follow(inside: Inside) {
    let placed = place(&inside, 1, &[(1, 2), (5, 1)]).await;
    let paid = Order { status: OrderStatus::Paid, version: 2, ..placed.clone() };
    assert_eq!(inside.store.order_move(&step(1, OrderStatus::Paid), (&key("pay")).into()).await.unwrap(), Written::Done(paid.clone()));
    assert_eq!(inside.store.orders_by_ids(&[placed.id], Audience::Everything).await.unwrap(), std::slice::from_ref(&paid));
    let entered = ["RECEIVABLE 700 EUR", "SALES -700 EUR", "RECEIVABLE -700 EUR", "CASH 700 EUR"];
    assert_eq!(inside.ledger().await[&1], entered);
    assert_eq!(inside.store.order_balances(&[placed.id]).await.unwrap(), [(placed.id, sample::eur(0))]);

    let shipped = Order { status: OrderStatus::Shipped, version: 3, ..paid.clone() };
    assert_eq!(
        inside.store.order_move(&step(1, OrderStatus::Shipped), (&key("ship")).into()).await.unwrap(),
        Written::Done(shipped.clone())
    );
    assert_eq!(inside.ledger().await[&1], entered, "shipping moves no money");
    let told = facts(&inside).await;
    assert_eq!(told[1..], [&paid, &shipped].map(|order| Event::order_moved(order, &[], Vec::new(), sample::at(0)).fact));
    assert_eq!(inside.numbers("SELECT sequence FROM outbox ORDER BY sequence").await, [1, 2, 3]);
    assert_eq!(inside.everything().await.3, [3, 3, 4, 1]);
    let sold = inside.store.products_by_ids(&[sample::id(1)], Detail::Whole).await.unwrap();
    assert_eq!((sold[0].stock, sold[0].version), (8, 2), "the stock was taken when the order was placed");
}

async fn a_cancelled_order_gives_its_pieces_back_once(inside: Inside) {
    let before = inside.everything().await.2;
    for (n, pay) in [(1, false), (2, true)] {
        let placed = place(&inside, n, &[(4, 3), (2, 10)]).await;
        if pay {
            inside.store.order_move(&step(n, OrderStatus::Paid), (&key(format!("pay {n}"))).into()).await.unwrap();
        }
        let version = 2 + i64::from(pay);
        let cancelled = Order { status: OrderStatus::Cancelled, version, ..placed };
        let cancel = inside.store.order_move(&step(n, OrderStatus::Cancelled), (&key(format!("cancel {n}"))).into()).await.unwrap();
        assert_eq!(cancel, Written::Done(cancelled.clone()));
        let again = inside.store.order_move(&step(n, OrderStatus::Cancelled), (&key(format!("again {n}"))).into()).await.unwrap();
        assert_eq!(again, Written::Refused(MoveRefusal::NotFrom(OrderStatus::Cancelled)));
        let products = inside.everything().await.2;
        let stock: Vec<_> = products.iter().map(|product| product.stock).collect();
        assert_eq!(stock, before.iter().map(|product| product.stock).collect::<Vec<_>>());
        let level = |product: u128| StockLevel {
            product_id: sample::id(product),
            stock: 10,
            version: products.iter().find(|row| row.id == sample::id(product)).unwrap().version,
        };
        assert_eq!(level(2).version, 1 + 2 * i64::try_from(n).unwrap(), "taken and returned");
        let items = sample::order(n, 1, &[(4, 3), (2, 10)]).items;
        let fact = Event::order_moved(&cancelled, &items, vec![level(2), level(4)], sample::at(0)).fact;
        assert_eq!(facts(&inside).await.last(), Some(&fact));
        assert_eq!(inside.store.order_balances(&[cancelled.id]).await.unwrap(), [(cancelled.id, sample::eur(0))]);
    }
    let ledger = inside.ledger().await;
    assert_eq!(ledger[&1], ["RECEIVABLE 3200 EUR", "SALES -3200 EUR", "RECEIVABLE -3200 EUR", "SALES 3200 EUR"]);
    let refunded = ["RECEIVABLE 3200 EUR", "SALES -3200 EUR", "RECEIVABLE -3200 EUR", "CASH 3200 EUR", "CASH -3200 EUR", "SALES 3200 EUR"];
    assert_eq!(ledger[&2], refunded);
}

async fn returned_pieces_never_lift_the_stock_above_its_bound(inside: Inside) {
    place(&inside, 1, &[(1, 5)]).await;
    inside.store.products_put(&[Product { stock: MAX_STOCK - 2, ..sample::product(1, 1) }]).await.unwrap();
    let written = inside.store.order_move(&step(1, OrderStatus::Cancelled), (&key("cancel")).into()).await.unwrap();
    assert!(matches!(written, Written::Done(_)), "{written:?}");
    assert_eq!(inside.store.products_by_ids(&[sample::id(1)], Detail::Whole).await.unwrap()[0].stock, MAX_STOCK);
}

async fn an_order_goes_only_where_its_status_lets_it_go(inside: Inside) {
    let mut n = 0;
    for &from in OrderStatus::ALL {
        for &to in OrderStatus::ALL {
            n += 1;
            let mut row = sample::order(n, 1, &[(1, 1)]);
            row.order.status = from;
            inside.store.orders_put(&[row.clone()]).await.unwrap();
            let before = inside.everything().await;
            let written = inside.store.order_move(&step(n, to), (&key(n)).into()).await.unwrap();
            if from.may_become(to) {
                assert_eq!(written, Written::Done(Order { status: to, version: 2, ..row.order }), "{from:?} to {to:?}");
            } else {
                assert_eq!(written, Written::Refused(MoveRefusal::NotFrom(from)), "{from:?} to {to:?}");
                assert_eq!(inside.everything().await, before, "{from:?} to {to:?}");
            }
        }
    }
}

async fn another_owners_order_answers_as_an_unknown_one(inside: Inside) {
    place(&inside, 1, &[(1, 1)]).await;
    let before = inside.everything().await;
    let pay = |n, owner: u128| OrderMove { owner: Some(sample::id(owner)), ..step(n, OrderStatus::Paid) };
    for (what, step) in
        [("another owner", pay(1, 2)), ("nobody", pay(1, 99)), ("unknown", pay(9, 1)), ("unknown to all", step(9, OrderStatus::Paid))]
    {
        assert_eq!(inside.store.order_move(&step, (&key("x")).into()).await.unwrap(), Written::Refused(MoveRefusal::NotFound), "{what}");
        assert_eq!(inside.everything().await, before, "{what}");
    }
    assert!(matches!(inside.store.order_move(&pay(1, 1), (&key("x")).into()).await.unwrap(), Written::Done(_)));
}

async fn of_two_moves_at_once_each_sees_what_the_other_made(inside: Inside) {
    use OrderStatus::{Cancelled, Paid, Placed};
    let stock = i64::from(20_000);
    inside.store.products_put(&[Product { stock, ..sample::product(1, 1) }]).await.unwrap();
    let mut won = [0, 0];
    for n in 1..=30 {
        let placed = place(&inside, n, &[(1, 1)]).await;
        let (a, b) = match n % 3 {
            0 => (Paid, Cancelled),
            1 => (Paid, Paid),
            _ => (Cancelled, Cancelled),
        };
        let (key_a, key_b) = (key(format!("a {n}")), key(format!("b {n}")));
        let (step_a, step_b) = (step(n, a), step(n, b));
        let both = join(inside.store.order_move(&step_a, (&key_a).into()), inside.store.order_move(&step_b, (&key_b).into())).await;
        let version = |written: &Written<Order, MoveRefusal>| match written {
            Written::Done(order) => Some((order.version, order.status)),
            Written::Refused(MoveRefusal::NotFrom(_)) => None,
            other => panic!("{other:?}"),
        };
        let (first, second) = (both.0.unwrap(), both.1.unwrap());
        let mut done = [version(&first), version(&second)];
        won[usize::from(done[0].is_none())] += 1;
        done.sort_by_key(|done| done.map_or(9, |(version, _)| version));
        match done {
            // paid, and then cancelled
            [Some((2, Paid)), Some((3, Cancelled))] => assert_eq!((a, b), (Paid, Cancelled)),
            [Some((2, status)), None] => {
                let (loser, left) = if version(&first).is_none() { (first, a) } else { (second, b) };
                assert_eq!(loser, Written::Refused(MoveRefusal::NotFrom(status)), "{left:?} came second");
            }
            other => panic!("{other:?}"),
        }
        let entries = inside.ledger().await;
        let order = &inside.store.orders_by_ids(&[placed.id], Audience::Everything).await.unwrap()[0];
        assert_ne!(order.status, Placed);
        assert!(entries.len() == usize::try_from(n).unwrap());
    }
    let cancelled = inside.numbers("SELECT count(*) FROM orders WHERE status = 'CANCELLED'").await[0];
    let product = &inside.store.products_by_ids(&[sample::id(1)], Detail::Whole).await.unwrap()[0];
    assert_eq!((product.stock, product.version), (stock - 30 + cancelled, 31 + cancelled), "every piece came back once");
    let cash = inside.numbers("SELECT CAST(sum(amount_minor) AS BIGINT) FROM ledger WHERE account = 'CASH'").await[0];
    assert_eq!(cash, 100 * (30 - cancelled));
}

async fn a_move_sent_again_answers_as_it_did_then(inside: Inside) {
    let placed = place(&inside, 1, &[(1, 1)]).await;
    let pay = key("pay");
    let paid = Order { status: OrderStatus::Paid, version: 2, ..placed };
    assert_eq!(inside.store.order_move(&step(1, OrderStatus::Paid), (&pay).into()).await.unwrap(), Written::Done(paid.clone()));
    inside.store.order_move(&step(1, OrderStatus::Cancelled), (&key("cancel")).into()).await.unwrap();
    let before = inside.everything().await;
    assert_eq!(inside.store.order_move(&step(1, OrderStatus::Paid), (&pay).into()).await.unwrap(), Written::Replayed(paid));
    let other = Once { request: [7; 32], ..pay };
    assert_eq!(inside.store.order_move(&step(1, OrderStatus::Shipped), (&other).into()).await.unwrap(), Written::KeyReused);
    assert_eq!(inside.everything().await, before);
}
