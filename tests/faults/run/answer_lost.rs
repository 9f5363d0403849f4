//! F09: COMMIT is sent, and its answer is lost: the server cannot know whether it was done. Of as many others the COMMIT itself is lost.
//! Clients send again under the same key, and must find out.

use super::{Hot, Outcome, conclude};
use crate::{
    lab::Lab,
    load::{Load, Plan},
    proxy::{Mischief, Proxy},
    stores::Stores,
    times,
};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Answers that are lost.
const ROUNDS: u64 = 1_000;
/// After that it ends, with as many as there were: how fast they come is the machine's affair. Alone on two cores it takes half of it.
const LIMIT: Duration = Duration::from_secs(60);
/// With fewer it has shown nothing.
const LEAST: u64 = 100;

pub async fn run(stores: &Stores) {
    let lab = Lab::open(stores, 8).await;
    let (proxy, through) = Proxy::of_url(&lab.places.relational).await;
    let server = lab.serve_with(&[], &[("DATABASE_URL", &through)]);
    let plan = Plan { customers: 12, visitors: 1, pause: 0, variety: false, ..Plan::default() };
    let load = Load::begin(plan, &lab.shop, &[&server.address], &lab.admin).await;
    // a session that is cut is missed by the store a little later
    lab.expect_servers(2);
    proxy.set(Mischief { lose_commit_answers: 2, lose_commits: 10, ..Mischief::default() });
    let (start, rounds) = (Instant::now(), ROUNDS * u64::from(times()));
    while proxy.commits()[1] < rounds && start.elapsed() < LIMIT * times() {
        sleep(Duration::from_millis(20)).await;
    }
    let took = start.elapsed().as_secs();
    proxy.set(Mischief::default());
    let [commits, answers, lost] = proxy.commits();
    let unknown = load.unknown();
    let history = load.end().await;
    let figures = vec![
        format!("commits {commits}, of which {answers} were done without an answer and {lost} were lost"),
        format!("in {took} s"),
        format!("told as unknown {unknown}"),
    ];
    conclude(&lab, Outcome { name: "answer lost after COMMIT", history, server: &server, hot: Hot::Whole, figures }).await;
    assert!(answers >= LEAST, "only {answers} of {rounds} rounds in {took} s");
}
