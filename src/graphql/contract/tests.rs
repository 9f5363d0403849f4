//! Pairs of small schemas, and what changed from one to the other.

use super::{Kind, Sdl, Severity, allowed::judge, compare, deprecated_without_date};

/// The old schema, the new one, and the stable names of the changes.
type Row = (&'static str, &'static str, &'static [&'static str]);

const OUTPUT: [Row; 26] = [
    ("type A { a: Int }", "type A { a: Int }", &[]),
    ("type A { a: Int b: Int }", "type A { b: Int a: Int }", &[]),
    ("type A { a: Int } type B { a: Int }", "type A { a: Int }", &["TYPE_REMOVED B"]),
    ("type A { a: Int }", "type A { a: Int } type B { a: Int }", &["TYPE_ADDED B"]),
    ("type A { a: Int }", "interface A { a: Int }", &["TYPE_CHANGED_KIND A from type to interface"]),
    ("scalar A", "enum A { X }", &["TYPE_CHANGED_KIND A from scalar to enum"]),
    ("type A { a: Int b: Int }", "type A { a: Int }", &["FIELD_REMOVED A.b"]),
    ("type A { a: Int }", "type A { a: Int b: Int }", &["FIELD_ADDED A.b"]),
    ("type A { a: Int }", "type A { a: String }", &["FIELD_RETYPED A.a from Int to String"]),
    ("type A { a: Int }", "type A { a: Int! }", &["RETYPED_SAFELY A.a from Int to Int!"]),
    ("type A { a: Int! }", "type A { a: Int }", &["FIELD_RETYPED A.a from Int! to Int"]),
    ("type A { a: [Int] }", "type A { a: [Int!]! }", &["RETYPED_SAFELY A.a from [Int] to [Int!]!"]),
    ("type A { a: [Int!] }", "type A { a: [Int]! }", &["FIELD_RETYPED A.a from [Int!] to [Int]!"]),
    ("type A { a: Int }", "type A { a: [Int] }", &["FIELD_RETYPED A.a from Int to [Int]"]),
    ("type A { a: [[Int]!] }", "type A { a: [[Int!]!] }", &["RETYPED_SAFELY A.a from [[Int]!] to [[Int!]!]"]),
    (
        "interface N { a: Int } type A implements N { a: Int } type B { n: N }",
        "interface N { a: Int } type A implements N { a: Int } type B { n: A }",
        &["FIELD_RETYPED B.n from N to A"],
    ),
    (
        "interface N { a: Int } type A implements N { a: Int }",
        "interface N { a: Int } type A { a: Int }",
        &["IMPLEMENTED_INTERFACE_REMOVED A N"],
    ),
    (
        "interface N { a: Int } type A { a: Int }",
        "interface N { a: Int } type A implements N { a: Int }",
        &["IMPLEMENTED_INTERFACE_ADDED A N"],
    ),
    ("interface N { a: Int b: Int }", "interface N { a: Int }", &["FIELD_REMOVED N.b"]),
    ("interface N { a: Int }", "interface N { a: Int! }", &["RETYPED_SAFELY N.a from Int to Int!"]),
    (
        "type A { a: Int } type B { a: Int } union U = A | B",
        "type A { a: Int } type B { a: Int } union U = A",
        &["TYPE_REMOVED_FROM_UNION U B"],
    ),
    (
        "type A { a: Int } type B { a: Int } union U = A",
        "type A { a: Int } type B { a: Int } union U = B | A",
        &["TYPE_ADDED_TO_UNION U B"],
    ),
    ("enum E { X Y }", "enum E { Y }", &["VALUE_REMOVED_FROM_ENUM E.X"]),
    ("enum E { X }", "enum E { Z X }", &["VALUE_ADDED_TO_ENUM E.Z"]),
    ("enum E { X Y }", "enum E { X Y @deprecated(reason: \"x\") }", &["DEPRECATED E.Y"]),
    ("type A { a: Int }", "type A { a: Int @deprecated }", &["DEPRECATED A.a"]),
];

const INPUT: [Row; 30] = [
    ("type A { a(x: Int): Int }", "type A { a: Int }", &["ARGUMENT_REMOVED A.a(x:)"]),
    ("type A { a: Int }", "type A { a(x: Int): Int }", &["OPTIONAL_ARGUMENT_ADDED A.a(x:)"]),
    ("type A { a: Int }", "type A { a(x: Int!): Int }", &["REQUIRED_ARGUMENT_ADDED A.a(x:)"]),
    ("type A { a: Int }", "type A { a(x: Int! = 1): Int }", &["OPTIONAL_ARGUMENT_ADDED A.a(x:)"]),
    ("type A { a(x: Int): Int }", "type A { a(x: String): Int }", &["ARGUMENT_RETYPED A.a(x:) from Int to String"]),
    ("type A { a(x: Int): Int }", "type A { a(x: Int!): Int }", &["ARGUMENT_RETYPED A.a(x:) from Int to Int!"]),
    ("type A { a(x: Int!): Int }", "type A { a(x: Int): Int }", &["RETYPED_SAFELY A.a(x:) from Int! to Int"]),
    ("type A { a(x: [Int!]!): Int }", "type A { a(x: [Int]): Int }", &["RETYPED_SAFELY A.a(x:) from [Int!]! to [Int]"]),
    ("type A { a(x: [Int]): Int }", "type A { a(x: [Int!]): Int }", &["ARGUMENT_RETYPED A.a(x:) from [Int] to [Int!]"]),
    // a variable of the type Int may not stand where [Int] is asked for
    ("type A { a(x: Int): Int }", "type A { a(x: [Int]): Int }", &["ARGUMENT_RETYPED A.a(x:) from Int to [Int]"]),
    ("type A { a(x: Int = 1): Int }", "type A { a(x: Int = 2): Int }", &["ARGUMENT_DEFAULT_CHANGED A.a(x:) from 1 to 2"]),
    ("type A { a(x: Int = 1): Int }", "type A { a(x: Int): Int }", &["ARGUMENT_DEFAULT_CHANGED A.a(x:) from 1 to nothing"]),
    ("type A { a(x: Int): Int }", "type A { a(x: Int = 1): Int }", &["ARGUMENT_DEFAULT_CHANGED A.a(x:) from nothing to 1"]),
    ("type A { a(x: Int! = 1): Int }", "type A { a(x: Int!): Int }", &["ARGUMENT_DEFAULT_CHANGED A.a(x:) from 1 to nothing"]),
    ("type A { a(x: Int!): Int }", "type A { a(x: Int! = 1): Int }", &[]),
    ("type A { a(x: O = {b: 1, c: 2}): Int }", "type A { a(x: O = {c: 2, b: 1}): Int }", &[]),
    ("type A { a(x: [E] = [X]): Int }", "type A { a(x: [E] = [Y]): Int }", &["ARGUMENT_DEFAULT_CHANGED A.a(x:) from [X] to [Y]"]),
    ("type A { a(x: Int): Int }", "type A { a(x: Int @deprecated): Int }", &["DEPRECATED A.a(x:)"]),
    ("interface N { a(x: Int): Int }", "interface N { a: Int }", &["ARGUMENT_REMOVED N.a(x:)"]),
    ("input I { a: Int b: Int }", "input I { a: Int }", &["INPUT_FIELD_REMOVED I.b"]),
    ("input I { a: Int }", "input I { a: Int b: Int }", &["OPTIONAL_INPUT_FIELD_ADDED I.b"]),
    ("input I { a: Int }", "input I { a: Int b: Int! }", &["REQUIRED_INPUT_FIELD_ADDED I.b"]),
    ("input I { a: Int }", "input I { a: Int b: Int! = 3 }", &["OPTIONAL_INPUT_FIELD_ADDED I.b"]),
    ("input I { a: Int }", "input I { a: Float }", &["INPUT_FIELD_RETYPED I.a from Int to Float"]),
    ("input I { a: Int }", "input I { a: Int! }", &["INPUT_FIELD_RETYPED I.a from Int to Int!"]),
    ("input I { a: Int! }", "input I { a: Int }", &["RETYPED_SAFELY I.a from Int! to Int"]),
    ("input I { a: Int = 1 }", "input I { a: Int = 2 }", &["INPUT_FIELD_DEFAULT_CHANGED I.a from 1 to 2"]),
    ("input I { a: Int }", "input I @oneOf { a: Int }", &["INPUT_BECAME_ONE_OF I"]),
    ("input I @oneOf { a: Int }", "input I { a: Int }", &["INPUT_NO_LONGER_ONE_OF I"]),
    ("input I { a: I }", "type I { a: I }", &["TYPE_CHANGED_KIND I from input to type"]),
];

const REST: [Row; 18] = [
    ("directive @d on FIELD", "directive @e on FIELD", &["DIRECTIVE_REMOVED @d", "DIRECTIVE_ADDED @e"]),
    ("directive @d on FIELD | QUERY", "directive @d on QUERY", &["DIRECTIVE_LOCATION_REMOVED @d FIELD"]),
    (
        "directive @d on FIELD_DEFINITION",
        "directive @d on FIELD_DEFINITION | FRAGMENT_SPREAD",
        &["DIRECTIVE_LOCATION_ADDED @d FRAGMENT_SPREAD"],
    ),
    ("directive @d repeatable on FIELD", "directive @d on FIELD", &["DIRECTIVE_REPEATABLE_REMOVED @d"]),
    ("directive @d on FIELD", "directive @d repeatable on FIELD", &["DIRECTIVE_REPEATABLE_ADDED @d"]),
    ("\"ü\" directive @repeatable on FIELD", "directive @repeatable on\n | FIELD", &[]),
    (
        "directive @a on FIELD directive @d(x: Int)repeatable on | FIELD",
        "directive @a on FIELD directive @d(x: Int) repeatable\n on FIELD",
        &[],
    ),
    (
        "directive @d on QUERY directive @e repeatable on QUERY",
        "directive @d repeatable on QUERY directive @e on QUERY",
        &["DIRECTIVE_REPEATABLE_REMOVED @e", "DIRECTIVE_REPEATABLE_ADDED @d"],
    ),
    ("directive @d(x: Int) on FIELD", "directive @d on FIELD", &["ARGUMENT_REMOVED @d(x:)"]),
    ("directive @d on FIELD", "directive @d(x: Int!) on FIELD", &["REQUIRED_ARGUMENT_ADDED @d(x:)"]),
    ("directive @d(x: Int! = 1) on FIELD", "directive @d(x: Int! = 2) on FIELD", &["ARGUMENT_DEFAULT_CHANGED @d(x:) from 1 to 2"]),
    ("scalar S @specifiedBy(url: \"a\")", "scalar S @specifiedBy(url: \"b\")", &["SCALAR_RESPECIFIED S from \"a\" to \"b\""]),
    ("scalar S @specifiedBy(url: \"a\")", "scalar S", &["SCALAR_RESPECIFIED S from \"a\" to nothing"]),
    ("scalar S", "scalar S @specifiedBy(url: \"b\")", &[]),
    ("schema { query: A mutation: A } type A { a: Int }", "schema { query: A } type A { a: Int }", &["ROOT_REMOVED mutation"]),
    ("schema { query: A } type A { a: Int }", "schema { query: A subscription: A } type A { a: Int }", &["ROOT_ADDED subscription"]),
    (
        "schema { query: A } type A { a: Int } type B { a: Int }",
        "schema { query: B } type A { a: Int } type B { a: Int }",
        &["ROOT_CHANGED query from A to B"],
    ),
    // the usual names need no definition of the schema, and texts for people are no part of the contract
    ("type Query { a: Int }", "schema { query: Query } \"\"\"\nText\n\"\"\" type Query { \"more\" a: Int }", &[]),
];

fn sdl(text: &str) -> Sdl {
    Sdl::read(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn names(old: &str, new: &str) -> Vec<String> {
    compare(&sdl(old), &sdl(new)).iter().map(ToString::to_string).collect()
}

#[test]
fn each_change_is_found_and_nothing_else() {
    for (old, new, expected) in OUTPUT.iter().chain(&INPUT).chain(&REST) {
        assert_eq!(names(old, new), *expected, "from {old:?} to {new:?}");
    }
}

#[test]
fn every_kind_of_change_stands_in_the_tables() {
    let told: Vec<&str> = OUTPUT.iter().chain(&INPUT).chain(&REST).flat_map(|(_, _, changes)| changes.iter().copied()).collect();
    for kind in Kind::ALL {
        assert!(told.iter().any(|change| change.split(' ').next() == Some(kind.name())), "no pair of schemas shows {}", kind.name());
    }
}

#[test]
fn what_breaks_comes_first() {
    let old = "enum E { X Y } type A { a: Int b: Int } input I { a: Int }";
    let new = "enum E { X Z } type A { a: Int } input I { a: Int b: Int } scalar S";
    let changes = compare(&sdl(old), &sdl(new));
    let severities: Vec<Severity> = changes.iter().map(super::Change::severity).collect();
    assert!(severities.is_sorted() && severities.contains(&Severity::Breaking) && severities.contains(&Severity::Safe));
    assert_eq!(
        names(old, new),
        ["VALUE_REMOVED_FROM_ENUM E.Y", "FIELD_REMOVED A.b", "VALUE_ADDED_TO_ENUM E.Z", "OPTIONAL_INPUT_FIELD_ADDED I.b", "TYPE_ADDED S",]
    );
}

#[test]
fn the_schema_of_this_program_is_read_and_equals_itself() {
    let own = sdl(&crate::graphql::sdl());
    assert!(own.types.len() > 50 && own.directives.len() > 2 && own.roots.len() == 3, "{:?}", own.roots);
    assert_eq!(compare(&own, &own), []);
}

#[test]
fn a_text_that_is_no_whole_schema_is_refused() {
    for (text, told) in [
        ("", "expected"),
        ("type A {", "expected"),
        ("{ a }", "expected"),
        ("type A { a: Int } type A { b: Int }", "A is defined twice"),
        ("directive @d on FIELD directive @d on QUERY", "@d is defined twice"),
        ("schema { query: A } schema { query: A } type A { a: Int }", "schema is defined twice"),
        ("type A { a: Int } extend type A { b: Int }", "extensions are not compared: write what extends A into its definition"),
    ] {
        let error = Sdl::read(text).unwrap_err();
        assert!(error.contains(told), "{text:?}: {error}");
    }
}

#[test]
fn a_declared_change_is_excused_once_and_for_its_reason_alone() {
    let old = "type A { a: Int b: Int c(x: String = \" -- \"): Int } enum E { X }";
    let new = "type A { a: String c(x: String = \"d\"): Int } enum E { X Y }";
    let file = "# for people\n\nFIELD_REMOVED A.b -- nobody asked for it\n\
        ARGUMENT_DEFAULT_CHANGED A.c(x:) from \" -- \" to \"d\" -- clearer\n\
        FIELD_RETYPED A.a from Int to Float -- was once so\nFIELD_REMOVED A.a -- \nVALUE_ADDED_TO_ENUM E.Y -- never breaks\n";
    let verdict = judge(compare(&sdl(old), &sdl(new)), file);
    let told = |changes: &[super::Change]| changes.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(told(&verdict.breaking), ["FIELD_RETYPED A.a from Int to String"]);
    let reasons: Vec<&str> = verdict.declared.iter().map(|(_, reason)| reason.as_str()).collect();
    assert_eq!(reasons, ["nobody asked for it", "clearer"]);
    assert_eq!(told(&verdict.others), ["VALUE_ADDED_TO_ENUM E.Y"]);
    assert_eq!(
        verdict.stale,
        ["FIELD_RETYPED A.a from Int to Float -- was once so", "FIELD_REMOVED A.a --", "VALUE_ADDED_TO_ENUM E.Y -- never breaks"]
    );
}

#[test]
fn what_is_deprecated_says_until_when_it_stays() {
    let dated =
        "type A { a(x: Int @deprecated(reason: \"no use (until 2030-01-31)\")): Int @deprecated(reason: \"use b (until 2030-01-31)\") }";
    assert_eq!(deprecated_without_date(&sdl(dated)), [""; 0]);
    let undated = "type A { a(x: Int @deprecated): Int @deprecated(reason: \"use b\") b: Int }
        interface N { a: Int @deprecated(reason: \"(until 2030-01-31)\") }
        enum E { X @deprecated(reason: \"use Y (until 2030-02-31)\") Y }
        input I { a: Int @deprecated(reason: \"use b (until 30-01-31)\") b: Int @deprecated(reason: \"use c (until 2030-01-31) or so\") }";
    assert_eq!(deprecated_without_date(&sdl(undated)), ["A.a(x:)", "A.a", "E.X", "I.a", "I.b", "N.a"]);
}
