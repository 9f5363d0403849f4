//! The contract: what every engine promises, asked of each of them. A trial is a plain async function over a role;
//! its name is a sentence. Run a part of it with a filter: `cargo test --test contract -- '[sqlite] product'`.

#![expect(clippy::unwrap_used, reason = "in a test a failure is the answer")]
#![expect(clippy::print_stdout, reason = "measured times are told, not asserted")]

#[path = "../support/mod.rs"]
mod support;

mod documents;
mod hot;
mod layers;
mod relational;

use libtest_mimic::{Arguments, Failed, Trial};
use polystore::error::Engine;
use std::future::Future;

/// One trial for each engine; `store` makes a fresh store of the role.
fn trials<R, S, F>(
    engines: &'static [Engine],
    entity: &'static str,
    name: &'static str,
    store: fn(Engine) -> S,
    test: fn(R) -> F,
) -> Vec<Trial>
where
    R: 'static,
    S: Future<Output = R> + 'static,
    F: Future<Output = ()> + 'static,
{
    let trial = |engine: Engine| {
        let missing = support::engines::missing(engine);
        let skip = missing.is_some() && !support::engines::required(engine);
        // shown before the name of an ignored trial
        let reason = missing.clone().filter(|_| skip).unwrap_or_default();
        let run = move || match missing {
            Some(reason) => Err(Failed::from(reason)),
            None => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                runtime.block_on(async { test(store(engine).await).await });
                Ok(())
            }
        };
        Trial::test(format!("[{engine}] {entity}::{name}"), run).with_ignored_flag(skip).with_kind(reason)
    };
    engines.iter().copied().map(trial).collect()
}

/// `contract!(engines, "entity", store_maker; trial_function, …)` gives the trials of one entity.
#[macro_export]
macro_rules! contract {
    ($engines:expr, $entity:literal, $store:path; $($test:ident,)+) => {{
        let mut all = Vec::new();
        $(all.extend($crate::trials($engines, $entity, stringify!($test), $store, $test));)+
        all
    }};
}

fn main() {
    let args = Arguments::from_args();
    let all = [relational::trials(), documents::trials(), hot::trials(), layers::trials()].into_iter().flatten().collect();
    libtest_mimic::run(&args, all).exit();
}
