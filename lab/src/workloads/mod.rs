//! The workloads that need nothing but stores. A workload has a folder of its own, with its statements beside it. Those that ask the program's own
//! engines, layers and roles are assembled in the program, which has the whole catalogue; what is free of it in them is here.

mod w01;
pub mod w03;
mod w05;
mod w07;
mod w08;
mod w09;
mod w16;
pub mod w17;
pub mod w18;
pub mod w23;

use super::Workload;
use std::sync::Arc;

/// These workloads, by number.
pub fn all() -> Vec<Arc<dyn Workload>> {
    vec![
        Arc::new(w01::OrderPage),
        Arc::new(w03::ListWithChildren),
        Arc::new(w05::IndexOrNot),
        Arc::new(w07::Paging),
        Arc::new(w08::ChangeOneField),
        Arc::new(w09::SalesReport),
        Arc::new(w16::Leaderboard),
        Arc::new(w23::Promises),
    ]
}
