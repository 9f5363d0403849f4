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
use std::time::Duration;
use tokio::time::sleep;

pub async fn run(stores: &Stores) {
    let lab = Lab::open(stores, 8).await;
    let (proxy, through) = Proxy::of_url(&lab.places.relational).await;
    let server = lab.serve_with(&[], &[("DATABASE_URL", &through)]);
    let plan = Plan { customers: 16, pause: 5, hang_ups: 50, ..Plan::default() };
    let load = Load::begin(plan, &lab.shop, &[&server.address], &lab.admin).await;
    lab.expect_servers(1);
    proxy.set(Mischief { delay: Duration::from_millis(2), ..Mischief::default() });
    sleep(Duration::from_secs(10) * times()).await;
    proxy.set(Mischief::default());
    let history = load.end().await;
    let hung_up = count(&history, |answer| *answer == Answer::HungUp);
    let figures = vec![format!("hung up {hung_up}")];
    conclude(&lab, Outcome { name: "client disconnect", history, server: &server, hot: Hot::Whole, figures }).await;
    // fewer prove nothing; how many there are in this time is the machine's affair
    assert!(hung_up >= 50, "only {hung_up} clients hung up");
}
