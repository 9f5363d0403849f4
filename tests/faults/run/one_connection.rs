//! F11: one connection to each store. Whoever held one while they waited for another would wait for ever.

use super::{Hot, Outcome, conclude};
use crate::{
    lab::Lab,
    load::{Load, Plan},
    stores::Stores,
    times,
};
use std::time::Duration;
use tokio::time::sleep;

pub async fn run(stores: &Stores) {
    let lab = Lab::open(stores, 1).await;
    let server = lab.serve(&[]);
    let load = Load::begin(Plan::default(), &lab.shop, &[&server.address], &lab.admin).await;
    lab.expect_servers(1);
    sleep(Duration::from_secs(6) * times()).await;
    let history = load.end().await;
    conclude(&lab, Outcome { name: "one connection", history, server: &server, hot: Hot::Whole, figures: Vec::new() }).await;
}
