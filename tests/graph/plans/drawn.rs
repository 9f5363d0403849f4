//! Thousands of operations that are drawn from the schema.

use super::Pair;
use crate::{
    cost::{generator::Generator, names},
    support::wiring,
};
use polystore::shop::Viewer;

/// How many operations both sides must agree on.
const OPERATIONS: u32 = 5_000;

#[test]
fn generated_operations_are_answered_the_same_by_their_plans_and_by_the_library() {
    let wiring = wiring::embedded();
    let pairs = [Viewer::Reader, Viewer::Visitor].map(|viewer| Pair::of(wiring, viewer));
    let mut generator = Generator::new(names(wiring), 11).short(3);
    let (mut planned, mut asked) = (0, 0);
    while asked < OPERATIONS {
        let (query, variables) = generator.operation();
        // most are for somebody who sees everything: a visitor is refused much
        let pair = &pairs[usize::from(asked % 5 == 0)];
        let answer = pair.agree(&query, &variables);
        if answer.body.contains("QUERY_TOO_COMPLEX") || answer.body.contains("QUERY_TOO_DEEP") {
            continue;
        }
        asked += 1;
        planned += u32::from(answer.planned);
    }
    println!("{planned} of {asked} operations were compiled");
    assert!(planned > asked / 4, "only {planned} of {asked} operations were compiled");
}
