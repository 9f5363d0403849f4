//! F02: PostgreSQL is killed under load, all its processes at once, and started again after a while.

use super::{Hot, Outcome, conclude};
use crate::{
    lab::Lab,
    load::{Load, Plan},
    report::first_after,
    stores::{Store, Stores},
    times,
};
use std::time::Duration;
use tokio::time::sleep;

const KILLS: u32 = 3;

pub async fn run(stores: &Stores) {
    let lab = Lab::open(stores, 8).await;
    let server = lab.serve(&[]);
    let load = Load::begin(Plan::default(), &lab.shop, &[&server.address], &lab.admin).await;
    lab.expect_servers(1);
    let mut returns = Vec::new();
    for _ in 0..KILLS * times() {
        sleep(Duration::from_millis(1_500)).await;
        stores.kill(Store::Postgres);
        sleep(Duration::from_millis(700)).await;
        stores.revive();
        returns.push(load.now());
    }
    sleep(Duration::from_millis(2_500)).await;
    let history = load.end().await;
    let recovered = returns.iter().filter_map(|at| first_after(&history, *at)).max().unwrap_or_default() / 1_000;
    assert!(recovered <= 3_000, "orders were taken again only {recovered} ms after PostgreSQL's return");
    let figures = vec![format!("kills {}", returns.len()), format!("first order at most {recovered} ms after its return")];
    conclude(&lab, Outcome { name: "PostgreSQL kill -9", history, server: &server, hot: Hot::Whole, figures }).await;
}
