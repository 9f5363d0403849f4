//! F01: the server is killed under load, again and again, and started at the same port. Clients send again what was not answered.

use super::{Hot, Outcome, conclude};
use crate::{
    lab::Lab,
    load::{Load, Plan},
    report::first_after,
    stores::Stores,
    times,
};
use std::time::Duration;
use tokio::time::sleep;

const KILLS: u32 = 20;
/// How long a server lives.
const LIFE: Duration = Duration::from_millis(350);

pub async fn run(stores: &Stores) {
    let lab = Lab::open(stores, 8).await;
    let mut server = lab.serve(&[]);
    let mut load = Load::begin(Plan::default(), &lab.shop, &[&server.address], &lab.admin).await;
    // the stores miss a dead server's connections a little later
    lab.expect_servers(3);
    load.allowed.lost = true;
    let mut starts = Vec::new();
    for _ in 0..KILLS * times() {
        sleep(LIFE).await;
        server.kill();
        lab.start(&mut server);
        starts.push(load.now());
    }
    sleep(LIFE).await;
    let history = load.end().await;
    let recovered = starts.iter().filter_map(|at| first_after(&history, *at)).max().unwrap_or_default() / 1_000;
    let figures = vec![format!("kills {}", starts.len()), format!("first order at most {recovered} ms after a start")];
    conclude(&lab, Outcome { name: "server kill -9", history, server: &server, hot: Hot::Whole, figures }).await;
}
