//! F03: Redis is killed under load and comes back empty. Meanwhile orders go on, with what the server signed; afterwards everybody signs
//! in again, and what was counted is made anew from the owners.

use super::{Hot, Outcome, conclude, rate};
use crate::{
    lab::Lab,
    load::{Load, Plan},
    report::first_after,
    stores::{Store, Stores},
    times,
};
use std::time::Duration;
use tokio::time::sleep;

const KILLS: u32 = 2;

pub async fn run(stores: &Stores) {
    let lab = Lab::open(stores, 8).await;
    let server = lab.serve(&[]);
    let load = Load::begin(Plan::default(), &lab.shop, &[&server.address], &lab.admin).await;
    lab.expect_servers(1);
    let (mut downs, mut returns, begin) = (Vec::new(), Vec::new(), load.now());
    for _ in 0..KILLS * times() {
        sleep(Duration::from_millis(2_000)).await;
        stores.kill(Store::Redis);
        let down = load.now();
        sleep(Duration::from_millis(1_500)).await;
        downs.push((down, load.now()));
        stores.revive();
        returns.push(load.now());
    }
    sleep(Duration::from_millis(2_000)).await;
    let history = load.end().await;
    let recovered = returns.iter().filter_map(|at| first_after(&history, *at)).max().unwrap_or_default() / 1_000;
    let before = rate(&history, begin, downs[0].0);
    let during = downs.iter().map(|(from, to)| rate(&history, *from, *to)).sum::<f64>() / downs.len() as f64;
    let figures = vec![
        format!("kills {}", returns.len()),
        format!("orders a second {before:.0} before and {during:.0} without Redis"),
        format!("first order at most {recovered} ms after its return"),
    ];
    conclude(&lab, Outcome { name: "Redis kill -9", history, server: &server, hot: Hot::Lost, figures }).await;
}
