//! F23: everything in Redis is deleted every two seconds under load.

use super::{Hot, Outcome, conclude};
use crate::{
    lab::Lab,
    load::{Load, Plan},
    stores::Stores,
    times,
};
use std::time::Duration;
use tokio::time::sleep;

const FLUSHES: u32 = 4;

pub async fn run(stores: &Stores) {
    let lab = Lab::open(stores, 8).await;
    let server = lab.serve(&[]);
    let load = Load::begin(Plan::default(), &lab.shop, &[&server.address], &lab.admin).await;
    lab.expect_servers(1);
    let mut redis = redis::Client::open(&*stores.hot).unwrap().get_multiplexed_async_connection().await.unwrap();
    for _ in 0..FLUSHES * times() {
        sleep(Duration::from_secs(2)).await;
        redis::cmd("FLUSHALL").query_async::<()>(&mut redis).await.unwrap();
    }
    drop(redis);
    sleep(Duration::from_secs(2)).await;
    let history = load.end().await;
    let figures = vec![format!("flushes {}", FLUSHES * times())];
    conclude(&lab, Outcome { name: "Redis FLUSHALL", history, server: &server, hot: Hot::Lost, figures }).await;
}
