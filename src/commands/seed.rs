//! `polystore seed`: fills the stores with fictional data.

use super::{Failure, progress::Stderr};
use crate::{
    config::Config,
    seed::{Plan, Scale},
};
use clap::Args;
use std::time::Instant;

/// How much, and which.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// How much: 1 is 10,000 customers and 50,000 orders; from 0.001 to 20
    #[arg(long, default_value = "1")]
    scale: Scale,
    /// Which: the same number gives the same data in any store
    #[arg(long, default_value_t = Plan::DEMO.seed)]
    seed: u64,
}

/// Seeds through the roles; running it again with the same options changes nothing.
pub async fn run(config: &Config, options: &Options) -> Result<(), Failure> {
    let connected = super::writable(config).await?;
    let stores = connected.layered();
    let start = Instant::now();
    let plan = Plan { scale: options.scale, seed: options.seed };
    let summary = crate::seed::run(&*stores.relational, &*stores.documents, &*stores.hot, &plan, &Stderr::new()).await?;
    connected.close().await;
    super::print(&format!(
        "seeded in {:.1} s: {} customers, {} categories, {} products, {} orders with {} items, {} articles, {} comments, {} preferences, {} events\n",
        start.elapsed().as_secs_f64(),
        summary.customers,
        summary.categories,
        summary.products,
        summary.orders,
        summary.order_items,
        summary.articles,
        summary.comments,
        summary.preferences,
        summary.activity,
    ))
}
