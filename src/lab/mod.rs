//! The comparison lab's catalogue. The lab is a crate of its own, [`polystore_lab`], which knows nothing of this program; here are the workloads
//! whose arms are the program's own engines, layers and roles, and the list of all.

#[cfg(test)]
mod names_tests;
mod product;
mod w14;
mod w15;
mod w17;
mod w18;

use crate::error::StoreError;
use polystore_lab::{LabError, Result, Workload, workloads};
use std::sync::Arc;

/// All workloads, by number.
pub fn all() -> Vec<Arc<dyn Workload>> {
    let mut all = workloads::all();
    let own: [Arc<dyn Workload>; 4] =
        [Arc::new(w14::CacheAside), Arc::new(w15::Stampede), Arc::new(w17::SignedIn), Arc::new(w18::RateLimiter)];
    all.extend(own);
    all.sort_by_key(|workload| workload.about().id);
    all
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

impl From<StoreError> for LabError {
    fn from(error: StoreError) -> Self {
        Self::store(error.engine.name(), error.detail())
    }
}
