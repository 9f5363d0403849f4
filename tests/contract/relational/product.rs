use super::{Store, TEXTS, assert_conflict, by_id, paging};
use crate::{
    contract,
    support::engines::{relational, relational_behind_a_cache},
    support::sample,
};
use libtest_mimic::Trial;
use polystore::shop::{
    Category, CategoryId, Currency, Detail, Money, Page, Product, ProductFilter, ProductOrder, SearchText, Timestamp, Window,
    money::MAX_AMOUNT, product::MAX_STOCK,
};

/// The trials of products, over any relational store.
macro_rules! trials_of {
    ($entity:literal, $store:path) => {
        contract!(super::ENGINES, $entity, $store;
        products_are_found_by_id_by_slug_and_by_sku,
        every_order_is_paged_whole_in_both_directions,
        filters_alone_and_combined_leave_the_right_rows,
        a_filtered_list_is_paged_whole_in_both_directions,
        products_of_many_categories_are_paged_each_for_itself,
        search_finds_whole_words_in_any_case_with_their_accents,
        search_needs_all_words_and_puts_names_first_then_the_newest,
        search_follows_changes_and_gives_at_most_the_limit,
        a_product_put_again_is_replaced,
        a_product_that_breaks_a_rule_is_a_conflict_and_nothing_is_written,
        the_first_product_decides_the_currency,
        texts_come_back_byte_for_byte,
        twenty_thousand_products_are_put_and_five_thousand_looked_up_at_once,
        )
    };
}

pub fn trials() -> Vec<Trial> {
    // what a cache holds is whole
    let sent = contract!(super::ENGINES, "product", relational; no_more_of_a_product_is_sent_than_is_asked_for,);
    [trials_of!("product", relational), trials_of!("product_behind_a_cache", relational_behind_a_cache), sent]
        .into_iter()
        .flatten()
        .collect()
}

const ORDERS: [ProductOrder; 6] = [
    ProductOrder::CreatedDesc,
    ProductOrder::CreatedAsc,
    ProductOrder::NameAsc,
    ProductOrder::NameDesc,
    ProductOrder::PriceAsc,
    ProductOrder::PriceDesc,
];

async fn with_categories(store: &Store, count: u128) {
    store.categories_put(&(1..=count).map(sample::category).collect::<Vec<_>>()).await.unwrap();
}

/// Eleven products that tie in time, name and price; names that sort differently by bytes than by alphabet.
fn tied() -> Vec<Product> {
    let names = ["apple", "Zebra", "Äpfel", "apple", "éclair", " space", "Zebra", "!mark", "apple", "zebra", "Ω"];
    let rows = (1..=11).map(|n: u128| {
        let small = i64::try_from(n).unwrap();
        Product {
            name: names[usize::try_from(n).unwrap() - 1].into(),
            created_at: sample::at(small * 7 % 4),
            price: sample::eur(100 + small * 5 % 3),
            stock: small % 3,
            description: if n.is_multiple_of(2) { "even and round".into() } else { "odd, not round".into() },
            ..sample::product(n, 1 + n % 2)
        }
    });
    rows.collect()
}

fn search(text: &str) -> SearchText {
    SearchText::parse(text).unwrap()
}

async fn products_are_found_by_id_by_slug_and_by_sku(store: Store) {
    with_categories(&store, 1).await;
    let rows = [sample::product(1, 1), sample::product(2, 1)];
    store.products_put(&rows).await.unwrap();
    let found = store.products_by_ids(&[sample::id(2), sample::id(1), sample::id(2), sample::id(9)], Detail::Whole).await.unwrap();
    assert_eq!(by_id(found, |product| product.id), rows);
    let slugs = ["product-2", "product-1", "product-2", "Product-1", "'; --"].map(String::from);
    assert_eq!(by_id(store.products_by_slugs(&slugs).await.unwrap(), |product| product.id), rows);
    let skus = ["SKU-2", "SKU-1", "SKU-2", "sku-1", "SKU-1 ", "product-1", "'; --", ""].map(String::from);
    assert_eq!(by_id(store.products_by_skus(&skus).await.unwrap(), |product| product.id), rows);
    assert_eq!(store.products_by_skus(&skus[3..]).await.unwrap(), []);
}

/// What a line in a list has of a product.
fn line(row: &Product) -> Product {
    let (sku, slug, description) = Default::default();
    Product { sku, slug, description, stock: 0, created_at: Timestamp::from_millis(0).unwrap(), version: 0, ..row.clone() }
}

/// What a mention has of it.
fn named(row: &Product) -> Product {
    Product { price: Money::new(0, Currency::EUR), ..line(row) }
}

async fn no_more_of_a_product_is_sent_than_is_asked_for(store: Store) {
    with_categories(&store, 2).await;
    let rows = tied();
    store.products_put(&rows).await.unwrap();
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let parents: Vec<CategoryId> = [1, 2].map(sample::id).to_vec();
    let (all, window) = (ProductFilter::default(), Window::first(20));
    let summaries: Vec<_> = rows.iter().map(|row| Product { description: String::new(), ..row.clone() }).collect();
    let (lines, names) = (rows.iter().map(line).collect(), rows.iter().map(named).collect());
    for (detail, found, expected) in [
        (Detail::Whole, rows.clone(), rows),
        (Detail::Summary, summaries.clone(), summaries.clone()),
        (Detail::Line, lines, summaries.clone()),
        (Detail::Name, names, summaries),
    ] {
        assert_eq!(by_id(store.products_by_ids(&ids, detail).await.unwrap(), |row| row.id), found, "by ids, {detail:?}");
        assert_eq!(store.products_by_ids(&[], detail).await.unwrap(), [], "{detail:?}");
        let twice = [ids[1], sample::id(99), ids[0], ids[1]];
        assert_eq!(by_id(store.products_by_ids(&twice, detail).await.unwrap(), |row| row.id), found[..2], "some ids, {detail:?}");
        for order in ORDERS {
            let page = store.products_page(&all, order, &window, detail).await.unwrap();
            assert_eq!(by_id(page.items, |row| row.id), expected, "{order:?}, {detail:?}");
        }
        let pages = store.products_page_by_categories(&parents, &window, detail).await.unwrap();
        let found = pages.into_iter().flat_map(|(_, page)| page.items).collect();
        assert_eq!(by_id(found, |row| row.id), expected, "by categories, {detail:?}");
    }
}

async fn every_order_is_paged_whole_in_both_directions(store: Store) {
    with_categories(&store, 2).await;
    let all = ProductFilter::default();
    for order in ORDERS {
        paging::check(&[], |row| order.key(row), async |window| store.products_page(&all, order, &window, Detail::Whole).await.unwrap())
            .await;
    }
    store.products_put(&tied()).await.unwrap();
    for order in ORDERS {
        let expected = paging::sorted(tied(), order.descending(), |row| order.key(row));
        paging::check(
            &expected,
            |row| order.key(row),
            async |window| store.products_page(&all, order, &window, Detail::Whole).await.unwrap(),
        )
        .await;
    }
}

/// What the filter means, said a second time.
fn passes(filter: &ProductFilter, row: &Product) -> bool {
    let text = format!("{} {}", row.name, row.description).to_lowercase();
    let words: Vec<_> = text.split(|c: char| !c.is_alphanumeric()).collect();
    filter.category_id.is_none_or(|id| row.category_id == id)
        && filter.min_price.is_none_or(|min| row.price.minor >= min)
        && filter.max_price.is_none_or(|max| row.price.minor <= max)
        && filter.in_stock.is_none_or(|stock| (row.stock > 0) == stock)
        && filter.text.as_ref().is_none_or(|text| text.words().iter().all(|word| words.contains(&word.as_str())))
}

async fn filters_alone_and_combined_leave_the_right_rows(store: Store) {
    with_categories(&store, 3).await;
    store.products_put(&tied()).await.unwrap();
    let mut found = 0;
    for category_id in [None, Some(sample::id(1)), Some(sample::id(3))] {
        for (min_price, max_price) in [(None, None), (Some(101), None), (None, Some(101)), (Some(101), Some(101)), (Some(103), Some(100))] {
            for in_stock in [None, Some(true), Some(false)] {
                for text in [None, Some(search("ROUND not")), Some(search("apple")), Some(search("nowhere"))] {
                    let filter = ProductFilter { category_id, min_price, max_price, in_stock, text };
                    let expected: Vec<_> = tied().into_iter().filter(|row| passes(&filter, row)).collect();
                    found += expected.len();
                    for order in ORDERS {
                        let window = Window { total: true, ..Window::first(100) };
                        let page = store.products_page(&filter, order, &window, Detail::Whole).await.unwrap();
                        let expected = paging::sorted(expected.clone(), order.descending(), |row| order.key(row));
                        assert_eq!(page.total, Some(expected.len() as u64), "{filter:?}");
                        assert_eq!(page.items, expected, "{filter:?} {order:?}");
                    }
                }
            }
        }
    }
    assert!(found > 100, "the combinations hardly find anything");
}

async fn a_filtered_list_is_paged_whole_in_both_directions(store: Store) {
    with_categories(&store, 2).await;
    store.products_put(&tied()).await.unwrap();
    let filters = [
        ProductFilter { category_id: Some(sample::id(2)), ..ProductFilter::default() },
        ProductFilter { category_id: Some(sample::id(2)), in_stock: Some(true), ..ProductFilter::default() },
        ProductFilter { text: Some(search("round")), max_price: Some(101), ..ProductFilter::default() },
    ];
    for filter in filters {
        let rows: Vec<_> = tied().into_iter().filter(|row| passes(&filter, row)).collect();
        assert!(rows.len() >= 3);
        for order in ORDERS {
            let expected = paging::sorted(rows.clone(), order.descending(), |row| order.key(row));
            paging::check(
                &expected,
                |row| order.key(row),
                async |window| store.products_page(&filter, order, &window, Detail::Whole).await.unwrap(),
            )
            .await;
        }
    }
}

async fn products_of_many_categories_are_paged_each_for_itself(store: Store) {
    with_categories(&store, 4).await;
    let rows: Vec<_> =
        tied().into_iter().map(|row| if row.price.minor == 100 { Product { category_id: sample::id(3), ..row } } else { row }).collect();
    store.products_put(&rows).await.unwrap();
    let asked: [CategoryId; 6] = [4, 3, 1, 2, 3, 99].map(sample::id);
    let order = ProductOrder::CreatedDesc;
    for parent in asked {
        let children = rows.iter().filter(|row| row.category_id == parent).cloned().collect();
        let expected = paging::sorted(children, true, |row| order.key(row));
        paging::check(
            &expected,
            |row| order.key(row),
            async |window| {
                let found = store.products_page_by_categories(&asked, &window, Detail::Whole).await.unwrap();
                let mut ids: Vec<_> = found.iter().map(|(id, _)| *id).collect();
                ids.sort_unstable();
                ids.dedup();
                assert_eq!(ids.len(), found.len(), "a category was answered twice");
                let mut pages = found.into_iter().filter(|(id, _)| *id == parent).map(|(_, page)| page);
                pages.next().unwrap_or_else(|| Page::empty(&window))
            },
        )
        .await;
    }
}

/// The names of what a search finds, in its order.
async fn names(store: &Store, text: &str, limit: u32) -> Vec<String> {
    store.products_search(&search(text), limit).await.unwrap().into_iter().map(|product| product.name).collect()
}

async fn search_finds_whole_words_in_any_case_with_their_accents(store: Store) {
    with_categories(&store, 1).await;
    let texts = [
        ("Crème brûlée torch", "Burns SUGAR_free tops; 100% steel"),
        ("Creme filling", "well-known, made by O'Neill"),
        ("ΟΔΟΣ map", "see www.example.com/shops or write to sales@example.com"),
        ("Running shoes", "The runner's 2nd choice: version 3.14-beta"),
    ];
    let rows: Vec<_> = (1..)
        .zip(texts)
        .map(|(n, (name, text))| Product { name: name.into(), description: text.into(), ..sample::product(n, 1) })
        .collect();
    store.products_put(&rows).await.unwrap();
    let finds = [
        ("crème", 0),
        ("CRÈME", 0),
        ("creme", 1),
        ("torch", 0),
        ("sugar", 0),
        ("free", 0),
        ("100", 0),
        ("known", 1),
        ("neill", 1),
        ("οδος", 2),
        ("ΟΔΟΣ", 2),
        ("www", 2),
        ("example", 2),
        ("com", 2),
        ("sales", 2),
        ("running", 3),
        ("2nd", 3),
        ("14", 3),
        ("beta", 3),
        ("s", 3),
    ];
    for (text, row) in finds {
        assert_eq!(names(&store, text, 10).await, [texts[row].0], "{text}");
    }
    for nothing in ["crèm", "rème", "run", "runn", "creme brulee", "sugarfree", "shoe", "οδο"] {
        assert_eq!(names(&store, nothing, 10).await, [""; 0], "{nothing}");
    }
    // the same meaning in a list's filter
    let filter = ProductFilter { text: Some(search("CRÈME burns")), ..ProductFilter::default() };
    let page = store.products_page(&filter, ProductOrder::NameAsc, &Window::first(5), Detail::Whole).await.unwrap();
    assert_eq!(page.items, rows[..1]);
}

async fn search_needs_all_words_and_puts_names_first_then_the_newest(store: Store) {
    with_categories(&store, 1).await;
    let texts = [
        ("Blue cup", "small"),
        ("Red cup", "not blue"),
        ("Blue plate", "goes with the cup, the blue one"),
        ("Cup, blue", "large"),
        ("Blue blue blue", "no vessel"),
        ("Green bowl", "blue cup blue cup blue cup"),
    ];
    let row = |(n, (name, text)): (u128, (&str, &str))| Product { name: name.into(), description: text.into(), ..sample::product(n, 1) };
    store.products_put(&(1..).zip(texts).map(row).collect::<Vec<_>>()).await.unwrap();
    assert_eq!(names(&store, "blue cup", 10).await, ["Cup, blue", "Blue cup", "Green bowl", "Blue plate", "Red cup"]);
    assert_eq!(names(&store, "cup BLUE cup", 3).await, ["Cup, blue", "Blue cup", "Green bowl"]);
    // of one age: the larger id first
    let twins = [7, 8].map(|n| Product { name: "Twin".into(), created_at: sample::at(0), ..sample::product(n, 1) });
    store.products_put(&twins).await.unwrap();
    let found = store.products_search(&search("twin"), 5).await.unwrap();
    assert_eq!(found, [twins[1].clone(), twins[0].clone()]);
}

async fn search_follows_changes_and_gives_at_most_the_limit(store: Store) {
    with_categories(&store, 1).await;
    let rows: Vec<_> = (1..=30).map(|n| sample::product(n, 1)).collect();
    store.products_put(&rows).await.unwrap();
    assert_eq!(names(&store, "product", 7).await.len(), 7);
    assert_eq!(names(&store, "product 004", 7).await, ["Product 004"]);
    store.products_put(&[Product { name: "Renamed".into(), description: "Rewritten".into(), ..rows[3].clone() }]).await.unwrap();
    assert_eq!(names(&store, "004", 7).await, [""; 0]);
    assert_eq!(names(&store, "product", 100).await.len(), 29);
    assert_eq!(names(&store, "rewritten renamed", 7).await, ["Renamed"]);
}

async fn a_product_put_again_is_replaced(store: Store) {
    with_categories(&store, 2).await;
    let rows = [sample::product(1, 1), sample::product(2, 1)];
    store.products_put(&rows).await.unwrap();
    store.products_put(&rows).await.unwrap();
    let changed = Product {
        sku: "NEW".into(),
        slug: "new".into(),
        price: sample::eur(5),
        stock: 0,
        category_id: sample::id(2),
        created_at: sample::at(99),
        version: 2,
        ..sample::product(1, 1)
    };
    store.products_put(&[changed.clone(), sample::product(3, 1)]).await.unwrap();
    let page = store.products_page(&ProductFilter::default(), ProductOrder::PriceAsc, &Window::first(10), Detail::Whole).await.unwrap();
    assert_eq!(page.items, [changed, sample::product(2, 1), sample::product(3, 1)]);
}

async fn a_product_that_breaks_a_rule_is_a_conflict_and_nothing_is_written(store: Store) {
    with_categories(&store, 1).await;
    store.products_put(&[sample::product(1, 1)]).await.unwrap();
    let good = sample::product(2, 1);
    let francs = Money::new(100, "CHF".parse().unwrap());
    let bad = [
        ("a slug twice", Product { slug: "product-1".into(), ..sample::product(3, 1) }),
        ("a SKU twice", Product { sku: "SKU-1".into(), ..sample::product(3, 1) }),
        ("an unknown category", sample::product(3, 9)),
        ("a negative stock", Product { stock: -1, ..sample::product(3, 1) }),
        ("a price of zero", Product { price: sample::eur(0), ..sample::product(3, 1) }),
        ("a negative price", Product { price: sample::eur(-1), ..sample::product(3, 1) }),
        ("a stock beyond the bound", Product { stock: MAX_STOCK + 1, ..sample::product(3, 1) }),
        ("a price beyond the bound", Product { price: sample::eur(MAX_AMOUNT + 1), ..sample::product(3, 1) }),
        ("a second currency", Product { price: francs, ..sample::product(3, 1) }),
        ("a known product in a second currency", Product { price: francs, ..sample::product(1, 1) }),
        ("a known product without stock for it", Product { stock: -5, ..sample::product(1, 1) }),
    ];
    for (what, bad) in bad {
        assert_conflict(&store, store.products_put(&[good.clone(), bad.clone()]).await, what);
        assert_conflict(&store, store.products_put(&[bad]).await, what);
        let page = store.products_page(&ProductFilter::default(), ProductOrder::NameAsc, &Window::first(10), Detail::Whole).await.unwrap();
        assert_eq!(page.items, [sample::product(1, 1)], "{what}");
        assert_eq!(store.products_search(&search("product"), 10).await.unwrap().len(), 1, "{what}");
    }
    store.products_put(&[good]).await.unwrap();
}

async fn the_first_product_decides_the_currency(store: Store) {
    with_categories(&store, 1).await;
    let yen = |n, category| Product { price: Money::new(500, "JPY".parse().unwrap()), ..sample::product(n, category) };
    assert_conflict(&store, store.products_put(&[yen(1, 1), sample::product(2, 1)]).await, "two currencies in the first put");
    assert_conflict(&store, store.products_put(&[yen(1, 9)]).await, "an unknown category");
    // what was refused decided nothing
    store.products_put(&[sample::product(1, 1)]).await.unwrap();
    assert_conflict(&store, store.products_put(&[yen(2, 1)]).await, "a second currency");
    assert_eq!(store.products_by_ids(&[sample::id(1), sample::id(2)], Detail::Whole).await.unwrap()[0].price.currency, Currency::EUR);
}

async fn texts_come_back_byte_for_byte(store: Store) {
    store.categories_put(&[Category { name: "'".into(), ..sample::category(1) }]).await.unwrap();
    let row = |(n, text): (u128, &str)| Product {
        name: text.into(),
        description: format!("{text}{text}"),
        sku: format!("{n}'\"\\"),
        ..sample::product(n, 1)
    };
    let mut rows: Vec<_> = (1..).zip(TEXTS).map(row).collect();
    rows.push(Product { description: String::new(), ..sample::product(90, 1) });
    rows.push(Product {
        description: "ж🦀".repeat(5_000),
        price: sample::eur(MAX_AMOUNT),
        stock: MAX_STOCK,
        version: i64::MAX,
        created_at: polystore::shop::Timestamp::from_millis(polystore::shop::time::MAX_MILLIS).unwrap(),
        ..sample::product(91, 1)
    });
    store.products_put(&rows).await.unwrap();
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    assert_eq!(by_id(store.products_by_ids(&ids, Detail::Whole).await.unwrap(), |product| product.id), rows);
    for order in ORDERS {
        let expected = paging::sorted(rows.clone(), order.descending(), |row| order.key(row));
        let all = ProductFilter::default();
        paging::check(
            &expected,
            |row| order.key(row),
            async |window| store.products_page(&all, order, &window, Detail::Whole).await.unwrap(),
        )
        .await;
    }
}

async fn twenty_thousand_products_are_put_and_five_thousand_looked_up_at_once(store: Store) {
    with_categories(&store, 3).await;
    let rows: Vec<_> = (1..=20_000).map(|n| sample::product(n, 1 + n % 3)).collect();
    store.products_put(&rows).await.unwrap();
    let window = Window { total: true, ..Window::first(1) };
    let page = store.products_page(&ProductFilter::default(), ProductOrder::CreatedDesc, &window, Detail::Whole).await.unwrap();
    assert_eq!((page.total, page.items), (Some(20_000), rows[19_999..].to_vec()));
    let ids: Vec<_> = rows.iter().step_by(4).map(|row| row.id).collect();
    let found = by_id(store.products_by_ids(&ids, Detail::Whole).await.unwrap(), |product| product.id);
    assert_eq!(found, rows.iter().step_by(4).cloned().collect::<Vec<_>>());
    let slugs: Vec<_> = rows.iter().step_by(4).map(|row| row.slug.clone()).collect();
    assert_eq!(store.products_by_slugs(&slugs).await.unwrap().len(), 5_000);
    let skus: Vec<_> = rows.iter().step_by(4).map(|row| row.sku.clone()).collect();
    assert_eq!(store.products_by_skus(&skus).await.unwrap().len(), 5_000);
    let parents: Vec<CategoryId> = (1..=5_000).map(sample::id).collect();
    let pages = store.products_page_by_categories(&parents, &window, Detail::Whole).await.unwrap();
    let total: u64 = pages.iter().filter_map(|(_, page)| page.total).sum();
    assert_eq!(total, 20_000);
}
