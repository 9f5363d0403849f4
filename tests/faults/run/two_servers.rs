//! F30: two servers over the same stores; everybody talks to both. One of them is killed now and then.

use super::{Hot, Outcome, conclude};
use crate::{
    lab::Lab,
    load::{Load, Plan},
    stores::Stores,
    times,
};
use std::time::Duration;
use tokio::time::sleep;

const KILLS: u32 = 2;

pub async fn run(stores: &Stores) {
    let lab = Lab::open(stores, 8).await;
    let (one, mut other) = (lab.serve(&[]), lab.serve(&[]));
    let mut load = Load::begin(Plan::default(), &lab.shop, &[&one.address, &other.address], &lab.admin).await;
    lab.expect_servers(3);
    load.allowed.lost = true;
    for _ in 0..KILLS * times() {
        sleep(Duration::from_secs(3)).await;
        other.kill();
        sleep(Duration::from_secs(1)).await;
        lab.start(&mut other);
    }
    sleep(Duration::from_secs(3)).await;
    let history = load.end().await;
    let figures = vec![format!("kills of one {}", KILLS * times())];
    conclude(&lab, Outcome { name: "two servers", history, server: &one, hot: Hot::Whole, figures }).await;
}
