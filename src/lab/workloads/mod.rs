//! The catalogue. A workload has a file or a folder of its own here, with its statements beside it; this is the only list of them.

mod product;
mod w01;
pub mod w03;
mod w05;
mod w07;
mod w08;
mod w09;
mod w14;
mod w15;
mod w16;
mod w17;
mod w18;
pub mod w23;

use super::{LabError, Result, Workload};
use std::sync::Arc;

/// All workloads, by number.
pub fn all() -> Vec<Arc<dyn Workload>> {
    vec![
        Arc::new(w01::OrderPage),
        Arc::new(w03::ListWithChildren),
        Arc::new(w05::IndexOrNot),
        Arc::new(w07::Paging),
        Arc::new(w08::ChangeOneField),
        Arc::new(w09::SalesReport),
        Arc::new(w14::CacheAside),
        Arc::new(w15::Stampede),
        Arc::new(w16::Leaderboard),
        Arc::new(w17::SignedIn),
        Arc::new(w18::RateLimiter),
        Arc::new(w23::Promises),
    ]
}

/// Those of the short suite: it must end within a minute on the embedded stores.
pub const QUICK: [&str; 4] = ["W03", "W08", "W15", "W16"];

/// The workloads of these names, in the order of the catalogue; capitals do not matter. Fails with the known names if one is unknown.
pub fn named(names: &[String]) -> Result<Vec<Arc<dyn Workload>>> {
    let all = all();
    let is = |workload: &Arc<dyn Workload>, name: &String| workload.about().id.eq_ignore_ascii_case(name);
    if let Some(unknown) = names.iter().find(|name| !all.iter().any(|workload| is(workload, name))) {
        let known: Vec<_> = all.iter().map(|workload| workload.about().id).collect();
        return Err(LabError::Refused(format!("there is no workload {unknown:?}: the known ones are {}", known.join(", "))));
    }
    Ok(all.into_iter().filter(|workload| names.iter().any(|name| is(workload, name))).collect())
}
