//! F26: the server is told to stop under load. What it had been sent it answers, and ends well within ten seconds.

use super::{Hot, Outcome, conclude};
use crate::{
    lab::Lab,
    load::{Load, Plan},
    stores::Stores,
    times,
};
use std::time::Duration;
use tokio::time::sleep;

const STOPS: u32 = 5;
const LIMIT: Duration = Duration::from_secs(10);

pub async fn run(stores: &Stores) {
    let lab = Lab::open(stores, 8).await;
    let mut server = lab.serve(&[]);
    let mut load = Load::begin(Plan::default(), &lab.shop, &[&server.address], &lab.admin).await;
    lab.expect_servers(2);
    let mut slowest = Duration::ZERO;
    for _ in 0..STOPS * times() {
        sleep(Duration::from_millis(1_000)).await;
        let from = load.now();
        let (code, took) = server.stop();
        assert_eq!(code, Some(0), "the server did not end well");
        assert!(took <= LIMIT, "the server took {} ms to stop", took.as_millis());
        slowest = slowest.max(took);
        lab.start(&mut server);
        load.allowed.stops.push((from, load.now()));
    }
    sleep(Duration::from_millis(500)).await;
    let history = load.end().await;
    let figures = vec![format!("stops {}", STOPS * times()), format!("the slowest took {} ms", slowest.as_millis())];
    conclude(&lab, Outcome { name: "SIGTERM", history, server: &server, hot: Hot::Whole, figures }).await;
}
