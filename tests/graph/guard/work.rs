//! Hostile documents cost little work. What counts is not time, which depends on the machine, but selections visited: each of them
//! carries a directive here, and the guard counts a directive when it comes past it.

use super::boundless;
use async_graphql::{Variables, parser::parse_query};
use polystore::graphql::{error::Code, guard::check, limits::Limits};

const MARK: &str = "@include(if: true)";

/// How many selections are visited: the smallest limit of directives that passes.
fn visited(text: &str) -> u64 {
    let document = parse_query(text).unwrap();
    let passes = |directives: u64| match check(&document, &Variables::default(), &Limits { directives, ..boundless() }) {
        Ok(_) => true,
        Err(refusal) if refusal.message.contains("directives") => false,
        Err(other) => panic!("{other:?}"),
    };
    let (mut none, mut enough) = (0, 1_u64 << 20);
    assert!(passes(enough), "more than {enough}");
    while none + 1 < enough {
        let middle = u64::midpoint(none, enough);
        if passes(middle) { enough = middle } else { none = middle }
    }
    enough
}

/// Fragments of which each spreads the next one `times`.
fn fragments(levels: usize, times: usize) -> String {
    let fragment = |level: usize| format!("fragment F{level} on T {{ {} }} ", format!("...F{} {MARK} ", level + 1).repeat(times));
    let chain: String = (0..levels).map(fragment).collect();
    format!("{{ ...F0 {MARK} }} {chain} fragment F{levels} on T {{ a {MARK} }}")
}

#[test]
fn fragments_that_multiply_are_visited_once_each() {
    for (levels, times) in [(10, 2), (20, 2), (40, 2), (60, 2), (60, 10), (60, 50)] {
        let text = fragments(levels, times);
        assert_eq!(visited(&text), (levels * times + 2) as u64, "{levels} levels of {times}: 2^60 and more once expanded");
        let document = parse_query(&text).unwrap();
        let refusal = check(&document, &Variables::default(), &Limits { directives: u64::MAX, ..Limits::default() }).unwrap_err();
        assert_eq!(refusal.code, Code::QueryTooComplex, "{refusal:?}");
    }
}

#[test]
fn a_fragment_in_many_places_is_visited_once() {
    let text =
        format!("{{ {} }} fragment F on T {{ {} }}", format!("a {MARK} {{ ...F {MARK} }} ").repeat(500), format!("b {MARK} ").repeat(500));
    assert_eq!(visited(&text), 1_500);
}

#[test]
fn fragments_that_only_one_another_use_are_visited_once() {
    let text = format!("{{ a {MARK} }} {}", fragments(60, 2).split_once('}').unwrap().1);
    assert_eq!(visited(&text), 1 + 121);
}

/// A thread of the runtime has 2 MB for its stack; a chain must not use it up, whatever the limit of tokens is.
#[test]
fn long_chains_of_fragments_do_not_exhaust_the_stack() {
    let chain = |levels: usize| {
        let text = fragments(levels, 1).replace(MARK, "");
        let document = parse_query(text).unwrap();
        let judged = std::thread::Builder::new().stack_size(2 << 20).spawn(move || {
            let verdict = check(&document, &Variables::default(), &boundless()).map(drop);
            // taking a long document apart is no part of this
            std::mem::forget(document);
            verdict
        });
        judged.unwrap().join().unwrap().map_err(|refusal| refusal.code)
    };
    assert_eq!(chain(60).map(drop), Ok(()));
    for levels in [64, 100, 500, 12_500] {
        assert_eq!(chain(levels), Err(Code::QueryTooDeep), "{levels} levels");
    }
}
