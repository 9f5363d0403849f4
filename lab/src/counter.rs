//! The names of counters, their units, and what less of them means.

/// One thing that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// As in results.
    pub name: &'static str,
    /// As in tables.
    pub title: &'static str,
    /// `bytes` or `count`.
    pub unit: &'static str,
    /// What is counted.
    pub meaning: &'static str,
}

const fn metric(name: &'static str, title: &'static str, unit: &'static str, meaning: &'static str) -> Metric {
    Metric { name, title, unit, meaning }
}

/// Everything that is counted, in the order of tables. Less is better for all of them.
pub const METRICS: [Metric; 16] = [
    metric("round_trips", "trips", "count", "round trips between client and server: changes of direction on the wire"),
    metric("statements", "statements", "count", "statements or commands that the store executed"),
    metric("rows", "rows", "count", "rows or documents that came to the client"),
    metric("answer_bytes", "answer B", "bytes", "bytes of the canonical answer"),
    metric("bytes_up", "sent B", "bytes", "bytes from client to server on the wire"),
    metric("bytes_down", "received B", "bytes", "bytes from server to client on the wire"),
    metric("pages", "pages", "count", "pages that the store touched: shared buffers hit and read"),
    metric("keys_examined", "keys", "count", "keys of indexes, or entries of structures, that the store looked at"),
    metric("docs_examined", "docs", "count", "documents or rows that the store looked at"),
    metric("vm_steps", "VM steps", "count", "steps of SQLite's virtual machine"),
    metric("log_bytes", "log B", "bytes", "bytes of the log that makes writes durable"),
    metric("data_bytes", "data B", "bytes", "bytes of data files written at a checkpoint"),
    metric("syncs", "syncs", "count", "times that the store waited for the disk"),
    metric("source_calls", "source", "count", "calls of the source behind a cache"),
    metric("server_cpu_us", "server us", "us", "microseconds of CPU that the server used: as fine as its own clock"),
    metric("allocated_bytes", "memory B", "bytes", "bytes of memory that the store took for it"),
];

/// The metric of this name.
pub fn metric_of(name: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.name == name)
}

/// Whether the same operations give the same number each time, so that a difference needs no statistics.
pub fn is_exact(name: &str) -> bool {
    !matches!(name, "server_cpu_us" | "data_bytes" | "allocated_bytes")
}

/// Whether it means the same in different stores: a round trip does, a page does not.
pub fn is_comparable(name: &str) -> bool {
    matches!(
        name,
        "round_trips" | "statements" | "rows" | "answer_bytes" | "bytes_up" | "bytes_down" | "log_bytes" | "syncs" | "source_calls"
    )
}
