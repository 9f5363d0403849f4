//! The closed set of things that may be said about a pair of arms.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Two arms, and what may be said about their times.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct Pair {
    /// The one.
    pub a: String,
    /// The other.
    pub b: String,
    /// Time of `b` over time of `a`, paired by rounds; `null` where nothing was timed.
    pub ratio: Option<f64>,
    /// Low end of its interval.
    pub low: Option<f64>,
    /// High end.
    pub high: Option<f64>,
    /// What may be said.
    pub verdict: Verdict,
}

/// What may be said.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Verdict {
    /// One is faster: the interval lies wholly beyond the margin and beyond the session's noise, also after Holm's procedure.
    Faster {
        /// Which.
        faster: String,
        /// How many times.
        times: f64,
        /// At least.
        low: f64,
        /// At most.
        high: f64,
    },
    /// The interval lies wholly within the margin.
    Equivalent {
        /// The margin, as a share.
        within: f64,
    },
    /// Neither of these.
    NoDifference {
        /// A difference of this share would have been seen.
        would_have_seen: f64,
    },
    /// The reference differs from itself too much.
    Noisy {
        /// By this share.
        apart: f64,
    },
    /// An arm answered something else than the reference.
    WrongAnswer {
        /// Which.
        arm: String,
    },
    /// The arms do not promise the same about what they acknowledged.
    DifferentPromises {
        /// Which promises, as a sentence.
        why: String,
    },
    /// The difference is that of drivers, or the client was the limit.
    ClientBound {
        /// How that is known.
        why: String,
    },
    /// An arm could not do it, or not in the way that it stands for.
    Unsupported {
        /// Which and why.
        why: String,
    },
}

/// Two arms, and an exact counter that differs by more than the margin.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct CounterVerdict {
    /// The counter.
    pub counter: String,
    /// Who has less.
    pub less: String,
    /// Who has more.
    pub more: String,
    /// How many times more; `null` when the other has none at all.
    pub times: Option<f64>,
}
