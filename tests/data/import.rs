//! The importer: what it refuses, that a refusal writes nothing, and what it writes.

use crate::recording::Recording;
use polystore::{
    import::{ImportError, Options, Report, run},
    progress::Silent,
    shop::{ArticleStatus, Block, Currency, Money, OrderStatus, Theme, Tier},
};
use std::path::Path;

const MAPPING: &str = r#"
source = "test"
currency = "EUR"

[[file]]
path = "people.csv"
entity = "customers"
key = "id"
[file.columns]
email = "mail"
name = "name"
tier = { column = "tier", default = "STANDARD", map = { vip = "GOLD" } }
created_at = { column = "since", date = "%d.%m.%Y" }

[[file]]
path = "shelves.csv"
entity = "categories"
key = "id"
delimiter = ";"
[file.columns]
slug = "{name|slug}"
name = "name"
parent_id = "parent"

[[file]]
path = "goods.csv"
entity = "products"
key = ["maker", "number"]
decimal_comma = true
delimiter = ";"
nulls = ["", "NULL"]
[file.columns]
sku = "{maker}-{number}"
slug = "slug"
name = "name"
description = "text"
price = "price"
stock = "stock"
category_id = "shelf"
created_at = { const = "2026-01-01T00:00:00Z" }

[[file]]
path = "orders.ndjson"
entity = "orders"
key = "no"
[file.columns]
customer_id = "who.id"
placed_at = "at"
status = { when_null = "sent", then = "PAID", else = "SHIPPED" }

[[file]]
path = "lines.csv"
entity = "order_items"
[file.columns]
order_id = "order"
product_id = "product"
quantity = "pieces"
unit_price = "price"
discount = { column = "off", fraction = true }
"#;

const GOOD: [(&str, &str); 5] = [
    (
        "people.csv",
        "id,name,mail,tier,since\n1,\"Ann \"\"A\"\" Berg\",ann@example.com,vip,31.01.2026\n2,Bo Çelik,bo@example.com,,01.02.2026\n",
    ),
    ("shelves.csv", "id;name;parent\nb;Pots & Pans;a\na;Küche;\n"),
    ("goods.csv", "maker;number;slug;name;text;price;stock;shelf\nX;1;pan;Pan;A \"good\" pan;12,50;3;b\nX;2;pot;Pot;NULL;10,10;0;b\n"),
    (
        "orders.ndjson",
        "{\"no\": 7, \"who\": {\"id\": 1}, \"at\": \"2026-03-01T10:00:00Z\", \"sent\": null}\n\n{\"no\": 8, \"who\": {\"id\": 2}, \"at\": \"2026-03-02T10:00:00+01:00\", \"sent\": \"x\"}\n",
    ),
    ("lines.csv", "order,product,pieces,price,off\n7,X/1,2,12.50,0\n8,X/2,1,10.10,0.05\n7,X/2,1,9.99,\n"),
];

/// The good files, some of them replaced.
fn folder(changed: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("map.toml"), MAPPING).unwrap();
    GOOD.iter().for_each(|(name, text)| std::fs::write(folder.path().join(name), text).unwrap());
    changed.iter().for_each(|(name, bytes)| std::fs::write(folder.path().join(name), bytes).unwrap());
    folder
}

async fn import(folder: &Path, store: &Recording, skip_bad: bool) -> Report {
    let options = Options { data: None, skip_bad };
    run(&folder.join("map.toml"), options, store, store, store, &Silent).await.unwrap()
}

#[tokio::test]
async fn files_that_name_one_another_become_a_shop() {
    let (store, folder) = (Recording::default(), folder(&[]));
    let report = import(folder.path(), &store, false).await;
    assert_eq!((report.read(), report.written(), report.bad(), report.wrote), (11, 11, 0, true), "{report}");
    let kept = store.kept();
    assert_eq!((kept.customers[0].name.as_str(), kept.customers[0].tier), ("Ann \"A\" Berg", Tier::Gold));
    assert_eq!((kept.customers[1].tier, kept.customers[1].created_at.to_string()), (Tier::Standard, "2026-02-01T00:00:00.000Z".into()));
    assert_eq!((kept.categories[0].slug.as_str(), kept.categories[1].slug.as_str()), ("kuche", "pots-pans"), "parents come first");
    assert_eq!(kept.categories[1].parent_id, Some(kept.categories[0].id));
    assert_eq!((kept.products[0].price, kept.products[0].sku.as_str()), (Money::new(1_250, Currency::EUR), "X-1"));
    assert_eq!((kept.products[0].description.as_str(), kept.products[1].description.as_str()), ("A \"good\" pan", ""));
    let [first, second] = &kept.orders[..] else { panic!("{:?}", kept.orders) };
    assert_eq!((first.order.status, second.order.status), (OrderStatus::Paid, OrderStatus::Shipped));
    assert_eq!((first.order.total.minor, first.items.len(), first.items[1].line), (3_499, 2, 2));
    // 10.10 * 0.05 = 0.505: half a cent goes up
    assert_eq!((second.items[0].discount.minor, second.order.total.minor), (51, 959));
    assert!(first.check().is_ok() && second.check().is_ok());
    assert_eq!(second.order.placed_at.to_string(), "2026-03-02T09:00:00.000Z");
    assert!(kept.puts.contains(&"filled"), "the planner is told");
    assert_eq!(kept.puts.last(), Some(&"ranking"), "the hot copies are made anew");
}

#[tokio::test]
async fn importing_twice_gives_the_same_rows() {
    let folder = folder(&[]);
    let (first, second) = (Recording::default(), Recording::default());
    import(folder.path(), &first, false).await;
    import(folder.path(), &second, false).await;
    assert_eq!(first.digest(), second.digest());
    let report = import(folder.path(), &first, false).await;
    assert!(report.wrote && report.bad() == 0, "its own rows in the store are no conflict: {report}");
}

/// Each bad file, and the problem that must be listed for it.
const BAD: [(&str, &[u8], &str); 47] = [
    ("people.csv", b"", "people.csv:1: row: the file is empty"),
    ("people.csv", b"\xef\xbb\xbf", "people.csv:1: row: the file is empty"),
    ("people.csv", b"\xff\xfei\0d\0", "people.csv:1: row: the file is UTF-16"),
    ("people.csv", b"id,name,mail,tier\n", "people.csv:1: since: the header has no such column"),
    ("people.csv", b"id,name,mail,tier,since,id\n", "people.csv:1: id: the header has this column twice"),
    ("people.csv", b"id,name,mail,tier,since\n1,Ann,ann@example.com,\n", "people.csv:2: row: has 4 columns, the header has 5"),
    (
        "people.csv",
        b"id,name,mail,tier,since\n\n\n1,Berg, Ann,a@example.com,,01.01.2026\n",
        "people.csv:4: row: has 6 columns, the header has 5",
    ),
    (
        "people.csv",
        b"id,name,mail,tier,since\n1,\"Ann,a@example.com,,01.01.2026\n2,B,b@example.com,,01.01.2026\n",
        "people.csv:2: row: a quote is opened and never closed",
    ),
    (
        "people.csv",
        b"id,name,mail,tier,since\n1,\"Ann\"x,a@example.com,,01.01.2026\n",
        "people.csv:2: row: text stands behind a closing quote",
    ),
    ("people.csv", b"id,name,mail,tier,since\n1,Ann\xff,a@example.com,,01.01.2026\n", "people.csv:2: name: is not valid UTF-8"),
    ("people.csv", b"id,name,mail,tier,since\n1,An\0n,a@example.com,,01.01.2026\n", "people.csv:2: name: holds the character NUL"),
    ("people.csv", b"id,name,mail,tier,since\n1,,a@example.com,,01.01.2026\n", "people.csv:2: name: is missing"),
    ("people.csv", b"id,name,mail,tier,since\n,Ann,a@example.com,,01.01.2026\n", "people.csv:2: key: is missing"),
    (
        "people.csv",
        b"id,name,mail,tier,since\n1,Ann,Ann@example.com,,01.01.2026\n",
        "people.csv:2: email: \"Ann@example.com\" is not a lower-case e-mail",
    ),
    ("people.csv", b"id,name,mail,tier,since\n1,Ann,example.com,,01.01.2026\n", "people.csv:2: email: \"example.com\" is not"),
    ("people.csv", b"id,name,mail,tier,since\n1,Ann,a@example.com,,2026-01-01\n", "people.csv:2: created_at: \"2026-01-01\" is not a time"),
    ("people.csv", b"id,name,mail,tier,since\n1,Ann,a@example.com,,01.01.1969\n", "people.csv:2: created_at: \"01.01.1969\" is not a time"),
    (
        "people.csv",
        b"id,name,mail,tier,since\n1,Ann,a@example.com,best,01.01.2026\n",
        "people.csv:2: tier: \"best\" is none of STANDARD, SILVER, GOLD",
    ),
    (
        "people.csv",
        b"id,name,mail,tier,since\n1,A,a@example.com,,01.01.2026\n1,B,b@example.com,,01.01.2026\n",
        "people.csv:3: key: the row's key stands in people.csv:2 already",
    ),
    (
        "people.csv",
        b"id,name,mail,tier,since\n1,A,a@example.com,,01.01.2026\n2,B,a@example.com,,01.01.2026\n",
        "people.csv:3: email: \"a@example.com\" stands in people.csv:2 already",
    ),
    (
        "people.csv",
        b"id,name,mail,tier,since\n1,A,a@example.com,,01.01.2026\n",
        "orders.ndjson:3: customer_id: \"2\" is neither a good row of the files nor in the store",
    ),
    ("shelves.csv", b"id;name;parent\na;A;b\nb;B;a\n", "shelves.csv:2: parent_id: \"b\" is neither"),
    ("shelves.csv", b"id;name;parent\nb;B;\na;\xe6\x97\xa5\xe6\x9c\xac;\n", "shelves.csv:3: slug: \"\" is not a slug"),
    ("shelves.csv", b"id;name;parent\nb;B;\na;b;\n", "shelves.csv:3: slug: \"b\" stands in shelves.csv:2 already"),
    ("goods.csv", b"maker;number;slug;name;text;price;stock;shelf\nX;1;Pan;Pan;;1,00;3;b\n", "goods.csv:2: slug: \"Pan\" is not a slug"),
    (
        "goods.csv",
        b"maker;number;slug;name;text;price;stock;shelf\nX;1;pan;Pan;;0,00;3;b\n",
        "goods.csv:2: price: \"0,00\" is not an amount above zero",
    ),
    (
        "goods.csv",
        b"maker;number;slug;name;text;price;stock;shelf\nX;1;pan;Pan;;1,005;3;b\n",
        "goods.csv:2: price: \"1,005\" is not an amount",
    ),
    (
        "goods.csv",
        b"maker;number;slug;name;text;price;stock;shelf\nX;1;pan;Pan;;1.000,00;3;b\n",
        "goods.csv:2: price: \"1.000,00\" is not an amount",
    ),
    ("goods.csv", b"maker;number;slug;name;text;price;stock;shelf\nX;1;pan;Pan;;1e9;3;b\n", "goods.csv:2: price: \"1e9\" is not an amount"),
    ("goods.csv", b"maker;number;slug;name;text;price;stock;shelf\nX;1;pan;Pan;;99999999999999999999;3;b\n", "goods.csv:2: price: "),
    (
        "goods.csv",
        b"maker;number;slug;name;text;price;stock;shelf\nX;1;pan;Pan;;1,00;-1;b\n",
        "goods.csv:2: stock: \"-1\" is not a whole number from 0",
    ),
    (
        "goods.csv",
        b"maker;number;slug;name;text;price;stock;shelf\nX;1;pan;Pan;;1,00;1,5;b\n",
        "goods.csv:2: stock: \"1,5\" is not a whole number",
    ),
    ("goods.csv", b"maker;number;slug;name;text;price;stock;shelf\nX;1;pan;Pan;;1,00;3;z\n", "goods.csv:2: category_id: \"z\" is neither"),
    ("orders.ndjson", b"{\"no\": 7\n", "orders.ndjson:1: row: is not JSON (column "),
    ("orders.ndjson", b"[1]\n", "orders.ndjson:1: row: expected a JSON object"),
    ("orders.ndjson", b"\n\n", "orders.ndjson:1: row: the file is empty"),
    ("orders.ndjson", b"{\"no\": 9, \"who\": {\"id\": 1}, \"at\": \"2026-03-01T10:00:00Z\"}\n", "orders.ndjson:1: order: has no lines"),
    (
        "lines.csv",
        b"order,product,pieces,price,off\n7,X/1,0,12.50,0\n8,X/1,1,1,0\n",
        "lines.csv:2: quantity: \"0\" is not a whole number from 1",
    ),
    (
        "lines.csv",
        b"order,product,pieces,price,off\n7,X/1,9223372036854775807,12.50,0\n8,X/1,1,1,0\n",
        "lines.csv:2: quantity: \"9223372036854775807\" is not a whole number from 1 to 1000000",
    ),
    (
        "lines.csv",
        b"order,product,pieces,price,off\n7,X/1,1000001,0,0\n8,X/1,1,1,0\n",
        "lines.csv:2: quantity: \"1000001\" is not a whole number from 1 to 1000000",
    ),
    (
        "lines.csv",
        b"order,product,pieces,price,off\n7,X/1,1,92233720368547758.07,0\n8,X/1,1,1,0\n",
        "lines.csv:2: unit_price: \"92233720368547758.07\" is larger than 10000000000.00",
    ),
    (
        "lines.csv",
        b"order,product,pieces,price,off\n7,X/1,2,5000000000.01,0\n8,X/1,1,1,0\n",
        "lines.csv:2: quantity: makes the line's price larger than 10000000000.00",
    ),
    (
        "lines.csv",
        b"order,product,pieces,price,off\n7,X/1,1,10000000000,0\n8,X/1,1,1,0\n7,X/1,1,0.01,0\n",
        "orders.ndjson:1: order: has a total that is larger than 10000000000.00",
    ),
    (
        "goods.csv",
        b"maker;number;slug;name;text;price;stock;shelf\nX;1;pan;Pan;;10000000000,01;3;b\n",
        "goods.csv:2: price: \"10000000000,01\" is larger than 10000000000.00",
    ),
    (
        "goods.csv",
        b"maker;number;slug;name;text;price;stock;shelf\nX;1;pan;Pan;;1,00;2147483648;b\n",
        "goods.csv:2: stock: \"2147483648\" is not a whole number from 0 to 2147483647",
    ),
    (
        "lines.csv",
        b"order,product,pieces,price,off\n7,X/1,1,12.50,1.5\n8,X/1,1,1,0\n",
        "lines.csv:2: discount: \"1.5\" is not a fraction from 0 to 1",
    ),
    (
        "lines.csv",
        b"order,product,pieces,price,off\n7,X/1,1,1,0\n8,X/9,1,1,0\n",
        "lines.csv:3: product_id: \"X/9\" is not a good row of the files (products)",
    ),
];

#[tokio::test]
async fn every_bad_file_is_refused_with_line_field_and_reason_and_nothing_is_written() {
    for (name, bytes, expected) in BAD {
        let (store, folder) = (Recording::default(), folder(&[(name, bytes)]));
        let report = import(folder.path(), &store, false).await;
        let text = report.to_string();
        assert!(text.lines().any(|line| line.starts_with(expected)), "expected {expected:?} in\n{text}");
        assert!(store.kept().puts.is_empty() && !report.wrote && report.written() == 0, "{name}: {:?}", store.kept().puts);
    }
}

#[tokio::test]
async fn one_bad_row_in_the_last_file_keeps_everything_out() {
    let lines = b"order,product,pieces,price,off\n7,X/1,2,12.50,0\n8,X/2,one,10.10,0\n";
    let (store, folder) = (Recording::default(), folder(&[("lines.csv", lines)]));
    let report = import(folder.path(), &store, false).await;
    assert!(store.kept().puts.is_empty(), "{:?}", store.kept().puts);
    assert!(report.bad() > 0 && report.to_string().ends_with("nothing was written"), "{report}");
}

#[tokio::test]
async fn skipping_bad_rows_writes_the_good_ones_whose_references_are_good() {
    // Bo's address is bad, so Bo's order falls, and with it its line; Ann's order stays
    let people = b"id,name,mail,tier,since\n1,Ann,ann@example.com,,31.01.2026\n2,Bo,BO,,01.02.2026\n";
    let (store, folder) = (Recording::default(), folder(&[("people.csv", people)]));
    let report = import(folder.path(), &store, true).await;
    assert!(report.wrote);
    assert_eq!((report.read(), report.written(), report.bad()), (11, 8, 3), "{report}");
    {
        let kept = store.kept();
        assert_eq!((kept.customers.len(), kept.categories.len(), kept.products.len(), kept.orders.len()), (1, 2, 2, 1));
        assert_eq!(kept.orders[0].items.len(), 2);
    }
    // a broken file is no bad row: half of it is unknown
    let folder = self::folder(&[("people.csv", b"id,name,mail,tier,since\n1,Ann,ann@example.com,,31.01.2026\n2,\"Bo")]);
    let store = Recording::default();
    assert!(!import(folder.path(), &store, true).await.wrote && store.kept().puts.is_empty());
}

#[tokio::test]
async fn an_order_with_one_bad_line_is_not_written_at_all() {
    let lines = b"order,product,pieces,price,off\n7,X/1,2,12.50,0\n8,X/2,1,10.10,0\n7,X/2,-1,9.99,\n";
    let (store, folder) = (Recording::default(), folder(&[("lines.csv", lines)]));
    let report = import(folder.path(), &store, true).await;
    assert_eq!((report.bad(), store.kept().orders.len()), (3, 1), "{report}");
    assert!(report.to_string().contains("orders.ndjson:1: order: one of its lines is not good"), "{report}");
}

#[tokio::test]
async fn bad_rows_beyond_a_hundred_are_counted() {
    let mut people = "id,name,mail,tier,since\n".to_owned();
    (0..150).for_each(|i| people.push_str(&format!("{i},Ann,nobody,,01.01.2026\n")));
    let (store, folder) = (Recording::default(), folder(&[("people.csv", people.as_bytes())]));
    let report = import(folder.path(), &store, false).await;
    assert_eq!((report.files[0].problems.len(), report.files[0].more, report.files[0].bad), (100, 50, 150));
    assert!(report.to_string().contains("people.csv: and 50 more\n"));
}

#[tokio::test]
async fn rows_in_the_store_can_be_named_and_their_slugs_are_taken() {
    let (store, folder) = (Recording::default(), folder(&[]));
    import(folder.path(), &store, false).await;
    let product = store.kept().products[0].id;
    let text = "id,name,mail,tier,since\n1,Ann,ann@example.com,,31.01.2026\n2,Bo,bo@example.com,,31.01.2026\n";
    std::fs::write(folder.path().join("people.csv"), text).unwrap();
    std::fs::write(folder.path().join("lines.csv"), format!("order,product,pieces,price,off\n7,{product},1,1,0\n8,X/2,1,1,0\n")).unwrap();
    let report = import(folder.path(), &store, false).await;
    assert_eq!(report.bad(), 0, "a TypeID stands for itself: {report}");
    let goods = "maker;number;slug;name;text;price;stock;shelf\nX;1;pan;Pan;;1,00;3;b\nX;2;pot;Pot;;1,00;1;b\nY;1;pan;Pan;;1,00;3;b\n";
    std::fs::write(folder.path().join("goods.csv"), goods.replace("X;1;pan;Pan;;1,00;3;b\n", "")).unwrap();
    std::fs::write(folder.path().join("lines.csv"), "order,product,pieces,price,off\n7,Y/1,1,1,0\n8,X/2,1,1,0\n").unwrap();
    let report = import(folder.path(), &store, false).await;
    assert!(report.to_string().contains("goods.csv:3: slug: \"pan\" belongs to another row in the store"), "{report}");
}

#[tokio::test]
async fn values_that_another_row_in_the_store_has_are_told_row_by_row_and_can_be_skipped() {
    let store = Recording::default();
    import(folder(&[]).path(), &store, false).await;
    // another source, so every key is another row: Ann's e-mail, two SKUs and a slug are taken, the rest is free
    let others = folder(&[
        ("map.toml", MAPPING.replace("\"test\"", "\"other\"").as_bytes()),
        ("people.csv", b"id,name,mail,tier,since\n1,Ann,ann@example.com,,31.01.2026\n2,Cy,cy@example.com,,01.02.2026\n"),
        ("shelves.csv", b"id;name;parent\nc;Cellar;\n"),
        (
            "goods.csv",
            b"maker;number;slug;name;text;price;stock;shelf\nX;1;new;New;;1,00;3;c\nX;2;pot;Pot;;1,00;3;c\nX;3;lid;Lid;;1,00;3;c\n",
        ),
        ("lines.csv", b"order,product,pieces,price,off\n7,X/3,1,1,0\n8,X/3,1,1,0\n"),
    ]);
    let before = store.kept().puts.len();
    let report = import(others.path(), &store, false).await;
    assert_eq!(
        report.files.iter().map(|file| file.problems.iter().map(String::as_str).collect()).collect::<Vec<Vec<_>>>(),
        [
            vec!["people.csv:2: email: \"ann@example.com\" belongs to another row in the store"],
            vec![],
            vec![
                "goods.csv:2: sku: \"X-1\" belongs to another row in the store",
                "goods.csv:3: sku: \"X-2\" belongs to another row in the store",
                "goods.csv:3: slug: \"pot\" belongs to another row in the store",
            ],
            vec!["orders.ndjson:1: customer_id: \"1\" is neither a good row of the files nor in the store (customers)"],
            vec!["lines.csv:2: order_id: \"7\" is not a good row of the files (orders)"],
        ]
    );
    assert_eq!(report.files.iter().map(|file| file.bad).collect::<Vec<_>>(), [1, 0, 2, 1, 1], "a row is bad once");
    assert!(!report.wrote && store.kept().puts.len() == before, "{report}");

    let report = import(others.path(), &store, true).await;
    assert!(report.wrote, "{report}");
    assert_eq!(report.files.iter().map(|file| file.written).collect::<Vec<_>>(), [1, 1, 1, 1, 1], "{report}");
    let kept = store.kept();
    assert_eq!((kept.customers[2].email.as_str(), kept.products[2].sku.as_str()), ("cy@example.com", "X-3"));
    assert_eq!((kept.customers.len(), kept.products.len(), kept.orders.len()), (3, 3, 3));
}

#[tokio::test]
async fn the_shop_keeps_its_currency() {
    let (store, folder) = (Recording::default(), folder(&[]));
    import(folder.path(), &store, false).await;
    let puts = store.kept().puts.len();
    std::fs::write(folder.path().join("map.toml"), MAPPING.replace("EUR", "USD")).unwrap();
    let report = import(folder.path(), &store, true).await;
    assert!(report.to_string().contains("currency: the mapping's amounts are in USD, the shop trades in EUR"), "{report}");
    assert_eq!(store.kept().puts.len(), puts);
}

#[tokio::test]
async fn documents_come_in_as_ndjson() {
    const DOCUMENTS: &str = r#"
[[file]]
path = "articles.ndjson"
entity = "articles"
key = "id"
[file.columns]
slug = "id"
title = "title"
status = { when_null = "out", then = "DRAFT", else = "PUBLISHED" }
tags = { column = "tags", split = "," }
blocks = "body"
author_id = "by"
product_ids = "about"
published_at = "out"
created_at = "made"

[[file]]
path = "comments.ndjson"
entity = "comments"
key = "id"
[file.columns]
article_id = "on"
author_id = "by"
body = "text"
created_at = "at"

[[file]]
path = "preferences.ndjson"
entity = "preferences"
[file.columns]
customer_id = "who"
theme = { column = "look", map = { night = "DARK" }, default = "SYSTEM" }
interests = "likes"
notify_offers = "spam"
extra = "rest"

[[file]]
path = "events.ndjson"
entity = "activity"
key = "id"
[file.columns]
customer_id = "who"
kind = { const = "PRODUCT_VIEWED" }
at = "at"
product_id = "what"
"#;
    let articles = concat!(
        r#"{"id": "one", "title": "One \"fine\" pan", "tags": "pans, care", "body": "First.\n\nSecond.", "by": 1, "about": ["X/1"], "made": "2026-01-01T00:00:00Z"}"#,
        "\n",
        r#"{"id": "two", "title": "Two", "tags": ["pans"], "body": [{"type": "HEADING", "level": 2, "text": "Pots"}, {"type": "PRODUCT_EMBED", "productId": "X/2", "note": null}], "by": 2, "out": "2026-02-01T00:00:00Z", "made": "2026-01-01T00:00:00Z"}"#,
    );
    let folder = folder(&[
        ("articles.ndjson", articles.as_bytes()),
        ("comments.ndjson", br#"{"id": 1, "on": "two", "by": 1, "text": "Nice \ud83d\ude00", "at": "2026-02-02T00:00:00Z"}"#),
        ("preferences.ndjson", br#"{"who": 1, "look": "night", "likes": ["pans"], "spam": true, "rest": {"b": 1, "a": 2.0}}"#),
        ("events.ndjson", br#"{"id": "e1", "who": 1, "at": "2026-02-02T00:00:00Z", "what": "X/1"}"#),
    ]);
    std::fs::write(folder.path().join("map.toml"), format!("{MAPPING}{DOCUMENTS}")).unwrap();
    let store = Recording::default();
    let report = import(folder.path(), &store, false).await;
    assert_eq!((report.bad(), report.written()), (0, 16), "{report}");
    {
        let kept = store.kept();
        assert_eq!(
            (kept.articles[0].tags.join("+"), kept.articles[0].blocks.len(), kept.articles[0].status),
            ("pans+care".into(), 2, ArticleStatus::Draft)
        );
        assert_eq!(kept.articles[1].blocks[1], Block::ProductEmbed { product_id: kept.products[1].id, note: None });
        assert_eq!((kept.articles[0].product_ids[0], kept.articles[1].author_id), (kept.products[0].id, kept.customers[1].id));
        assert_eq!((kept.comments[0].article_id, kept.comments[0].body.as_str()), (kept.articles[1].id, "Nice 😀"));
        assert_eq!((kept.preferences[0].theme, kept.preferences[0].extra.to_string()), (Theme::Dark, r#"{"a":2,"b":1}"#.into()));
        assert_eq!(kept.activity[0].product_id, Some(kept.products[0].id));
    }
    for (name, line, expected) in [
        (
            "articles.ndjson",
            r#"{"id": "one", "title": "T", "body": [{"type": "HEADING", "level": 7, "text": "x"}], "by": 1, "made": "2026-01-01T00:00:00Z"}"#,
            "level is 1 to 6",
        ),
        (
            "articles.ndjson",
            r#"{"id": "one", "title": "T", "body": [{"type": "VIDEO"}], "by": 1, "made": "2026-01-01T00:00:00Z"}"#,
            "articles.ndjson:1: blocks: block 1: unknown variant",
        ),
        (
            "articles.ndjson",
            r#"{"id": "one", "title": "T", "body": [{"type": "PARAGRAPH", "text": "\u0000"}], "by": 1, "made": "2026-01-01T00:00:00Z"}"#,
            "NUL",
        ),
        (
            "articles.ndjson",
            r#"{"id": "one", "title": "T", "tags": ["a", "a"], "by": 1, "made": "2026-01-01T00:00:00Z"}"#,
            "tags: \"a\" stands there twice",
        ),
        (
            "comments.ndjson",
            r#"{"id": 1, "on": "three", "by": 1, "text": "x", "at": "2026-02-02T00:00:00Z"}"#,
            "article_id: \"three\" is neither",
        ),
        ("preferences.ndjson", r#"{"who": 1, "rest": {"$ne": 1}}"#, "preferences.ndjson:1: extra: JSON key \"$ne\" is not allowed"),
    ] {
        std::fs::write(folder.path().join(name), line).unwrap();
        let report = import(folder.path(), &Recording::default(), false).await.to_string();
        assert!(report.contains(expected), "expected {expected:?} in\n{report}");
        let good: &[u8] = if name == "articles.ndjson" { articles.as_bytes() } else { b"" };
        std::fs::write(folder.path().join(name), good).unwrap();
    }
}

#[tokio::test]
async fn a_mapping_that_cannot_be_used_is_an_error_with_its_reason() {
    let folder = folder(&[("map.toml", b"source = \"x\"\n[[file]]\npath = \"people.csv\"\nentity = \"people\"\n")]);
    let store = Recording::default();
    let run = run(&folder.path().join("map.toml"), Options::default(), &store, &store, &store, &Silent).await;
    assert!(matches!(run, Err(ImportError::Mapping(_, reason)) if reason.contains("people")));
    let report = {
        std::fs::write(folder.path().join("map.toml"), MAPPING).unwrap();
        std::fs::remove_file(folder.path().join("goods.csv")).unwrap();
        import(folder.path(), &store, true).await
    };
    assert!(report.to_string().contains("goods.csv:0: row: the file cannot be read") && !report.wrote, "{report}");
}

#[tokio::test]
async fn the_example_of_the_manual_does_what_the_manual_says() {
    let manual = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/import.md")).unwrap();
    let block = |kind: &str, place: usize| {
        let (_, block) =
            manual.match_indices(&format!("```{kind}\n")).nth(place).map(|(at, fence)| manual.split_at(at + fence.len())).unwrap();
        block.split_once("```").unwrap().0.to_owned()
    };
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("map.toml", block("toml", 0)), ("shelves.csv", block("csv", 0)), ("goods.csv", block("csv", 1))] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let report = import(folder.path(), &Recording::default(), false).await;
    assert_eq!(format!("{report}\n"), block("text", 0));
}
