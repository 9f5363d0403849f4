//! The comparison lab: the same work on several stores and data models, side by side, with equal answers proved before any time is told.
//!
//! In reading order: [`workload`] and [`arm`] say what is compared; [`site`] makes and drops the databases of a session; [`workloads`] is the
//! catalogue as far as it needs nothing but stores, [`stores`] and [`servers`] are what its arms over real stores share; [`measure`] runs it in passes that are never mixed;
//! [`verdict`] says what may be concluded from raw blocks, and nothing else; [`result`] is what is kept; [`check`] recomputes it; [`report`]
//! shows it; [`archive`] finds it again.
//! [`claims`] holds course texts against it, [`advise`] makes decisions of it.
//!
//! This crate knows nothing of the program: what the program wants to be compared it brings along as workloads, arms and a [`site::GraphMaker`].

pub mod advise;
pub mod archive;
pub mod arm;
pub mod canonical;
pub mod check;
pub mod claims;
pub mod counter;
pub mod diff;
pub mod draw;
pub mod error;
pub mod measure;
pub mod progress;
pub mod report;
pub mod result;
pub mod selftest;
pub mod servers;
pub mod site;
pub mod stores;
pub mod verdict;
pub mod wire;
pub mod workload;
pub mod workloads;

pub use arm::{Answer, Arm, ArmAbout, Counters, Input, Loaded, Source};
pub use error::LabError;
pub use workload::{Case, CaseKind, Load, Workload, WorkloadAbout};

/// What work of the lab comes to.
pub type Result<T> = std::result::Result<T, LabError>;
