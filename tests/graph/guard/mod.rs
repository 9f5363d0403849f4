//! The guard proved: what it counts in one pass, with each fragment counted once, is what naive expansion counts.
//!
//! Only its answer is looked at, never its insides: a limit of exactly the expected number passes, one less refuses and names the number.

mod document;
mod generate;
mod naive;
mod work;

use crate::support::random::Random;
use async_graphql::{
    Variables,
    parser::{parse_query, types::ExecutableDocument},
};
use document::Document;
use polystore::graphql::{
    error::Code,
    guard::{Refusal, check},
    limits::{INTROSPECTION_DEPTH, INTROSPECTION_FIELDS, INTROSPECTION_LISTS, Limits},
};

/// Documents that are compared.
const DOCUMENTS: u64 = 2_000;

/// Nothing is too much.
fn boundless() -> Limits {
    let most = u64::MAX;
    Limits { depth: most, complexity: most, selections: most, aliases: most, root_fields: most, directives: most, ..Limits::default() }
}

/// A document as the guard gets it.
struct Sent {
    text: String,
    parsed: ExecutableDocument,
    variables: Variables,
}

impl Sent {
    fn of(document: &Document) -> Self {
        let text = format!("{}\nwith {}", document.text(), document.given());
        let parsed = parse_query(document.text()).unwrap_or_else(|error| panic!("{text}: {error}"));
        Self { text, parsed, variables: Variables::from_json(document.given()) }
    }

    fn judged(&self, limits: &Limits) -> Result<(), Refusal> {
        check(&self.parsed, &self.variables, limits).map(drop)
    }
}

/// A limit of `count` passes, and one less refuses with the code and the number.
fn exactly(sent: &Sent, what: &str, count: u64, code: Code, limited: impl Fn(u64) -> Limits) {
    let told = || format!("{what} = {count} of {}", sent.text);
    assert_eq!(sent.judged(&limited(count)), Ok(()), "{}", told());
    if count > 0 {
        let refusal = sent.judged(&limited(count - 1)).expect_err(&told());
        assert_eq!(refusal.code, code, "{}", told());
        let numbers: Vec<&str> = refusal.message.split(|c: char| !c.is_ascii_digit()).collect();
        assert!(numbers.contains(&count.to_string().as_str()), "{}: {}", refusal.message, told());
    }
}

#[test]
fn counts_are_those_of_naive_expansion() {
    let (mut compared, mut seed, mut largest) = (0, 0, naive::Counts::default());
    while compared < DOCUMENTS {
        seed += 1;
        let document = generate::document(&mut Random::new(seed));
        let (counts, fragments) = (naive::operations(&document), naive::fragments(&document));
        // introspection has limits of its own, which cannot be set
        let fixed = |counts: &naive::Counts| {
            counts.introspection_depth <= INTROSPECTION_DEPTH
                && counts.introspection_lists <= INTROSPECTION_LISTS
                && counts.introspection_fields <= INTROSPECTION_FIELDS
        };
        if !fixed(&counts) || !fixed(&fragments) || fragments.depth > INTROSPECTION_DEPTH {
            continue;
        }
        compared += 1;
        let sent = Sent::of(&document);
        // fragments that nothing uses are counted, too
        let most = |of: fn(&naive::Counts) -> u64| of(&counts).max(of(&fragments));
        let (all, complex) = (boundless(), Code::QueryTooComplex);
        exactly(&sent, "depth", counts.depth, Code::QueryTooDeep, |depth| Limits { depth, ..all });
        exactly(&sent, "cost", most(|counts| counts.cost), complex, |complexity| Limits { complexity, ..all });
        exactly(&sent, "selections", most(|counts| counts.selections), complex, |selections| Limits { selections, ..all });
        exactly(&sent, "aliases", most(|counts| counts.aliases), complex, |aliases| Limits { aliases, ..all });
        exactly(&sent, "root fields", counts.root_fields, complex, |root_fields| Limits { root_fields, ..all });
        if document.operations.len() == 1 {
            // with several operations a directive of a fragment counts once for each
            exactly(&sent, "directives", document.directives(), complex, |directives| Limits { directives, ..all });
        }
        largest = largest.larger(&counts);
    }
    // the generator reaches what is to be compared
    assert!(seed < 2 * DOCUMENTS, "{seed} documents drawn for {compared}");
    let naive::Counts { depth, cost, selections, aliases, root_fields, introspection_fields, .. } = largest;
    assert!(
        depth > 6 && cost > 1_000_000 && selections > 100 && aliases > 20 && root_fields > 10 && introspection_fields > 5,
        "{largest:?}"
    );
}
