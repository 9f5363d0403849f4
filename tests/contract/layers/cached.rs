//! Products in front of a real store and a real cache.

use crate::{
    contract,
    support::{engines, proxy::Proxy, sample},
};
use bytes::Bytes;
use futures::future::join_all;
use libtest_mimic::Trial;
use polystore::{
    engines::{Limits, postgres::Postgres, redis::Redis, sqlite::Sqlite},
    error::{Engine, Kind},
    receipt::{self, Caller, Receipt},
    roles::{Hot, Relational, Store as _, hot::Versioned},
    shop::{Detail, NewOrder, Once, OrderMove, OrderStatus, Product, ProductId, StockLevel, Written},
    stores::{Copies, Stores},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

pub fn trials() -> Vec<Trial> {
    let mut all = contract!(&[Engine::Postgres, Engine::Sqlite], "cached", shop;
        products_come_from_the_cache_and_the_receipt_says_so,
        a_product_is_kept_whole_whatever_was_asked_for,
        five_hundred_askers_at_once_are_one_load_a_product,
        a_write_through_one_server_is_seen_through_the_other,
        what_was_read_before_a_write_is_kept_out_of_the_cache_after_it,
        that_there_is_no_such_product_is_remembered_until_there_is_one,
        an_order_and_its_end_are_seen_in_the_stock_at_once,
        the_relay_makes_copies_void_that_a_server_left_behind,
        without_the_setting_products_are_not_kept,
    );
    all.extend(contract!(&[Engine::Redis], "cached", cut_off;
        without_redis_products_come_from_their_owner_and_soon,
    ));
    all.extend(contract!(&[Engine::Postgres], "cached", cut_off;
        without_postgresql_products_come_from_the_cache,
    ));
    all
}

/// Two servers on the same stores: one relational engine and one cache.
struct Shop {
    owner: Arc<dyn Relational>,
    cache: Arc<dyn Hot>,
    one: Stores,
    two: Stores,
}

async fn servers(owner: Arc<dyn Relational>, cache: Arc<dyn Hot>) -> Shop {
    let documents = engines::documents(Engine::Sqlite).await;
    let server = || Stores::with_copies(Copies::ReportsAndProducts, owner.clone(), documents.clone(), cache.clone(), None);
    let (one, two) = (server(), server());
    owner.categories_put(&[sample::category(1)]).await.unwrap();
    owner.products_put(&(1..=50).map(|n| sample::product(n, 1)).collect::<Vec<_>>()).await.unwrap();
    Shop { one, two, owner, cache }
}

/// PostgreSQL with Redis where there is one, SQLite with memory.
async fn shop(engine: Engine) -> Shop {
    let beside = if engine == Engine::Postgres && engines::missing(Engine::Redis).is_none() { Engine::Redis } else { Engine::Memory };
    servers(engines::relational(engine).await, engines::hot(beside).await).await
}

fn ids(numbers: impl IntoIterator<Item = u128>) -> Vec<ProductId> {
    numbers.into_iter().map(sample::id).collect()
}

/// Product 1 with another price.
fn changed(version: i64) -> Product {
    Product { price: sample::eur(1_000 + version), version, ..sample::product(1, 1) }
}

async fn seen(server: &Stores, id: u128) -> Option<Product> {
    server.relational.products_by_ids(&ids([id]), Detail::Whole).await.unwrap().pop()
}

/// The store calls of some work, as role and method, and the hits and misses.
async fn account<T>(work: impl Future<Output = T>) -> (Vec<String>, (u64, u64)) {
    let receipt = Arc::<Receipt>::default();
    receipt::on_account_of(Some(Caller { receipt: receipt.clone(), path: "test".into() }), work).await;
    let calls = receipt.calls().iter().map(|call| format!("{}.{}", call.role.name(), call.method)).collect();
    (calls, (receipt.cache().hits, receipt.cache().misses))
}

/// What is put into the cache is put there behind the reader's back.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(30)).await;
}

async fn products_come_from_the_cache_and_the_receipt_says_so(shop: Shop) {
    let asked = ids([1, 2, 3, 2]);
    let read = || async { assert_eq!(shop.one.relational.products_by_ids(&asked, Detail::Whole).await.unwrap().len(), 3) };
    let (calls, counts) = account(read()).await;
    assert_eq!((calls, counts), (vec!["hot.cache_get".to_owned(), "relational.products_by_ids".to_owned()], (0, 3)));
    settle().await;
    let (calls, counts) = account(read()).await;
    assert_eq!((calls, counts), (vec!["hot.cache_get".to_owned()], (3, 0)));
    // whole and unchanged
    for n in 1..=3 {
        assert_eq!(seen(&shop.two, n).await.unwrap(), sample::product(n, 1));
    }
}

async fn a_product_is_kept_whole_whatever_was_asked_for(shop: Shop) {
    for (n, detail) in [(1, Detail::Name), (2, Detail::Line), (3, Detail::Summary)] {
        shop.one.relational.products_by_ids(&ids([n]), detail).await.unwrap();
        settle().await;
        let (seen, account) = (seen(&shop.two, n), Arc::<Receipt>::default());
        let caller = Caller { receipt: account.clone(), path: "test".into() };
        assert_eq!(receipt::on_account_of(Some(caller), seen).await.unwrap(), sample::product(n, 1), "{detail:?}");
        assert_eq!(account.cache().hits, 1, "{detail:?}");
    }
}

async fn five_hundred_askers_at_once_are_one_load_a_product(shop: Shop) {
    let receipt = Arc::<Receipt>::default();
    let askers = (0..500_u128).map(|n| {
        let caller = Caller { receipt: receipt.clone(), path: "test".into() };
        let (store, asked) = (shop.one.relational.clone(), ids((1..=50).filter(move |id| (id + n).is_multiple_of(5))));
        tokio::spawn(receipt::on_account_of(Some(caller), async move {
            assert_eq!(store.products_by_ids(&asked, Detail::Whole).await.unwrap().len(), asked.len());
        }))
    });
    for asker in join_all(askers.collect::<Vec<_>>()).await {
        asker.unwrap();
    }
    let loads = receipt.calls().into_iter().filter(|call| call.method == "products_by_ids");
    let keys: usize = loads.map(|call| call.keys).sum();
    assert_eq!(keys, 50, "each of 50 products once");
}

async fn a_write_through_one_server_is_seen_through_the_other(shop: Shop) {
    for version in 2..6 {
        // both have it
        for server in [&shop.one, &shop.two] {
            assert!(seen(server, 1).await.unwrap().version < version);
        }
        settle().await;
        shop.one.relational.products_put(&[changed(version)]).await.unwrap();
        for server in [&shop.two, &shop.one] {
            assert_eq!(seen(server, 1).await.unwrap(), changed(version));
        }
    }
}

async fn what_was_read_before_a_write_is_kept_out_of_the_cache_after_it(shop: Shop) {
    seen(&shop.one, 1).await;
    settle().await;
    let key = format!("product.1:{}", sample::id::<ProductId>(1));
    let old: Bytes = shop.cache.cache_get(std::slice::from_ref(&key)).await.unwrap().remove(0).expect("it is kept");
    shop.one.relational.products_put(&[changed(2)]).await.unwrap();
    // a reader on a third server began before the write and is late
    let late = Versioned { key, version: 1, value: old, ttl: Duration::from_secs(60) };
    shop.cache.cache_put(&[late]).await.unwrap();
    assert_eq!(seen(&shop.two, 1).await.unwrap(), changed(2));
}

async fn that_there_is_no_such_product_is_remembered_until_there_is_one(shop: Shop) {
    assert_eq!(seen(&shop.one, 60).await, None);
    settle().await;
    let (calls, counts) = account(seen(&shop.two, 60)).await;
    assert_eq!((calls, counts), (vec!["hot.cache_get".to_owned()], (1, 0)));
    shop.one.relational.products_put(&[sample::product(60, 1)]).await.unwrap();
    assert_eq!(seen(&shop.two, 60).await, Some(sample::product(60, 1)));
}

async fn an_order_and_its_end_are_seen_in_the_stock_at_once(shop: Shop) {
    shop.owner.customers_put(&[sample::customer(1)]).await.unwrap();
    let stock = async |server: &Stores| {
        let mut rows = server.relational.products_by_ids(&ids([1, 2, 3]), Detail::Whole).await.unwrap();
        rows.sort_by_key(|row| row.id);
        rows.iter().map(|row| row.stock).collect::<Vec<_>>()
    };
    assert_eq!((stock(&shop.one).await, stock(&shop.two).await), (vec![10, 10, 10], vec![10, 10, 10]));
    settle().await;
    let order = NewOrder {
        id: sample::id(1),
        customer_id: sample::id(1),
        placed_at: sample::at(1),
        lines: vec![(sample::id(1), 3), (sample::id(2), 10)],
    };
    let key = |name: &str| Once::new("customer", name, "order", &serde_json::Value::Null);
    let written = shop.one.relational.order_place(&order, (&key("place")).into()).await.unwrap();
    assert!(matches!(written, Written::Done(_)), "{written:?}");
    assert_eq!((stock(&shop.two).await, stock(&shop.one).await), (vec![7, 0, 10], vec![7, 0, 10]));
    settle().await;
    let step = OrderMove { id: order.id, owner: None, to: OrderStatus::Cancelled, at: sample::at(2) };
    let written = shop.two.relational.order_move(&step, (&key("cancel")).into()).await.unwrap();
    assert!(matches!(written, Written::Done(_)), "{written:?}");
    assert_eq!((stock(&shop.one).await, stock(&shop.two).await), (vec![10, 10, 10], vec![10, 10, 10]));
}

async fn the_relay_makes_copies_void_that_a_server_left_behind(shop: Shop) {
    seen(&shop.one, 1).await;
    settle().await;
    // another server wrote this and died before it told the cache
    shop.owner.products_put(&[changed(2)]).await.unwrap();
    assert_eq!(seen(&shop.two, 1).await.unwrap().version, 1);
    shop.one.invalidate(&[StockLevel { product_id: sample::id(1), stock: 10, version: 2 }]).await.unwrap();
    assert_eq!(seen(&shop.two, 1).await.unwrap(), changed(2));
}

async fn without_the_setting_products_are_not_kept(shop: Shop) {
    let documents = engines::documents(Engine::Sqlite).await;
    let plain = Stores::layered(shop.owner.clone(), documents, shop.cache.clone(), None);
    for _ in 0..2 {
        let (calls, counts) = account(seen(&plain, 1)).await;
        assert_eq!((calls, counts), (vec!["relational.products_by_ids".to_owned()], (0, 0)));
    }
}

/// One of the stores behind a proxy.
async fn cut_off(engine: Engine) -> (Proxy, Shop) {
    let (proxy, url) = Proxy::in_front_of(&engines::fresh_url(engine).await).await;
    let limits = Limits { connections: 3 };
    let shop = if engine == Engine::Redis {
        let sqlite = Arc::new(Sqlite::connect("sqlite::memory:", &limits).await.unwrap());
        sqlite.migrate().await.unwrap();
        servers(sqlite, Arc::new(Redis::connect(&url, &engines::unique_name()).await.unwrap())).await
    } else {
        let postgres = Arc::new(Postgres::connect(&url, &limits).await.unwrap());
        postgres.migrate().await.unwrap();
        servers(postgres, engines::hot(Engine::Memory).await).await
    };
    (proxy, shop)
}

async fn without_redis_products_come_from_their_owner_and_soon((proxy, shop): (Proxy, Shop)) {
    seen(&shop.one, 1).await;
    for frozen in [true, false] {
        if frozen {
            proxy.freeze()
        } else {
            proxy.cut().await
        }
        let mut waits = Vec::new();
        for n in 1..=20 {
            let start = Instant::now();
            assert_eq!(seen(&shop.one, n).await.unwrap(), sample::product(n, 1));
            waits.push(start.elapsed());
        }
        let start = Instant::now();
        shop.one.relational.products_put(&[sample::product(1, 1)]).await.unwrap();
        println!("frozen: {frozen}, reads {:?}, a write {:?}", waits.iter().max(), start.elapsed());
        assert!(start.elapsed() < Duration::from_millis(500), "a write was held for {:?}", start.elapsed());
        assert!(waits.iter().all(|wait| *wait < Duration::from_millis(150)), "{waits:?}");
        // the breaker is open by now: nobody waits for the budget any more
        assert!(waits[15..].iter().all(|wait| *wait < Duration::from_millis(40)), "{waits:?}");
        if frozen {
            proxy.thaw()
        } else {
            proxy.restore().await
        }
        let start = Instant::now();
        while shop.one.hot.ping().await.is_err() {
            assert!(start.elapsed() < Duration::from_secs(10));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    seen(&shop.one, 2).await;
    settle().await;
    assert_eq!(account(seen(&shop.one, 2)).await.1, (1, 0), "the cache is used again");
}

async fn without_postgresql_products_come_from_the_cache((proxy, shop): (Proxy, Shop)) {
    shop.one.relational.products_by_ids(&ids(1..=10), Detail::Whole).await.unwrap();
    settle().await;
    proxy.cut().await;
    for _ in 0..3 {
        assert_eq!(shop.two.relational.products_by_ids(&ids(1..=10), Detail::Whole).await.unwrap().len(), 10);
        let error = shop.two.relational.products_by_ids(&ids(5..=20), Detail::Whole).await.unwrap_err();
        assert_eq!((error.kind, error.engine), (Kind::Unavailable, Engine::Postgres));
    }
}
