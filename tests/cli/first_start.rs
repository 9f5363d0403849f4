//! The first start on a machine with no store running, and the second one.

use crate::{
    home::Home,
    http::{self, MAGAZINE, ask, totals},
    schema_state::change,
};

/// Stderr holds a line for each list that is seeded.
fn seeded(complained: &str) -> bool {
    complained.contains(" rows in ")
}

#[test]
fn the_first_start_makes_a_shop_and_answers_from_both_durable_roles_and_the_second_start_finds_it() {
    let home = Home::new();
    let mut first = home.serve(&[]);
    let address = first.address();
    let printed = first.printed();
    assert!(printed.contains("on sqlite (relational), sqlite (documents), memory (hot)"), "{printed}");
    for place in ["/graphiql", "/graphql", "/schema.graphql", "/livez", "/readyz"] {
        assert!(printed.contains(&format!("http://{address}{place}")), "{printed}");
        assert_ne!(http::get(&address, place).status, 404, "{place}");
    }
    let complained = first.complained();
    for list in ["customers", "products", "orders", "articles", "comments", "preferences", "activity"] {
        assert!(complained.contains(&format!("{list}: ")), "{list} in {complained}");
    }
    let before = ask(&address, MAGAZINE);
    let articles = before["articles"]["nodes"].as_array().unwrap();
    assert_eq!(articles.len(), 20);
    assert!(articles.iter().all(|article| article["author"]["name"].is_string()), "{before}");
    assert!(articles.iter().any(|article| article["products"][0]["price"]["amount"].is_string()), "{before}");
    let counted = totals(&address);
    assert!(counted.iter().all(|count| *count > 0), "{counted:?}");
    let ended = first.stop().ok();
    ended.is_clean();
    let files: Vec<_> = home.content().into_iter().map(|(name, _)| name).collect();
    assert_eq!(files, ["data", "data/polystore.db"], "one file holds everything once the program is gone");

    let mut second = home.serve(&["serve"]);
    let address = second.address();
    println!("second start: ready after {:?}", second.since_start());
    assert_eq!((totals(&address), ask(&address, MAGAZINE)), (counted, before));
    let ended = second.stop().ok();
    assert!(!seeded(&ended.err), "{ended:?}");
}

#[test]
fn a_first_start_that_was_killed_half_way_is_completed_by_the_next_one() {
    let whole = Home::new();
    let mut run = whole.serve(&[]);
    let address = run.address();
    let expected = (totals(&address), ask(&address, MAGAZINE));
    drop(run);

    let half = Home::new();
    let mut killed = half.serve(&[]);
    killed.wait_for("the first rows", |run| run.complained().contains("customers: "));
    killed.signal("-KILL");
    let killed = killed.end();
    assert!(half.path().join("data/.demo-unfinished").exists());
    assert!(killed.code.is_none() && killed.out.is_empty() && !killed.err.contains("activity: "), "killed too late: {killed:?}");

    let mut next = half.serve(&[]);
    let address = next.address();
    assert_eq!((totals(&address), ask(&address, MAGAZINE)), expected);
    let ended = next.stop().ok();
    assert!(seeded(&ended.err), "{ended:?}");
    let mut third = half.serve(&[]);
    third.address();
    let ended = third.stop().ok();
    assert!(!seeded(&ended.err), "{ended:?}");
}

#[test]
fn without_the_demo_the_shop_stays_empty() {
    let home = Home::new();
    let mut run = home.serve(&["--demo", "false"]);
    assert_eq!(totals(&run.address()), [0; 4]);
    assert!(!seeded(&run.stop().ok().err));
}

#[test]
fn a_first_start_works_in_a_folder_whose_name_is_not_plain() {
    let home = Home::new();
    let mut run = home.serve(&["--demo", "false", "--data", "a b/ü%20?#x"]);
    assert_eq!(totals(&run.address()), [0; 4]);
    run.stop().ok();
    let content = home.content();
    assert!(content.iter().any(|(name, _)| name == "a b/ü%20?#x/polystore.db"), "{content:?}");
}

#[tokio::test]
async fn a_shop_of_ones_own_that_was_cut_off_early_stays_without_the_demo() {
    let home = Home::new();
    let mut killed = home.start(&[], &["seed", "--scale", "1"]);
    killed.wait_for("the first rows", |run| run.complained().contains("products: "));
    killed.signal("-KILL");
    assert_eq!(killed.end().code, None);
    let mut run = home.serve(&[]);
    run.address();
    let ended = run.stop().ok();
    assert!(!seeded(&ended.err), "{ended:?}");

    // all categories of the demo, in a ring: there is no root
    let home = Home::new();
    home.run(&["seed", "--scale", "0.001"]).ok();
    let only_a_ring = "PRAGMA foreign_keys = OFF; DELETE FROM order_items; DELETE FROM orders; DELETE FROM product_words; DELETE FROM products; \
        DELETE FROM customers; DELETE FROM activity; DELETE FROM articles; \
        UPDATE categories SET id = randomblob(16); UPDATE categories SET parent_id = id;";
    change(&home, only_a_ring).await;
    let mut run = home.serve(&[]);
    assert_eq!(totals(&run.address())[..2], [0, 0]);
    let ended = run.stop().ok();
    assert!(!seeded(&ended.err), "{ended:?}");
}

#[tokio::test]
async fn hot_copies_that_cannot_be_made_are_a_warning_and_the_rest_is_served() {
    let home = Home::new();
    home.run(&["seed", "--scale", "0.001"]).ok();
    let too_large = "UPDATE order_items SET unit_price_minor = 0, discount_minor = 0, quantity = 9223372036854775807";
    change(&home, too_large).await;
    let mut run = home.serve(&[]);
    assert!(totals(&run.address())[0] > 0);
    let ended = run.stop().ok();
    assert!(ended.err.contains("the hot copies could not be made anew: "), "{ended:?}");
}
