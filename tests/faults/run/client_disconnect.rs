//! F10: clients hang up at any point of a request. A transaction that loses its caller is finished or rolled back, and its session is clean:
//! the store is a little slow, so that there is something to interrupt.

use super::{Hot, Outcome, conclude, count};
use crate::{
    history::Answer,
    lab::Lab,
    load::{Load, Plan},
    proxy::{Mischief, Proxy},
    stores::Stores,
    times,
};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Clients that hang up; fewer prove nothing.
const LEAST: usize = 200;
/// Longer than that they are not waited for.
const LIMIT: Duration = Duration::from_secs(40);

pub async fn run(stores: &Stores) {
    let lab = Lab::open(stores, 8).await;
    let (proxy, through) = Proxy::of_url(&lab.places.relational).await;
    let server = lab.serve_with(&[], &[("DATABASE_URL", &through)]);
    let plan = Plan { customers: 16, pause: 5, hang_ups: 50, ..Plan::default() };
    let load = Load::begin(plan, &lab.shop, &[&server.address], &lab.admin).await;
    lab.expect_servers(1);
    proxy.set(Mischief { delay: Duration::from_millis(2), ..Mischief::default() });
    let start = Instant::now();
    // a slow machine takes longer to so many
    while start.elapsed() < Duration::from_secs(10) * times() || (load.hung_up() < LEAST && start.elapsed() < LIMIT * times()) {
        sleep(Duration::from_millis(20)).await;
    }
    proxy.set(Mischief::default());
    let history = load.end().await;
    let hung_up = count(&history, |answer| *answer == Answer::HungUp);
    let figures = vec![format!("hung up {hung_up}")];
    conclude(&lab, Outcome { name: "client disconnect", history, server: &server, hot: Hot::Whole, figures }).await;
    assert!(hung_up >= LEAST, "only {hung_up} clients hung up");
}
