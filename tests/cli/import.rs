//! `import`: the exit code and the report, and that a refusal writes nothing.

use crate::{
    home::Home,
    http::{ask, totals},
};

const MAPPING: &str = r#"
source = "corner-shop"
currency = "EUR"

[[file]]
path = "shelves.csv"
entity = "categories"
key = "id"
[file.columns]
slug = "{name|slug}"
name = "name"

[[file]]
path = "goods.csv"
entity = "products"
key = "number"
[file.columns]
sku = "CS-{number}"
slug = "{name|slug}"
name = "name"
price = "price"
stock = { column = "stock", default = "0" }
category_id = "shelf"
created_at = { column = "since", date = "%d.%m.%Y" }
"#;

const SHELVES: &str = "id,name\nk,Kitchen\n";
const GOODS: &str = "number,name,price,stock,shelf,since\n1,Pan,12.50,3,k,31.01.2026\n2,\"Pot, small\",7.00,,k,01.02.2026\n";
const ONE_BAD: &str = "number,name,price,stock,shelf,since\n1,Pan,12.50,3,k,31.01.2026\n2,\"Pot, small\",0,,k,01.02.2026\n";

/// A user's folder with these goods.
fn home(goods: &str) -> Home {
    let home = Home::new();
    home.write("shop.toml", MAPPING);
    home.write("shelves.csv", SHELVES);
    home.write("goods.csv", goods);
    home
}

/// How many products there are afterwards.
fn products(home: &Home) -> u64 {
    let mut run = home.serve(&["--demo", "false"]);
    totals(&run.address())[1]
}

#[test]
fn good_files_become_a_shop_and_the_demo_stays_out_of_it() {
    let home = home(GOODS);
    for _ in 0..2 {
        let ended = home.run(&["import", "shop.toml"]).ok();
        assert!(ended.out.contains("goods.csv (products): 2 rows read, 2 written, 0 bad\n"), "{ended:?}");
        assert!(ended.out.ends_with("3 rows written\n"), "{ended:?}");
    }
    let mut run = home.serve(&[]);
    let address = run.address();
    let pot = ask(&address, r#"{ product(slug: "pot-small") { name sku stock price { amount currency } category { name } } }"#);
    let expected = serde_json::json!({
        "name": "Pot, small", "sku": "CS-2", "stock": 0, "price": { "amount": "7.00", "currency": "EUR" }, "category": { "name": "Kitchen" },
    });
    assert_eq!(pot["product"], expected);
    assert_eq!(totals(&address), [0, 2, 0, 0], "a shop of one's own is not mixed with the demo");
}

#[test]
fn files_may_lie_in_another_folder_than_the_mapping() {
    let home = home(GOODS);
    std::fs::create_dir(home.path().join("maps")).unwrap();
    std::fs::rename(home.path().join("shop.toml"), home.path().join("maps/shop.toml")).unwrap();
    home.run(&["import", "maps/shop.toml", "--files", "."]).ok();
    assert_eq!(products(&home), 2);
}

#[test]
fn one_bad_row_is_told_with_file_line_and_reason_and_nothing_is_written() {
    let home = home(ONE_BAD);
    let ended = home.run(&["import", "shop.toml"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.out.starts_with("goods.csv:3: price: \"0\" is not an amount above zero"), "{ended:?}");
    assert!(ended.out.ends_with("nothing was written\n"), "{ended:?}");
    ended.is_clean();
    assert_eq!(products(&home), 0);
}

#[test]
fn bad_rows_can_be_skipped_and_are_told_all_the_same() {
    let home = home(ONE_BAD);
    let ended = home.run(&["import", "shop.toml", "--skip-bad"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.out.starts_with("goods.csv:3: price: "), "{ended:?}");
    assert!(ended.out.contains("goods.csv (products): 2 rows read, 1 written, 1 bad\n"), "{ended:?}");
    assert_eq!(products(&home), 1);
}

#[test]
fn a_file_with_other_columns_stops_the_import_even_when_bad_rows_are_skipped() {
    for arguments in [&["import", "shop.toml"][..], &["import", "shop.toml", "--skip-bad"]] {
        let home = home(&GOODS.replace("price", "cost"));
        let ended = home.run(arguments);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.out.starts_with("goods.csv:1: ") && ended.out.contains("price"), "{ended:?}");
        assert!(ended.out.ends_with("nothing was written\n"), "{ended:?}");
        assert_eq!(products(&home), 0);
    }
}

#[test]
fn a_missing_file_is_told_and_nothing_is_written() {
    let home = home(GOODS);
    std::fs::remove_file(home.path().join("goods.csv")).unwrap();
    let ended = home.run(&["import", "shop.toml"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.out.contains("goods.csv") && ended.out.ends_with("nothing was written\n"), "{ended:?}");
    ended.is_clean();
    assert_eq!(products(&home), 0);
}

#[test]
fn a_mapping_that_is_missing_or_wrong_is_told_before_any_store_is_touched() {
    let home = Home::new();
    home.write("broken.toml", "source = ");
    home.write("wrong.toml", MAPPING.replace("\"products\"", "\"goods\""));
    home.write("unknown.toml", MAPPING.replace("stock =", "stok ="));
    let before = home.content();
    for (mapping, holding) in
        [("none.toml", "No such file"), ("broken.toml", "line 1"), ("wrong.toml", "goods"), ("unknown.toml", "stok"), (".", "directory")]
    {
        home.run(&["import", mapping]).refused(1, &[&format!("the mapping {mapping} cannot be used"), holding]);
    }
    home.run(&["import"]).refused(1, &["<MAPPING>"]);
    assert_eq!(home.content(), before);
}

#[test]
fn rows_in_conflict_with_the_store_are_told_with_their_lines_and_can_be_skipped() {
    let home = Home::new();
    let mapping = "source = \"{source}\"\ncurrency = \"EUR\"\n[[file]]\npath = \"people.csv\"\nentity = \"customers\"\nkey = \"id\"\n\
                   [file.columns]\nemail = \"mail\"\nname = \"name\"\ncreated_at = { const = \"2026-01-01T00:00:00Z\" }\n";
    home.write("first.toml", mapping.replace("{source}", "first"));
    home.write("second.toml", mapping.replace("{source}", "second"));
    home.write("people.csv", "id,name,mail\n1,Ann,ann@example.com\n");
    home.run(&["import", "first.toml"]).ok();
    // more rows than the store is asked for at once
    let mut people = "id,name,mail\n".to_owned();
    (1..=1_500).for_each(|n| people.push_str(&format!("{n},Bo,bo{n}@example.com\n")));
    people.push_str("1501,Ann,ann@example.com\n");
    home.write("people.csv", people);
    let told = "people.csv:1502: email: \"ann@example.com\" belongs to another row in the store\n";
    let ended = home.run(&["import", "second.toml"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.out.starts_with(told) && ended.out.ends_with("nothing was written\n"), "{ended:?}");
    ended.is_clean();
    let mut run = home.serve(&["--demo", "false"]);
    assert_eq!(totals(&run.address()), [1, 0, 0, 0]);
    drop(run);
    let ended = home.run(&["import", "second.toml", "--skip-bad"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.out.starts_with(told) && ended.out.ends_with("1500 rows written\n"), "{ended:?}");
    let mut run = home.serve(&["--demo", "false"]);
    assert_eq!(totals(&run.address()), [1_501, 0, 0, 0]);
}
