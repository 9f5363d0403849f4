use super::{Store, assert_conflict, by_id, paging};
use crate::{contract, support::engines::relational, support::sample};
use libtest_mimic::Trial;
use polystore::shop::{
    Audience, Currency, CustomerId, Detail, Money, Order, OrderFilter, OrderId, OrderItem, OrderOrder, OrderStatus, OrderWithItems, Page,
    Window,
};

pub fn trials() -> Vec<Trial> {
    contract!(super::ENGINES, "order", relational;
        orders_and_their_lines_come_back_as_they_were_put,
        an_audience_sees_its_own_orders_none_or_all,
        every_order_is_paged_whole_in_both_directions,
        filters_alone_and_combined_leave_the_right_rows,
        a_filtered_list_is_paged_whole_in_both_directions,
        orders_of_many_customers_are_paged_each_for_itself,
        an_order_put_again_replaces_its_head_and_all_its_lines,
        an_order_that_breaks_a_rule_is_a_conflict_and_nothing_is_written,
        a_product_or_customer_that_orders_name_can_still_change,
        product_sales_count_pieces_of_orders_that_are_not_cancelled,
        ten_thousand_orders_are_put_and_five_thousand_looked_up_at_once,
    )
}

const ORDERS: [OrderOrder; 4] = [OrderOrder::PlacedDesc, OrderOrder::PlacedAsc, OrderOrder::TotalDesc, OrderOrder::TotalAsc];

/// Five customers, products 1 to 5 (at 1 to 5 euros).
async fn shop(store: &Store) {
    store.customers_put(&(1..=5).map(sample::customer).collect::<Vec<_>>()).await.unwrap();
    store.categories_put(&[sample::category(1)]).await.unwrap();
    store.products_put(&(1..=5).map(|n| sample::product(n, 1)).collect::<Vec<_>>()).await.unwrap();
}

/// Twelve orders of customers 1 to 3 that tie in time and total, of every status.
fn tied() -> Vec<OrderWithItems> {
    let rows = (1..=12_u128).map(|n| {
        let mut row = sample::order(n, 1 + n * 5 % 3, &[(1 + n % 2, 1 + i64::from(n % 3 == 0))]);
        row.order.placed_at = sample::at(i64::try_from(n * 7 % 5).unwrap());
        row.order.status = OrderStatus::ALL[usize::try_from(n).unwrap() % 4];
        row
    });
    rows.collect()
}

fn heads(rows: &[OrderWithItems]) -> Vec<Order> {
    rows.iter().map(|row| row.order.clone()).collect()
}

async fn everything(store: &Store) -> (Vec<Order>, Vec<OrderItem>) {
    let page = store.orders_page(&OrderFilter::default(), OrderOrder::PlacedAsc, &Window::first(100)).await.unwrap();
    let ids: Vec<_> = page.items.iter().map(|order| order.id).collect();
    let items = store.order_items_by_orders(&ids).await.unwrap();
    (by_id(page.items, |order| order.id), by_id(items, |item| (item.order_id, item.line)))
}

async fn orders_and_their_lines_come_back_as_they_were_put(store: Store) {
    shop(&store).await;
    let mut first = sample::order(1, 1, &[(5, 3), (1, 2), (5, 1)]);
    first.items[0].discount = sample::eur(1_500);
    first.items[1].unit_price = sample::eur(0);
    first.order.total = sample::eur(500);
    let rows = [first, sample::order(2, 2, &[(2, 1)])];
    store.orders_put(&rows).await.unwrap();
    let asked: [OrderId; 4] = [2, 1, 2, 9].map(sample::id);
    assert_eq!(by_id(store.orders_by_ids(&asked, Audience::Everything).await.unwrap(), |order| order.id), heads(&rows));
    let items = store.order_items_by_orders(&asked).await.unwrap();
    for row in &rows {
        let of_it: Vec<_> = items.iter().filter(|item| item.order_id == row.order.id).cloned().collect();
        assert_eq!(of_it, row.items, "by line number within an order");
    }
    assert_eq!(items.len(), 4);
}

async fn an_audience_sees_its_own_orders_none_or_all(store: Store) {
    shop(&store).await;
    let rows: Vec<_> = (1..=6).map(|n| sample::order(n, 1 + n % 3, &[(1, 1)])).collect();
    store.orders_put(&rows).await.unwrap();
    let asked: Vec<OrderId> = (1..=7).map(sample::id).collect();
    for (audience, seen) in [
        (Audience::Public, &[][..]),
        (Audience::Of(sample::id(1)), &[3, 6]),
        (Audience::Of(sample::id(2)), &[1, 4]),
        (Audience::Of(sample::id(5)), &[]),
        (Audience::Everything, &[1, 2, 3, 4, 5, 6]),
    ] {
        let found = by_id(store.orders_by_ids(&asked, audience).await.unwrap(), |order| order.id);
        let ids: Vec<_> = found.iter().map(|order| order.id).collect();
        assert_eq!(ids, seen.iter().map(|&n| sample::id(n)).collect::<Vec<_>>(), "{audience:?}");
    }
}

async fn every_order_is_paged_whole_in_both_directions(store: Store) {
    shop(&store).await;
    let all = OrderFilter::default();
    for order in ORDERS {
        paging::check(&[], |row| order.key(row), async |window| store.orders_page(&all, order, &window).await.unwrap()).await;
    }
    store.orders_put(&tied()).await.unwrap();
    for order in ORDERS {
        let expected = paging::sorted(heads(&tied()), order.descending(), |row| order.key(row));
        paging::check(&expected, |row| order.key(row), async |window| store.orders_page(&all, order, &window).await.unwrap()).await;
    }
}

/// What the filter means, said a second time.
fn passes(filter: &OrderFilter, row: &Order) -> bool {
    filter.status.is_none_or(|status| row.status == status)
        && filter.customer_id.is_none_or(|id| row.customer_id == id)
        && filter.from.is_none_or(|from| row.placed_at >= from)
        && filter.to.is_none_or(|to| row.placed_at < to)
}

async fn filters_alone_and_combined_leave_the_right_rows(store: Store) {
    shop(&store).await;
    store.orders_put(&tied()).await.unwrap();
    let times = [None, Some(sample::at(1)), Some(sample::at(3))];
    let mut found = 0;
    for status in [None, Some(OrderStatus::Paid), Some(OrderStatus::Cancelled)] {
        for customer_id in [None, Some(sample::id(2)), Some(sample::id(5))] {
            for (from, to) in times.into_iter().flat_map(|from| times.map(|to| (from, to))) {
                let filter = OrderFilter { status, customer_id, from, to };
                let expected: Vec<_> = heads(&tied()).into_iter().filter(|row| passes(&filter, row)).collect();
                found += expected.len();
                for order in ORDERS {
                    let page = store.orders_page(&filter, order, &Window { total: true, ..Window::first(100) }).await.unwrap();
                    let expected = paging::sorted(expected.clone(), order.descending(), |row| order.key(row));
                    assert_eq!(page.total, Some(expected.len() as u64), "{filter:?}");
                    assert_eq!(page.items, expected, "{filter:?} {order:?}");
                }
            }
        }
    }
    assert!(found > 50, "the combinations hardly find anything");
}

async fn a_filtered_list_is_paged_whole_in_both_directions(store: Store) {
    shop(&store).await;
    store.orders_put(&tied()).await.unwrap();
    let filters = [
        OrderFilter { customer_id: Some(sample::id(1)), ..OrderFilter::default() },
        OrderFilter { from: Some(sample::at(1)), to: Some(sample::at(4)), ..OrderFilter::default() },
        OrderFilter { status: Some(OrderStatus::Placed), ..OrderFilter::default() },
        OrderFilter { customer_id: Some(sample::id(3)), from: Some(sample::at(1)), ..OrderFilter::default() },
    ];
    for filter in filters {
        let rows: Vec<_> = heads(&tied()).into_iter().filter(|row| passes(&filter, row)).collect();
        assert!(rows.len() >= 3);
        for order in ORDERS {
            let expected = paging::sorted(rows.clone(), order.descending(), |row| order.key(row));
            paging::check(&expected, |row| order.key(row), async |window| store.orders_page(&filter, order, &window).await.unwrap()).await;
        }
    }
}

async fn orders_of_many_customers_are_paged_each_for_itself(store: Store) {
    shop(&store).await;
    store.orders_put(&tied()).await.unwrap();
    let asked: [CustomerId; 6] = [5, 3, 1, 2, 3, 99].map(sample::id);
    let order = OrderOrder::PlacedDesc;
    for parent in asked {
        let children = heads(&tied()).into_iter().filter(|row| row.customer_id == parent).collect();
        let expected = paging::sorted(children, true, |row| order.key(row));
        paging::check(
            &expected,
            |row| order.key(row),
            async |window| {
                let found = store.orders_page_by_customers(&asked, &window).await.unwrap();
                let mut pages = found.into_iter().filter(|(id, _)| *id == parent).map(|(_, page)| page);
                let page = pages.next().unwrap_or_else(|| Page::empty(&window));
                assert!(pages.next().is_none(), "a customer was answered twice");
                page
            },
        )
        .await;
    }
}

async fn an_order_put_again_replaces_its_head_and_all_its_lines(store: Store) {
    shop(&store).await;
    let rows = [sample::order(1, 1, &[(1, 1), (2, 2), (3, 3)]), sample::order(2, 2, &[(4, 1)])];
    store.orders_put(&rows).await.unwrap();
    store.orders_put(&rows).await.unwrap();
    assert_eq!(everything(&store).await, (heads(&rows), [&rows[0].items[..], &rows[1].items].concat()));
    let mut changed = sample::order(1, 3, &[(5, 2)]);
    changed.order.status = OrderStatus::Shipped;
    changed.order.placed_at = sample::at(77);
    changed.order.version = 2;
    store.orders_put(&[changed.clone(), sample::order(3, 1, &[(1, 1)])]).await.unwrap();
    let (orders, items) = everything(&store).await;
    assert_eq!(orders, [changed.order, rows[1].order.clone(), sample::order(3, 1, &[(1, 1)]).order]);
    assert_eq!(items, [&changed.items[..], &rows[1].items, &sample::order(3, 1, &[(1, 1)]).items].concat());
}

async fn an_order_that_breaks_a_rule_is_a_conflict_and_nothing_is_written(store: Store) {
    shop(&store).await;
    let known = sample::order(1, 1, &[(1, 1), (2, 1)]);
    store.orders_put(std::slice::from_ref(&known)).await.unwrap();
    let good = sample::order(2, 1, &[(1, 1)]);
    let changed = |change: fn(&mut OrderWithItems)| {
        let mut row = sample::order(3, 1, &[(1, 2), (2, 1)]);
        change(&mut row);
        row
    };
    let dollars = |money: &mut Money| money.currency = "USD".parse::<Currency>().unwrap();
    let mut in_dollars = changed(|_| ());
    dollars(&mut in_dollars.order.total);
    for item in &mut in_dollars.items {
        dollars(&mut item.unit_price);
        dollars(&mut item.discount);
    }
    let mut one_line_in_dollars = changed(|_| ());
    dollars(&mut one_line_in_dollars.items[1].unit_price);
    let bad = [
        ("an unknown customer", changed(|row| row.order.customer_id = sample::id(9))),
        ("an unknown product", changed(|row| row.items[1].product_id = sample::id(9))),
        ("a quantity of zero", sample::order(3, 1, &[(1, 1), (2, 0)])),
        ("a negative quantity", sample::order(3, 1, &[(1, 3), (2, -1)])),
        ("more pieces than a line holds", changed(|row| row.items[0].quantity = i64::MAX)),
        ("a total too high", changed(|row| row.order.total.minor += 1)),
        ("a total too low", changed(|row| row.order.total.minor -= 1)),
        ("a total that forgets a discount", changed(|row| row.items[0].discount.minor = 10)),
        ("another currency", in_dollars),
        ("one line in another currency", one_line_in_dollars),
        ("a known order with an unknown product", sample::order(1, 1, &[(9, 1)])),
        ("a known order with a wrong total", OrderWithItems { order: known.order.clone(), items: known.items[..1].to_vec() }),
        ("no lines", OrderWithItems { order: Order { total: sample::eur(0), ..good.order.clone() }, items: Vec::new() }),
    ];
    for (what, bad) in bad {
        assert_conflict(&store, store.orders_put(&[good.clone(), bad.clone()]).await, what);
        assert_conflict(&store, store.orders_put(&[bad]).await, what);
        assert_eq!(everything(&store).await, (vec![known.order.clone()], known.items.clone()), "{what}");
    }
    store.orders_put(&[good]).await.unwrap();
}

async fn a_product_or_customer_that_orders_name_can_still_change(store: Store) {
    shop(&store).await;
    let row = sample::order(1, 1, &[(1, 1)]);
    store.orders_put(std::slice::from_ref(&row)).await.unwrap();
    let dearer = polystore::shop::Product { price: sample::eur(999), version: 2, ..sample::product(1, 1) };
    store.products_put(std::slice::from_ref(&dearer)).await.unwrap();
    store.customers_put(&[polystore::shop::Customer { name: "New".into(), ..sample::customer(1) }]).await.unwrap();
    store.categories_put(&[polystore::shop::Category { name: "New".into(), ..sample::category(1) }]).await.unwrap();
    assert_eq!(store.products_by_ids(&[sample::id(1)], Detail::Whole).await.unwrap(), [dearer]);
    assert_eq!(everything(&store).await, (vec![row.order], row.items), "an order keeps the price of its day");
}

async fn product_sales_count_pieces_of_orders_that_are_not_cancelled(store: Store) {
    shop(&store).await;
    assert_eq!(store.product_sales().await.unwrap(), []);
    let mut cancelled = sample::order(3, 1, &[(1, 50), (4, 1)]);
    cancelled.order.status = OrderStatus::Cancelled;
    store.orders_put(&[sample::order(1, 1, &[(1, 2), (2, 1), (1, 4)]), sample::order(2, 2, &[(2, 3)]), cancelled]).await.unwrap();
    let sold = by_id(store.product_sales().await.unwrap(), |(id, _)| *id);
    assert_eq!(sold, [(sample::id(1), 6), (sample::id(2), 4)]);
}

async fn ten_thousand_orders_are_put_and_five_thousand_looked_up_at_once(store: Store) {
    shop(&store).await;
    let rows: Vec<_> = (1..=10_000).map(|n| sample::order(n, 1 + n % 5, &[(1 + n % 3, 1), (4, 2)])).collect();
    store.orders_put(&rows).await.unwrap();
    let window = Window { total: true, ..Window::first(1) };
    let page = store.orders_page(&OrderFilter::default(), OrderOrder::PlacedDesc, &window).await.unwrap();
    assert_eq!((page.total, page.items), (Some(10_000), vec![rows[9_999].order.clone()]));
    let ids: Vec<_> = rows.iter().step_by(2).map(|row| row.order.id).collect();
    let found = by_id(store.orders_by_ids(&ids, Audience::Everything).await.unwrap(), |order| order.id);
    assert_eq!(found, rows.iter().step_by(2).map(|row| row.order.clone()).collect::<Vec<_>>());
    let items = by_id(store.order_items_by_orders(&ids).await.unwrap(), |item| (item.order_id, item.line));
    assert_eq!(items, rows.iter().step_by(2).flat_map(|row| row.items.clone()).collect::<Vec<_>>());
}
