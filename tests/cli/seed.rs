//! `seed` and `schema`.

use crate::{
    home::Home,
    http::{MAGAZINE, ask, totals},
};

/// What was seeded, without the time it took.
fn summary(out: &str) -> &str {
    let (time, rest) = out.split_once(" s: ").unwrap_or_else(|| panic!("no summary in {out:?}"));
    assert!(time.starts_with("seeded in "), "{out}");
    rest
}

#[test]
fn seeding_twice_gives_the_same_shop_once() {
    let home = Home::new();
    let seed = ["seed", "--scale", "0.01", "--seed", "3"];
    let first = home.run(&seed).ok();
    let mut run = home.serve(&[]);
    let address = run.address();
    let before = (totals(&address), ask(&address, MAGAZINE));
    let ended = run.stop().ok();
    assert!(!ended.err.contains(" rows in "), "a shop that is there is not filled with the demo: {ended:?}");
    let second = home.run(&seed).ok();
    assert_eq!(summary(&first.out), summary(&second.out));
    let mut run = home.serve(&[]);
    let address = run.address();
    assert_eq!((totals(&address), ask(&address, MAGAZINE)), before);
    assert!(summary(&first.out).contains(&format!("{} customers", before.0[0])), "{first:?} {before:?}");

    let other = home.run(&["--data", "other", "seed", "--scale", "0.01", "--seed", "4"]).ok();
    let mut run = home.serve(&["--data", "other"]);
    assert_ne!(ask(&run.address(), MAGAZINE), before.1, "{other:?}");
}

#[test]
fn a_scale_or_seed_that_cannot_be_is_refused_before_anything_is_done() {
    for scale in ["0", "99", "abc", "NaN", ""] {
        let home = Home::new();
        home.run(&["seed", "--scale", scale]).refused(1, &["--scale", "above 0 and at most 20"]);
        assert!(home.content().is_empty());
    }
    let home = Home::new();
    home.run(&["seed", "--seed", "one"]).refused(1, &["--seed"]);
    assert!(home.content().is_empty());
}

#[test]
fn the_schema_is_printed_as_the_repository_holds_it_without_any_store() {
    let home = Home::new();
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("graphql/schema.graphql");
    let printed = home.run(&["schema"]).ok().out;
    assert!(printed == std::fs::read_to_string(file).unwrap(), "run: cargo run -- schema > graphql/schema.graphql");
    assert!(home.content().is_empty());
}

#[test]
fn a_reader_that_goes_away_is_no_failure_and_a_full_disk_is_one() {
    let binary = env!("CARGO_BIN_EXE_polystore");
    let shell = |script: &str| std::process::Command::new("bash").env_clear().args(["-c", script, binary]).output().unwrap();
    let gone = shell("set -o pipefail; \"$0\" schema | true");
    assert_eq!((gone.status.code(), gone.stderr), (Some(0), vec![]));
    let full = shell("\"$0\" schema > /dev/full");
    let told = String::from_utf8(full.stderr).unwrap();
    assert!(full.status.code() == Some(1) && told.starts_with("error: cannot write to stdout: "), "{told}");
}
