//! The machine that a result holds for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The machine and its stores.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct Environment {
    /// As `linux x86_64`.
    pub system: String,
    /// The kernel's version.
    pub kernel: Option<String>,
    /// The processor's model.
    pub cpu: Option<String>,
    /// Cores that this process may use.
    pub cores: u32,
    /// Bytes of memory.
    pub memory_bytes: Option<u64>,
    /// How the cores' clock is governed.
    pub governor: Option<String>,
    /// What virtual machine or container it is, as far as it tells.
    pub virtualisation: Option<String>,
    /// Load average of a minute before the session.
    pub load_before: Option<f64>,
    /// The same, at its end.
    pub load_after: Option<f64>,
    /// Share of the processors' time that the host of a virtual machine took away during the session.
    pub stolen_share: Option<f64>,
    /// Microseconds that one append and sync of a block takes in the lab's folder, the median.
    pub sync_us: Option<f64>,
    /// The least time that the clock can tell, in nanoseconds.
    pub clock_ns: u64,
    /// The stores.
    pub stores: Vec<StoreRecord>,
    /// What a reader should know before believing times.
    pub warnings: Vec<String>,
}

/// A store of the session.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct StoreRecord {
    /// `postgres`, `mongodb`, `redis`, `sqlite` or `process`.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// The driver and its version.
    pub driver: Option<String>,
    /// Settings that differ from the store's defaults, or matter here.
    pub settings: BTreeMap<String, String>,
}
