use super::{Store, assert_conflict};
use crate::{
    contract,
    support::{engines::relational, sample, told},
};
use libtest_mimic::Trial;
use polystore::shop::{
    Currency, Detail, Event, Money, Once, Product, ProductChange, ProductFilter, ProductOrder, ProductRefusal, SearchText, StockChange,
    Window, Written, money::MAX_AMOUNT, product::MAX_STOCK,
};
use std::time::Duration;

pub fn trials() -> Vec<Trial> {
    contract!(super::ENGINES, "product_write", relational;
        a_product_is_made_found_and_told,
        a_product_that_cannot_be_is_refused_by_its_fault_and_nothing_is_written,
        a_refused_product_does_not_decide_the_currency,
        a_taken_id_or_a_number_out_of_bounds_is_a_conflict,
        each_field_is_changed_alone_and_the_version_goes_up,
        a_change_of_an_unknown_product_or_of_another_version_is_refused,
        a_change_that_breaks_a_rule_is_refused_by_its_fault_and_nothing_is_written,
        of_many_who_change_one_version_at_once_one_does,
        stock_comes_and_goes_and_is_told,
        the_stock_never_leaves_its_bounds,
        stock_changes_at_once_all_count,
        no_more_pieces_are_taken_at_once_than_there_are,
        a_request_sent_again_counts_once,
        a_request_sent_many_times_at_once_counts_once,
        whatever_becomes_of_the_callers_each_change_has_its_event,
    )
}

type Outcome = Written<Product, ProductRefusal>;

async fn with_products(store: &Store, count: u128) {
    store.categories_put(&[sample::category(1), sample::category(2)]).await.unwrap();
    store.products_put(&(1..=count).map(|n| sample::product(n, 1)).collect::<Vec<_>>()).await.unwrap();
}

async fn create(store: &Store, product: &Product) -> Outcome {
    store.product_create(product, None.into()).await.unwrap()
}

async fn change(store: &Store, n: u128, expected: Option<i64>, change: &ProductChange) -> Outcome {
    store.product_change(sample::id(n), expected, change, sample::at(99), None.into()).await.unwrap()
}

fn pieces(n: u128, delta: i64) -> StockChange {
    StockChange { product_id: sample::id(n), delta, at: sample::at(50) }
}

async fn stock(store: &Store, n: u128, delta: i64) -> Outcome {
    store.stock_change(&pieces(n, delta), None.into()).await.unwrap()
}

async fn product(store: &Store, n: u128) -> Product {
    store.products_by_ids(&[sample::id(n)], Detail::Whole).await.unwrap().remove(0)
}

async fn found(store: &Store, text: &str) -> Vec<Product> {
    store.products_search(&SearchText::parse(text).unwrap(), 10).await.unwrap()
}

async fn a_product_is_made_found_and_told(store: Store) {
    store.categories_put(&[sample::category(1)]).await.unwrap();
    let oak = Product { name: "Oak table".into(), description: "heavy".into(), ..sample::product(1, 1) };
    assert_eq!(create(&store, &oak).await, Written::Done(oak.clone()));
    assert_eq!(store.products_by_ids(&[oak.id], Detail::Whole).await.unwrap(), std::slice::from_ref(&oak));
    assert_eq!(store.products_by_slugs(std::slice::from_ref(&oak.slug)).await.unwrap(), std::slice::from_ref(&oak));
    for text in ["OAK", "heavy table"] {
        assert_eq!(found(&store, text).await, std::slice::from_ref(&oak), "{text}");
    }
    let page = store.products_page(&ProductFilter::default(), ProductOrder::PriceAsc, &Window::first(5), Detail::Whole).await.unwrap();
    assert_eq!(page.items, std::slice::from_ref(&oak));
    let told = told::everything(&store).await;
    assert_eq!(told, [Event { id: told[0].id, ..Event::product_changed(&oak, oak.created_at) }]);
    // whatever it was handed in with
    let late = Product { version: 7, ..sample::product(2, 1) };
    assert_eq!(create(&store, &late).await, Written::Done(sample::product(2, 1)));
    assert_eq!(product(&store, 2).await.version, 1);
}

/// Product number 3 with each fault that a write refuses, where products 1 and 2 and category 1 are.
fn faults() -> [(Product, ProductRefusal); 4] {
    let good = sample::product(3, 1);
    [
        (Product { sku: "SKU-1".into(), ..good.clone() }, ProductRefusal::SkuTaken),
        (Product { slug: "product-2".into(), ..good.clone() }, ProductRefusal::SlugTaken),
        (Product { category_id: sample::id(77), ..good.clone() }, ProductRefusal::UnknownCategory),
        (Product { price: Money::new(5, "USD".parse::<Currency>().unwrap()), ..good }, ProductRefusal::OtherCurrency),
    ]
}

async fn a_product_that_cannot_be_is_refused_by_its_fault_and_nothing_is_written(store: Store) {
    with_products(&store, 2).await;
    for (bad, refusal) in faults() {
        assert_eq!(create(&store, &bad).await, Written::Refused(refusal), "{bad:?}");
        assert_eq!(store.products_by_ids(&[bad.id], Detail::Whole).await.unwrap(), []);
    }
    assert_eq!(told::everything(&store).await, []);
    assert_eq!(found(&store, "003").await, []);
    assert_eq!(create(&store, &sample::product(3, 1)).await, Written::Done(sample::product(3, 1)));
    // of several faults, every engine names the same one
    let all = Product { sku: "SKU-1".into(), slug: "product-1".into(), category_id: sample::id(77), ..sample::product(4, 1) };
    assert_eq!(create(&store, &all).await, Written::Refused(ProductRefusal::SkuTaken));
    let both = Product { category_id: sample::id(77), price: Money::new(5, "USD".parse().unwrap()), ..sample::product(4, 1) };
    assert_eq!(create(&store, &both).await, Written::Refused(ProductRefusal::OtherCurrency));
}

async fn a_refused_product_does_not_decide_the_currency(store: Store) {
    store.categories_put(&[sample::category(1)]).await.unwrap();
    let dollars = Product { price: Money::new(5, "USD".parse().unwrap()), ..sample::product(1, 9) };
    assert_eq!(create(&store, &dollars).await, Written::Refused(ProductRefusal::UnknownCategory));
    assert_eq!(create(&store, &sample::product(1, 1)).await, Written::Done(sample::product(1, 1)));
    let late = Product { price: dollars.price, ..sample::product(2, 1) };
    assert_eq!(create(&store, &late).await, Written::Refused(ProductRefusal::OtherCurrency));
}

async fn a_taken_id_or_a_number_out_of_bounds_is_a_conflict(store: Store) {
    with_products(&store, 1).await;
    let twin = Product { sku: "other".into(), slug: "other".into(), ..sample::product(1, 1) };
    assert_conflict(&store, store.product_create(&twin, None.into()).await.map(drop), "a taken id");
    assert_conflict(&store, store.product_create(&sample::product(1, 1), None.into()).await.map(drop), "the same product again");
    let good = sample::product(2, 1);
    for bad in [
        Product { price: sample::eur(0), ..good.clone() },
        Product { price: sample::eur(MAX_AMOUNT + 1), ..good.clone() },
        Product { stock: -1, ..good.clone() },
        Product { stock: MAX_STOCK + 1, ..good.clone() },
    ] {
        assert_conflict(&store, store.product_create(&bad, None.into()).await.map(drop), "a number out of its bounds");
    }
    let free = ProductChange { price: Some(sample::eur(0)), ..ProductChange::default() };
    let changed = store.product_change(sample::id(1), None, &free, sample::at(1), None.into()).await;
    assert_conflict(&store, changed.map(drop), "a price of nothing");
    assert_eq!(product(&store, 1).await, sample::product(1, 1));
    assert_eq!(store.products_by_ids(&[good.id], Detail::Whole).await.unwrap(), []);
    assert_eq!(told::everything(&store).await, []);
}

async fn each_field_is_changed_alone_and_the_version_goes_up(store: Store) {
    with_products(&store, 1).await;
    let none = ProductChange::default;
    type Change = fn(&mut Product);
    let changes: [(ProductChange, Change); 7] = [
        (ProductChange { sku: Some("NEW".into()), ..none() }, |product| product.sku = "NEW".into()),
        (ProductChange { slug: Some("new".into()), ..none() }, |product| product.slug = "new".into()),
        (ProductChange { name: Some("Ash chair".into()), ..none() }, |product| product.name = "Ash chair".into()),
        (ProductChange { description: Some("light".into()), ..none() }, |product| product.description = "light".into()),
        (ProductChange { price: Some(sample::eur(7)), ..none() }, |product| product.price = sample::eur(7)),
        (ProductChange { category_id: Some(sample::id(2)), ..none() }, |product| product.category_id = sample::id(2)),
        (none(), |_| ()),
    ];
    let mut expected = sample::product(1, 1);
    for (wanted, apply) in changes {
        apply(&mut expected);
        let before = expected.version;
        expected.version += 1;
        assert_eq!(change(&store, 1, Some(before), &wanted).await, Written::Done(expected.clone()));
        assert_eq!(product(&store, 1).await, expected);
        let told = told::everything(&store).await;
        assert_eq!(told, [Event { id: told[0].id, ..Event::product_changed(&expected, sample::at(99)) }]);
    }
    // the search follows each text, and keeps the other one
    assert_eq!(found(&store, "ash light").await, std::slice::from_ref(&expected));
    assert_eq!(found(&store, "001").await, []);
    // without an expected version, whatever it is
    assert!(matches!(change(&store, 1, None, &none()).await, Written::Done(product) if product.version == 9));
}

async fn a_change_of_an_unknown_product_or_of_another_version_is_refused(store: Store) {
    with_products(&store, 1).await;
    let wanted = ProductChange { name: Some("New".into()), ..ProductChange::default() };
    for expected in [None, Some(1)] {
        assert_eq!(change(&store, 9, expected, &wanted).await, Written::Refused(ProductRefusal::NotFound));
    }
    for expected in [0, 2, i64::MAX, -1] {
        assert_eq!(change(&store, 1, Some(expected), &wanted).await, Written::Refused(ProductRefusal::Stale(1)));
    }
    assert_eq!(stock(&store, 9, 1).await, Written::Refused(ProductRefusal::NotFound));
    assert_eq!(product(&store, 1).await, sample::product(1, 1));
    assert_eq!(told::everything(&store).await, []);
}

async fn a_change_that_breaks_a_rule_is_refused_by_its_fault_and_nothing_is_written(store: Store) {
    with_products(&store, 3).await;
    for (bad, refusal) in faults() {
        let wanted = ProductChange {
            sku: Some(bad.sku),
            slug: Some(bad.slug),
            name: Some("Fault".into()),
            description: None,
            price: Some(bad.price),
            category_id: Some(bad.category_id),
        };
        assert_eq!(change(&store, 3, Some(1), &wanted).await, Written::Refused(refusal));
        assert_eq!(product(&store, 3).await, sample::product(3, 1));
    }
    assert_eq!(found(&store, "fault").await, []);
    assert_eq!(told::everything(&store).await, []);
    // its own SKU and slug are not taken
    let own = ProductChange { sku: Some("SKU-3".into()), slug: Some("product-3".into()), ..ProductChange::default() };
    assert!(matches!(change(&store, 3, Some(1), &own).await, Written::Done(_)));
}

async fn of_many_who_change_one_version_at_once_one_does(store: Store) {
    with_products(&store, 1).await;
    let write = |n: u32| {
        let store = store.clone();
        async move { change(&store, 1, Some(1), &ProductChange { name: Some(format!("Name {n}")), ..ProductChange::default() }).await }
    };
    let written = futures::future::join_all((1..=8).map(write)).await;
    let done: Vec<_> =
        written.iter().filter_map(|written| if let Written::Done(product) = written { Some(product) } else { None }).collect();
    assert_eq!(done, [&product(&store, 1).await]);
    assert_eq!(written.iter().filter(|written| **written == Written::Refused(ProductRefusal::Stale(2))).count(), 7, "{written:?}");
    assert_eq!(told::everything(&store).await.len(), 1);
}

async fn stock_comes_and_goes_and_is_told(store: Store) {
    with_products(&store, 1).await;
    let more = Product { stock: 15, version: 2, ..sample::product(1, 1) };
    assert_eq!(stock(&store, 1, 5).await, Written::Done(more.clone()));
    let none = Product { stock: 0, version: 3, ..sample::product(1, 1) };
    assert_eq!(stock(&store, 1, -15).await, Written::Done(none.clone()));
    assert_eq!(product(&store, 1).await, none);
    let told = told::everything(&store).await;
    let expected = [more, none].map(|product| Event::product_changed(&product, sample::at(50)));
    assert_eq!(
        told.iter().map(|event| (event.sequence, event.at, &event.fact)).collect::<Vec<_>>(),
        expected.each_ref().map(|event| (event.sequence, event.at, &event.fact))
    );
}

async fn the_stock_never_leaves_its_bounds(store: Store) {
    with_products(&store, 1).await;
    for delta in [-11, MAX_STOCK - 9, i64::MIN, i64::MAX] {
        assert_eq!(stock(&store, 1, delta).await, Written::Refused(ProductRefusal::Stock(10)), "{delta}");
    }
    assert_eq!(product(&store, 1).await, sample::product(1, 1));
    for (delta, left) in [(MAX_STOCK - 10, MAX_STOCK), (-MAX_STOCK, 0)] {
        assert!(matches!(stock(&store, 1, delta).await, Written::Done(product) if product.stock == left), "{delta}");
    }
    assert_eq!(stock(&store, 1, -1).await, Written::Refused(ProductRefusal::Stock(0)));
    assert_eq!(told::everything(&store).await.len(), 2);
}

async fn stock_changes_at_once_all_count(store: Store) {
    with_products(&store, 2).await;
    let write = |delta: i64| {
        let store = store.clone();
        async move {
            let written = stock(&store, 1, delta).await;
            assert!(matches!(written, Written::Done(_)), "{written:?}");
        }
    };
    futures::future::join_all((1..=30).map(write)).await;
    let product = product(&store, 1).await;
    assert_eq!((product.stock, product.version), (10 + 465, 31));
    let told: Vec<_> = told::everything(&store).await.iter().map(|event| event.sequence).collect();
    assert_eq!(told, (2..=31).collect::<Vec<_>>());
}

async fn no_more_pieces_are_taken_at_once_than_there_are(store: Store) {
    with_products(&store, 1).await;
    let written = futures::future::join_all((0..25).map(|_| stock(&store, 1, -1))).await;
    assert_eq!(written.iter().filter(|written| matches!(written, Written::Done(_))).count(), 10, "{written:?}");
    assert_eq!(written.iter().filter(|written| **written == Written::Refused(ProductRefusal::Stock(0))).count(), 15, "{written:?}");
    assert_eq!(product(&store, 1).await.stock, 0);
}

async fn a_request_sent_again_counts_once(store: Store) {
    store.categories_put(&[sample::category(1)]).await.unwrap();
    let made = sample::once("make", 1);
    for written in [Written::Done(sample::product(1, 1)), Written::Replayed(sample::product(1, 1))] {
        assert_eq!(store.product_create(&sample::product(1, 1), (&made).into()).await.unwrap(), written);
    }
    let wanted = ProductChange { name: Some("New".into()), ..ProductChange::default() };
    let write = async |once: &Once| store.product_change(sample::id(1), Some(1), &wanted, sample::at(1), once.into()).await.unwrap();
    let Written::Done(then) = write(&sample::once("change", 1)).await else { panic!("not done") };
    let count = async |once: &Once| store.stock_change(&pieces(1, -4), once.into()).await.unwrap();
    let Written::Done(left) = count(&sample::once("count", 1)).await else { panic!("not done") };
    // not stale, although the version is another one by now
    assert_eq!(write(&sample::once("change", 1)).await, Written::Replayed(then));
    assert_eq!(count(&sample::once("count", 1)).await, Written::Replayed(left.clone()));
    for key in ["make", "change", "count"] {
        assert_eq!(count(&sample::once(key, 2)).await, Written::KeyReused);
    }
    assert_eq!(product(&store, 1).await, left);
    assert_eq!((left.stock, left.version, left.name), (6, 3, "New".into()));
    // refused: the key is still free
    let once = sample::once("later", 1);
    let seven = StockChange { delta: -7, ..pieces(1, 0) };
    assert_eq!(store.stock_change(&seven, (&once).into()).await.unwrap(), Written::Refused(ProductRefusal::Stock(6)));
    stock(&store, 1, 1).await;
    assert!(matches!(store.stock_change(&seven, (&once).into()).await.unwrap(), Written::Done(product) if product.stock == 0));
    assert_eq!(told::everything(&store).await.len(), 5);
}

async fn a_request_sent_many_times_at_once_counts_once(store: Store) {
    with_products(&store, 1).await;
    let once = sample::once("k", 1);
    let send = |_| {
        let (store, once) = (store.clone(), once.clone());
        async move { store.stock_change(&pieces(1, -3), (&once).into()).await.unwrap() }
    };
    let written = futures::future::join_all((0..10).map(send)).await;
    assert_eq!(written.iter().filter(|written| matches!(written, Written::Done(_))).count(), 1, "{written:?}");
    assert!(written.iter().all(|written| !matches!(written, Written::Refused(_) | Written::KeyReused)), "{written:?}");
    assert_eq!(product(&store, 1).await.stock, 7);
    assert_eq!(told::everything(&store).await.len(), 1);
}

/// Clients go away at any moment: a change is there with its event, or neither is.
async fn whatever_becomes_of_the_callers_each_change_has_its_event(store: Store) {
    with_products(&store, 1).await;
    let mut dropped = 0;
    for n in 0..60 {
        // some go away after so many turns of the runtime, others after a time
        let gone = async {
            if n % 2 == 0 {
                for _ in 0..n / 2 {
                    tokio::task::yield_now().await;
                }
            } else {
                tokio::time::sleep(Duration::from_micros(n * 100)).await;
            }
        };
        tokio::select! {
            biased;
            written = stock(&store, 1, 1) => assert!(matches!(written, Written::Done(_)), "{written:?}"),
            () = gone => dropped += 1,
        }
    }
    assert!(dropped > 0, "nobody went away: the trial proves nothing");
    // those that were left alone come to their end
    tokio::time::sleep(Duration::from_millis(500)).await;
    let product = product(&store, 1).await;
    assert_eq!(product.stock, 9 + product.version);
    let told: Vec<_> = told::everything(&store).await.iter().map(|event| event.sequence).collect();
    assert_eq!(told, (2..=product.version).collect::<Vec<_>>());
}
