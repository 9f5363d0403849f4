//! `polystore schema check`, and our own schema held against that of the last release.

use crate::home::Home;
use polystore::graphql::contract::{Sdl, deprecated_without_date};
use std::path::Path;

fn in_the_repository(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("graphql").join(name).display().to_string()
}

#[test]
fn the_schema_breaks_no_client_of_the_last_release_unless_that_is_declared() {
    let [old, new, declared] = ["released.graphql", "schema.graphql", "declared-changes.txt"].map(in_the_repository);
    let ended = Home::new().run(&["schema", "check", &old, &new, "--allow", &declared]);
    assert_eq!(ended.code, Some(0), "declare it in graphql/declared-changes.txt, or take it back:\n{}{}", ended.out, ended.err);
    assert!(!ended.out.contains("stale"), "take it out of graphql/declared-changes.txt:\n{}", ended.out);
}

#[test]
fn what_is_deprecated_in_the_schema_says_until_when_it_stays() {
    let schema = Sdl::read(&polystore::graphql::sdl()).unwrap();
    assert_eq!(deprecated_without_date(&schema), [""; 0], "end the reason with a date: use name (until 2030-01-31)");
}

#[test]
fn a_breaking_change_ends_with_1_until_it_is_declared() {
    let home = Home::new();
    home.write("old", "type Query { a: Int b(x: Int): Int } enum E { X }");
    home.write("new", "type Query { b(x: Int!): Int c: Int } enum E { X Y }");
    home.write("declared", "# why\nFIELD_REMOVED Query.a -- b tells it, too\nFIELD_REMOVED Query.gone -- long ago\n");
    let check = |more: &[&str]| home.run(&[&["schema", "check", "old", "new"], more].concat());
    let ended = check(&[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let all = "breaking   FIELD_REMOVED Query.a\nbreaking   ARGUMENT_RETYPED Query.b(x:) from Int to Int!\n\
        dangerous  VALUE_ADDED_TO_ENUM E.Y\nsafe       FIELD_ADDED Query.c\n2 breaking, 0 declared, 1 dangerous, 1 safe\n";
    assert_eq!((ended.out.as_str(), ended.err.as_str()), (all, ""));

    let ended = check(&["--allow", "declared"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let rest = "breaking   ARGUMENT_RETYPED Query.b(x:) from Int to Int!\n\
        stale      FIELD_REMOVED Query.gone -- long ago: declared, but no such change breaks\n\
        declared   FIELD_REMOVED Query.a -- b tells it, too\n\
        dangerous  VALUE_ADDED_TO_ENUM E.Y\nsafe       FIELD_ADDED Query.c\n1 breaking, 1 declared, 1 dangerous, 1 safe\n";
    assert_eq!(ended.out, rest);

    home.write("declared", "FIELD_REMOVED Query.a -- x\nARGUMENT_RETYPED Query.b(x:) from Int to Int! -- nobody left it out\n");
    assert!(check(&["--allow", "declared"]).ok().out.ends_with("0 breaking, 2 declared, 1 dangerous, 1 safe\n"));
    assert_eq!(home.run(&["schema", "check", "old", "old"]).ok().out, "0 breaking, 0 declared, 0 dangerous, 0 safe\n");
}

#[test]
fn what_cannot_be_compared_is_told() {
    let home = Home::new();
    home.write("good", "type Query { a: Int }");
    home.write("bad", "type Query { a }");
    home.write("twice", "type Query { a: Int } type Query { b: Int }");
    for (arguments, holding) in [
        (["good", "none"], &["cannot read none"][..]),
        (["bad", "good"], &["bad is not a schema", "1:16"]),
        (["good", "twice"], &["twice is not a schema", "Query is defined twice"]),
    ] {
        home.run(&[&["schema", "check"][..], &arguments].concat()).refused(1, holding);
    }
    home.run(&["schema", "check", "good", "good", "--allow", "none"]).refused(1, &["cannot read none"]);
    home.run(&["schema", "check", "good"]).refused(1, &["required arguments", "<NEW>"]);
}
