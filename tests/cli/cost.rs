//! `cost`: what operations are predicted to cost; and a server that lets nobody spend more than it is told.

use crate::{home::Home, http::post};
use std::path::Path;

const LIST: &str = "query List($n: Int = 10) { products(first: $n) { nodes { name category { name } } } }
query Me { me { name } }";

#[test]
fn cost_prints_each_operation_and_fails_over_the_bound() {
    let home = Home::new();
    home.write("list.graphql", LIST);
    let run = |arguments: &[&str]| home.run(&[&["cost", "list.graphql"], arguments].concat());
    // a point, a call of ten, and rows of two; a category for each row
    let expected = "list.graphql List 61\nlist.graphql Me 13\n";
    assert_eq!(run(&[]).ok().out, expected);
    assert_eq!(run(&["--max", "61"]).ok().out, expected);
    let over = run(&["--max", "60"]);
    assert_eq!((over.code, over.out.as_str()), (Some(1), "list.graphql List 61 over 60\nlist.graphql Me 13\n"));
    // variables beside the file, and others
    home.write("list.variables.json", "{\"n\": 1}");
    assert_eq!(run(&[]).ok().out, "list.graphql List 25\nlist.graphql Me 13\n");
    home.write("many.json", "{\"n\": 100}");
    assert_eq!(run(&["--variables", "many.json"]).ok().out, "list.graphql List 421\nlist.graphql Me 13\n");
    assert_eq!(home.content().len(), 3, "no store is made");
}

#[test]
fn cost_tells_what_would_be_refused_and_what_cannot_be_read() {
    let home = Home::new();
    for (name, document, reason) in [
        ("broken.graphql", "{ products(", "the document cannot be parsed"),
        ("deep.graphql", "{ categories { children { children { children { id } } } } }", "levels deep, at most 3 are allowed"),
        ("rows.graphql", "{ products(first: 101) { nodes { id } } }", "first must be between 1 and 100"),
    ] {
        home.write(name, document);
        let ended = home.run(&["--max-depth", "3", "cost", name]);
        assert!(ended.code == Some(1) && ended.out.starts_with(&format!("{name} refused: ")) && ended.out.contains(reason), "{ended:?}");
    }
    home.run(&["cost", "nowhere.graphql"]).refused(1, &["cannot read nowhere.graphql"]);
    home.write("list.graphql", LIST);
    home.write("list.json", "[1]");
    home.run(&["cost", "list.graphql", "--variables", "list.json"]).refused(1, &["list.json is not a JSON object"]);
    assert_eq!(home.run(&["cost"]).code, Some(2));
}

/// The bound that `docs/api.md` gives as an example holds for all sample operations.
#[test]
fn the_sample_operations_stay_within_a_bound() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("graphql/operations");
    let mut files: Vec<_> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path().display().to_string()).collect();
    files.retain(|file| file.ends_with(".graphql"));
    let arguments: Vec<_> = ["cost", "--max", "2000"].into_iter().chain(files.iter().map(String::as_str)).collect();
    let ended = Home::new().run(&arguments).ok();
    assert_eq!(ended.out.lines().count(), files.len());
}

#[test]
fn a_server_limits_by_the_address_of_the_socket_unless_it_is_told_not_to() {
    let home = Home::new();
    home.run(&["seed", "--scale", "0.001"]).ok();
    // takes all of a full bucket, and gives back what it did not do: it fits once
    let ask = "{ products(first: 100) { nodes { category { name } } } }";
    let statuses = |address: &str| -> Vec<u16> {
        // whoever writes the header is not believed
        (0..5).map(|n| post(address, &[("x-forwarded-for", &format!("192.0.2.{n}"))], ask).0).collect()
    };
    let mut run = home.serve(&["--visitor-burst", "100", "--visitor-points", "1"]);
    assert_eq!(statuses(&run.address()), [200, 429, 429, 429, 429]);
    run.stop().ok();
    let mut run = home.serve(&["--visitor-burst", "100", "--visitor-points", "1", "--trusted-proxies", "1"]);
    assert_eq!(statuses(&run.address()), [200; 5]);
    run.stop().ok();
    let mut run = home.serve(&["--visitor-burst", "100", "--visitor-points", "1", "--rate-limit", "off"]);
    assert_eq!(statuses(&run.address()), [200; 5]);
    run.stop().ok();
}
