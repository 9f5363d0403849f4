//! How long it takes: until the first callers know that a store is dead, while its breaker is open, and until it is there again.
//! Printed; the bounds are generous, because machines are busy. The contract suite's `guarded` trials have the exact ones.

use super::{
    door::{Question, Tokens},
    outage::Outage,
    page::Shown,
    streams::begin,
    town::Town,
};
use crate::support::wiring::{block_on, operation};
use polystore::error::Engine;
use serde_json::Value;
use std::time::{Duration, Instant};

/// Longest that a store may need to be noticed again.
const BACK: Duration = Duration::from_secs(15);

/// A question to one store alone.
pub fn alone(engine: Engine) -> Question {
    let query = match engine {
        Engine::Postgres => "{ products(first: 1) { nodes { id } } }",
        Engine::Mongodb => "{ articles(first: 1) { nodes { id } } }",
        _ => "{ trending(first: 1) { rank } }",
    };
    Question::new(query, Value::Null)
}

/// Several callers at once ask stores that have just fallen silent; how long the last of each waited.
pub fn first_failures(town: &Town, outage: Outage) -> Vec<(Engine, Duration)> {
    let callers = outage.stores().iter().flat_map(|engine| [*engine; 3]);
    let asked = callers.map(|engine| async move {
        let answer = super::door::ask(&town.door, &alone(engine), &Tokens::default(), Shown::Nothing).await;
        (engine, answer)
    });
    let answers = block_on(futures::future::join_all(asked));
    for (engine, answer) in &answers {
        assert_eq!(answer.status, 503, "{engine}: {answer:?}");
        assert!(answer.took < town.graph.limits().time, "{engine} held a caller for {:?}", answer.took);
    }
    let longest = |engine: &Engine| answers.iter().filter(|(of, _)| of == engine).map(|(_, answer)| answer.took).max().unwrap();
    outage.stores().iter().map(|engine| (*engine, longest(engine))).collect()
}

/// Waits until questions are answered again, and then until subscriptions begin again; how long each took.
pub fn back(town: &Town, outage: Outage) -> (Duration, Duration) {
    let start = Instant::now();
    let answers = |engine: &Engine| town.ask(&alone(*engine), &Tokens::default(), Shown::Nothing).body.get("errors").is_none();
    while !outage.stores().iter().all(answers) {
        assert!(start.elapsed() < BACK, "{outage} did not come back");
        std::thread::sleep(Duration::from_millis(20));
    }
    let questions = start.elapsed();
    loop {
        let asked = operation("subscription { trendingChanged { resync } }", Value::Null);
        let (first, begun) = (begin(&town.graph, asked), start.elapsed());
        // a refusal comes at once
        let refused = (0..20).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            first.is_finished()
        });
        first.abort();
        if !refused {
            return (questions, begun);
        }
        assert!(start.elapsed() < BACK, "no subscription begins after {outage}");
    }
}

/// One line about an outage.
#[expect(clippy::print_stderr, reason = "the figures are what these times are measured for")]
pub fn tell(outage: Outage, first: &[(Engine, Duration)], mut open: Vec<Duration>, (questions, subscriptions): (Duration, Duration)) {
    open.sort_unstable();
    let first: Vec<_> = first.iter().map(|(engine, took)| format!("{engine} {took:.0?}")).collect();
    let (median, longest) = (open.get(open.len() / 2).copied().unwrap_or_default(), open.last().copied().unwrap_or_default());
    eprintln!(
        "{outage} down: first failures {}; then {} refusals in {median:.1?} (median), {longest:.1?} (longest); questions back after \
         {questions:.0?}, subscriptions after {subscriptions:.0?}",
        first.join(", "),
        open.len(),
    );
}
