//! F04: mongod is killed under load and started again. Orders do not need it; their events wait.

use super::{Hot, Outcome, conclude, rate};
use crate::{
    lab::Lab,
    load::{Load, Plan},
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
    let (mut downs, begin) = (Vec::new(), load.now());
    for _ in 0..KILLS * times() {
        sleep(Duration::from_millis(1_500)).await;
        stores.kill(Store::Mongodb);
        let down = load.now();
        sleep(Duration::from_millis(1_500)).await;
        downs.push((down, load.now()));
        stores.revive();
    }
    sleep(Duration::from_millis(1_000)).await;
    let history = load.end().await;
    let before = rate(&history, begin, downs[0].0);
    let during = downs.iter().map(|(from, to)| rate(&history, *from, *to)).sum::<f64>() / downs.len() as f64;
    let figures = vec![format!("kills {}", downs.len()), format!("orders a second {before:.0} before and {during:.0} without MongoDB")];
    conclude(&lab, Outcome { name: "mongod kill -9", history, server: &server, hot: Hot::Whole, figures }).await;
}
