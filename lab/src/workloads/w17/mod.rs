//! W17's arms over stores alone. The workload is assembled in the program, whose own roles are the arms of the process and of a text in Redis.

pub mod arm;
pub mod data;
pub mod mongodb;
mod reclaim;
pub mod redis;
pub mod sql;
