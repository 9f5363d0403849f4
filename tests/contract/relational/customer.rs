use super::{Store, TEXTS, assert_conflict, by_id, paging};
use crate::{contract, support::engines::relational, support::sample};
use libtest_mimic::Trial;
use polystore::shop::{Customer, CustomerFilter, Key, OrderStatus, SortValue, Tier, Window};

pub fn trials() -> Vec<Trial> {
    contract!(super::ENGINES, "customer", relational;
        unknown_ids_are_left_out,
        customers_are_found_by_email_byte_for_byte,
        the_list_is_paged_whole_in_both_directions,
        a_tier_is_paged_and_counted_alone,
        putting_twice_is_once_and_known_ids_are_replaced,
        an_email_of_another_customer_is_a_conflict_and_nothing_is_written,
        texts_come_back_byte_for_byte,
        five_thousand_ids_and_emails_are_looked_up_at_once,
        twenty_thousand_customers_are_put_at_once,
        total_spent_leaves_out_cancelled_orders_and_those_who_bought_nothing,
    )
}

fn key(customer: &Customer) -> Key {
    Key { value: SortValue::Time(customer.created_at), id: customer.id.uuid() }
}

/// Seven customers, made at three different times, of three tiers.
fn tied() -> Vec<Customer> {
    let tiers = [Tier::Standard, Tier::Gold, Tier::Silver];
    let tied = (1..=7).map(|n| Customer {
        created_at: sample::at(i64::try_from((n * 5) % 3).unwrap()),
        tier: tiers[usize::try_from(n).unwrap() % 3],
        ..sample::customer(n)
    });
    tied.collect()
}

async fn unknown_ids_are_left_out(store: Store) {
    store.customers_put(&[sample::customer(1)]).await.unwrap();
    let found = store.customers_by_ids(&[sample::id(1), sample::id(2), sample::id(1)]).await.unwrap();
    assert_eq!(found, [sample::customer(1)]);
}

async fn customers_are_found_by_email_byte_for_byte(store: Store) {
    let odd = Customer { email: "o'brien+\"é\"@example.com".into(), ..sample::customer(3) };
    let rows = [sample::customer(1), sample::customer(2), odd.clone()];
    store.customers_put(&rows).await.unwrap();
    let emails =
        ["customer2@example.com", &odd.email, "customer2@example.com", "Customer1@example.com", "customer1@example.com ", "'; --", ""];
    let found = store.customers_by_emails(&emails.map(String::from)).await.unwrap();
    assert_eq!(by_id(found, |customer| customer.id), rows[1..]);
    // an address that was given up leads nowhere
    store.customers_put(&[Customer { email: "new@example.com".into(), ..sample::customer(2) }]).await.unwrap();
    assert_eq!(store.customers_by_emails(&["customer2@example.com".into()]).await.unwrap(), []);
}

async fn the_list_is_paged_whole_in_both_directions(store: Store) {
    let all = CustomerFilter::default();
    paging::check(&[], key, async |window| store.customers_page(&all, &window).await.unwrap()).await;
    store.customers_put(&tied()).await.unwrap();
    let expected = paging::sorted(tied(), true, key);
    paging::check(&expected, key, async |window| store.customers_page(&all, &window).await.unwrap()).await;
}

async fn a_tier_is_paged_and_counted_alone(store: Store) {
    store.customers_put(&tied()).await.unwrap();
    for tier in [Tier::Standard, Tier::Silver, Tier::Gold] {
        let filter = CustomerFilter { tier: Some(tier) };
        let expected = paging::sorted(tied().into_iter().filter(|customer| customer.tier == tier).collect(), true, key);
        assert!(expected.len() >= 2);
        paging::check(&expected, key, async |window| store.customers_page(&filter, &window).await.unwrap()).await;
    }
}

async fn putting_twice_is_once_and_known_ids_are_replaced(store: Store) {
    let rows = [sample::customer(1), sample::customer(2)];
    store.customers_put(&rows).await.unwrap();
    store.customers_put(&rows).await.unwrap();
    let changed = Customer { email: "new@example.com".into(), tier: Tier::Gold, name: "New".into(), ..sample::customer(1) };
    store.customers_put(&[changed.clone(), sample::customer(3)]).await.unwrap();
    let found = store.customers_by_ids(&[sample::id(1), sample::id(2), sample::id(3)]).await.unwrap();
    assert_eq!(by_id(found, |customer| customer.id), [changed, sample::customer(2), sample::customer(3)]);
    // the old address is free again
    store.customers_put(&[Customer { email: sample::customer(1).email, ..sample::customer(4) }]).await.unwrap();
}

async fn an_email_of_another_customer_is_a_conflict_and_nothing_is_written(store: Store) {
    store.customers_put(&[sample::customer(1)]).await.unwrap();
    let twin = Customer { email: sample::customer(1).email, ..sample::customer(2) };
    assert_conflict(&store, store.customers_put(&[sample::customer(3), twin, sample::customer(4)]).await, "an e-mail twice");
    let in_one = Customer { email: sample::customer(5).email, ..sample::customer(6) };
    assert_conflict(&store, store.customers_put(&[sample::customer(5), in_one]).await, "an e-mail twice in one put");
    let page = store.customers_page(&CustomerFilter::default(), &Window::first(100)).await.unwrap();
    assert_eq!(page.items, [sample::customer(1)]);
}

async fn texts_come_back_byte_for_byte(store: Store) {
    let rows: Vec<_> = (1..).zip(TEXTS).map(|(n, text)| Customer { name: text.into(), ..sample::customer(n) }).collect();
    store.customers_put(&rows).await.unwrap();
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    assert_eq!(by_id(store.customers_by_ids(&ids).await.unwrap(), |customer| customer.id), rows);
}

async fn five_thousand_ids_and_emails_are_looked_up_at_once(store: Store) {
    let rows: Vec<_> = (1..=50).map(sample::customer).collect();
    store.customers_put(&rows).await.unwrap();
    let ids: Vec<_> = (0..5_000).map(|n| sample::id(n * 7 % 5_003)).collect();
    let found = by_id(store.customers_by_ids(&ids).await.unwrap(), |customer| customer.id);
    let expected: Vec<_> = rows.into_iter().filter(|row| ids.contains(&row.id)).collect();
    assert_eq!(found, expected);
    let emails: Vec<_> = (0..5_000).map(|n| sample::customer(n * 7 % 5_003).email).collect();
    let found = by_id(store.customers_by_emails(&emails).await.unwrap(), |customer| customer.id);
    assert_eq!(found, expected);
}

async fn twenty_thousand_customers_are_put_at_once(store: Store) {
    let rows: Vec<_> = (1..=20_000).map(sample::customer).collect();
    store.customers_put(&rows).await.unwrap();
    let page = store.customers_page(&CustomerFilter::default(), &Window { total: true, ..Window::first(2) }).await.unwrap();
    assert_eq!((page.total, page.items), (Some(20_000), vec![sample::customer(20_000), sample::customer(19_999)]));
}

async fn total_spent_leaves_out_cancelled_orders_and_those_who_bought_nothing(store: Store) {
    store.customers_put(&(1..=4).map(sample::customer).collect::<Vec<_>>()).await.unwrap();
    store.categories_put(&[sample::category(1)]).await.unwrap();
    store.products_put(&[sample::product(1, 1), sample::product(2, 1)]).await.unwrap();
    let mut cancelled = sample::order(3, 1, &[(2, 5)]);
    cancelled.order.status = OrderStatus::Cancelled;
    let mut only_cancelled = sample::order(4, 2, &[(1, 1)]);
    only_cancelled.order.status = OrderStatus::Cancelled;
    let orders =
        [sample::order(1, 1, &[(1, 2), (2, 1)]), sample::order(2, 1, &[(2, 3)]), cancelled, only_cancelled, sample::order(5, 4, &[(1, 1)])];
    store.orders_put(&orders).await.unwrap();
    let spent = store.customers_total_spent(&[sample::id(1), sample::id(2), sample::id(3), sample::id(1), sample::id(9)]).await.unwrap();
    assert_eq!(spent, [(sample::id(1), sample::eur(200 + 200 + 600))]);
}
