//! What an operation may be at most. Everything is bounded by default; every bound can be set.

use crate::shop::Rate;
use std::time::Duration;

/// The bounds. All counts are after fragments are expanded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Levels of fields; introspection has its own, fixed limit.
    pub depth: u64,
    /// Rows of a page (`first`, `last`); more is refused, never cut.
    pub first: u32,
    /// Nodes of the answer: each field 1, times the length of the lists it stands in.
    pub complexity: u64,
    /// Fields and fragment spreads.
    pub selections: u64,
    /// Aliased fields.
    pub aliases: u64,
    /// Fields of the operation itself.
    pub root_fields: u64,
    /// Tokens of the document.
    pub tokens: u64,
    /// Directives of the document.
    pub directives: u64,
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// Operations in one request.
    pub batch: usize,
    /// Operations that run at once, beside subscriptions; a quarter as many changes under an idempotency key may run beyond it.
    pub requests: usize,
    /// How long a request, or the answer to an event, may take.
    pub time: Duration,
    /// WebSockets and event streams that are open at once.
    pub sockets: usize,
    /// Operations that run on one WebSocket at once.
    pub socket_operations: usize,
    /// What all parsed documents that are kept may weigh, in bytes (an estimate).
    pub document_cache_bytes: u64,
    /// What all answers that are kept for visitors may weigh, in bytes, about; 0: none is kept.
    pub answer_cache_bytes: u64,
    /// Whether `__schema` and `__type` are answered, and names like an unknown one are suggested. `__typename` always is.
    pub introspection: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 10,
            first: 100,
            complexity: 20_000,
            selections: 1_000,
            aliases: 50,
            root_fields: 20,
            tokens: 4_000,
            directives: 50,
            body_bytes: 1_000_000,
            batch: 1,
            requests: 64,
            time: Duration::from_secs(5),
            sockets: 500,
            socket_operations: 20,
            document_cache_bytes: 16_000_000,
            answer_cache_bytes: 0,
            introspection: true,
        }
    }
}

/// How many points (see [`super::cost`]) clients may spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Whoever asks from one address without being signed in: there may be many behind one.
    pub visitors: Rate,
    /// One customer who signed in.
    pub viewers: Rate,
    /// One program that shows an API key, for visitors.
    pub keys: Rate,
}

impl Default for Rates {
    fn default() -> Self {
        let of = |points: u32, seconds: u64| Rate { burst: points, period: Duration::from_secs(seconds) };
        Self { visitors: of(400_000, 20), viewers: of(200_000, 20), keys: of(1_000_000, 20) }
    }
}

/// Levels of fields within introspection. The query of GraphiQL has 13.
pub const INTROSPECTION_DEPTH: u64 = 16;
/// Lists within lists in introspection (`types { fields { args`); each further one multiplies the answer by the schema's size.
pub const INTROSPECTION_LISTS: u64 = 3;
/// Lists in one introspection, at any level. The query of GraphiQL has 12.
pub const INTROSPECTION_FIELDS: u64 = 30;
/// Brackets within brackets, of any kind: protects every recursive reader of the document.
pub const NESTING: usize = 64;
/// Most letters of a name in a document. For an unknown one the library looks for a similar one in the schema, letter by letter.
pub const NAME_BYTES: usize = 128;
/// Most values in `variables`, at any level.
pub const VARIABLE_NODES: usize = 10_000;
