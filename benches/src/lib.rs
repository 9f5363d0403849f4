//! What polystore's executor takes alone, shared by two programs: `polystore-bench` takes the time, and `polystore-bench-allocations` counts what is
//! allocated. They are two because counting takes time itself, and the endpoints written by hand must not pay for it.

pub mod executor;
