//! Variables that are not given: they change nothing in how strictly a document is read.

use crate::support::wiring::{self, block_on, operation};
use serde_json::{Value, json};

#[test]
fn what_stands_beside_an_absent_variable_is_checked_all_the_same() {
    let cases = [
        ("query($x: Boolean) { products(where: { bogus: 1, inStock: $x }) { nodes { id } } }", "unknown field \"bogus\""),
        ("query($x: Boolean = true) { products(where: { bogus: 1, inStock: $x }) { nodes { id } } }", "unknown field \"bogus\""),
        ("query($x: Boolean) { products(where: { bogus: $x }) { nodes { id } } }", "unknown field \"bogus\""),
        ("query($x: Decimal) { products(where: { bogus: 1, price: { min: $x } }) { nodes { id } } }", "unknown field \"bogus\""),
        ("query($x: Decimal) { products(where: { price: { min: $x, bogus: 1 } }) { nodes { id } } }", "unknown field \"bogus\""),
        ("query($x: ID) { products(where: { categoryId: $x, inStock: \"yes\" }) { nodes { id } } }", "expected type \"Boolean\""),
        ("query($x: ID! = \"a\") { nodes(ids: [$x, true]) { id } }", "expected type \"ID\""),
        (
            "query($x: Boolean) { ...F } fragment F on Query { products(where: { inStock: $x, bogus: 1 }) { nodes { id } } }",
            "unknown field \"bogus\"",
        ),
        ("query($x: Boolean = true) { server { name @include(if: [$x, { bogus: 1 }]) } }", "expected type \"Boolean\""),
        ("{ products(where: { inStock: $x }) { nodes { id } } }", "Variable \"$x\" is not defined"),
        ("query($x: Boolean) { products(bogus: $x) { nodes { id } } }", "Unknown argument \"bogus\""),
        ("query($x: Boolean) { server { name @include(if: $x) } }", "expected type \"Boolean\""),
    ];
    for (query, message) in cases {
        let mut asked = operation(query, json!({}));
        asked.receipt = true;
        let (body, calls) = block_on(async {
            let reply = wiring::embedded().graph.execute(asked).await;
            let calls = reply.receipt.as_ref().unwrap().calls().len();
            (reply.body("test"), calls)
        });
        let answer: Value = serde_json::from_slice(&body).unwrap();
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], json!("GRAPHQL_VALIDATION_FAILED"), "{query}: {answer}");
        assert!(error["message"].as_str().unwrap().contains(message), "{query}: {answer}");
        assert_eq!((answer.get("data"), calls), (None, 0), "{query}: {answer}");
    }
}

#[test]
fn an_absent_variable_is_as_if_its_place_were_empty() {
    let page = "{ nodes { id } }";
    let cases = [
        (format!("query($x: Boolean) {{ products(where: {{ inStock: $x }}) {page} }}"), format!("{{ products {page} }}")),
        (
            format!("query($x: Boolean, $m: Decimal) {{ products(where: {{ inStock: $x, price: {{ min: $m, max: \"20\" }} }}) {page} }}"),
            format!("{{ products(where: {{ price: {{ max: \"20\" }} }}) {page} }}"),
        ),
        (format!("query($n: Int, $a: String) {{ products(first: $n, after: $a) {page} }}"), format!("{{ products {page} }}")),
        (
            format!("query($c: String) {{ products(where: {{ price: {{ max: \"20\", currency: $c }} }}) {page} }}"),
            format!("{{ products(where: {{ price: {{ max: \"20\" }} }}) {page} }}"),
        ),
        (format!("query($w: ProductWhere) {{ products(where: $w) {page} }}"), format!("{{ products {page} }}")),
        (
            format!("query($x: Boolean = false, $n: Int = 3) {{ products(where: {{ inStock: $x }}, first: $n) {page} }}"),
            format!("{{ products(where: {{ inStock: false }}, first: 3) {page} }}"),
        ),
        (
            format!("query($w: ProductWhere = {{ inStock: false }}) {{ products(where: $w) {page} }}"),
            format!("{{ products(where: {{ inStock: false }}) {page} }}"),
        ),
        (
            format!("query($x: Boolean) {{ ...F }} fragment F on Query {{ products(where: {{ inStock: $x }}) {page} }}"),
            format!("{{ products {page} }}"),
        ),
        (
            "query($yes: Boolean = true, $no: Boolean = false) {
                server { a: name @include(if: $yes) b: name @include(if: $no) c: name @skip(if: $yes) d: name @skip(if: $no) } }"
                .to_owned(),
            "{ server { a: name d: name } }".to_owned(),
        ),
    ];
    for wiring in wiring::all() {
        for (absent, empty) in &cases {
            assert_eq!(wiring.data(absent, json!({})), wiring.data(empty, json!({})), "{}: {absent}", wiring.name);
        }
    }
}

#[test]
fn a_null_that_is_given_stays_null_whatever_the_default() {
    let query = "query($x: Boolean = false) { products(where: { inStock: $x }) { totalCount } }";
    let all = wiring::embedded().data("{ products { totalCount } }", json!({}));
    assert_eq!(wiring::embedded().data(query, json!({ "x": null })), all);
    assert_ne!(wiring::embedded().data(query, json!({})), all);
}

#[test]
fn operations_that_share_a_fragment_may_each_leave_its_variables_out() {
    let query = "query A($x: Boolean) { ...F } query B($x: Boolean = false) { ...F }
        fragment F on Query { products(where: { inStock: $x }) { totalCount } }";
    let count = |name: &str, filter: &str| {
        let mut asked = operation(query, json!({}));
        asked.operation_name = Some(name.to_owned());
        let body = block_on(async { wiring::embedded().graph.execute(asked).await.body("test") });
        let answer: Value = serde_json::from_slice(&body).unwrap();
        let plain = wiring::embedded().data(&format!("{{ products{filter} {{ totalCount }} }}"), json!({}));
        assert_eq!(answer, json!({ "data": plain }), "{name}");
    };
    count("A", "");
    count("B", "(where: { inStock: false })");
}

/// Inputs that have a default; null means the same for each of them.
const DEFAULTS: [&str; 1] = ["PriceRange.currency"];

/// The library reads an absent variable as null. Nobody can tell, as long as null means the same as nothing.
#[test]
fn null_means_the_same_as_nothing_wherever_there_is_a_default() {
    let query = "{ __schema { types { name inputFields { ...I } fields(includeDeprecated: true) { args { ...I } } } } }
        fragment I on __InputValue { name defaultValue type { kind } }";
    let data = wiring::embedded().data(query, json!({}));
    let mut found = Vec::new();
    for kind in data["__schema"]["types"].as_array().unwrap().iter().filter(|kind| !kind["name"].as_str().unwrap().starts_with("__")) {
        let inputs = kind["inputFields"].as_array().into_iter().flatten();
        let args = kind["fields"].as_array().into_iter().flatten().flat_map(|field| field["args"].as_array().unwrap());
        for input in inputs.chain(args).filter(|input| !input["defaultValue"].is_null()) {
            found.push(format!("{}.{}", kind["name"].as_str().unwrap(), input["name"].as_str().unwrap()));
            assert_ne!(input["type"]["kind"], json!("NON_NULL"), "an absent variable would be refused: {input}");
        }
    }
    assert_eq!(found, DEFAULTS);
    let given = |currency: &str| {
        let query = format!("{{ products(where: {{ price: {{ max: \"20\" {currency} }} }}) {{ totalCount }} }}");
        wiring::embedded().data(&query, json!({}))
    };
    assert_eq!(given("currency: null"), given(""));
    assert_eq!(given("currency: \"EUR\""), given(""));
}
