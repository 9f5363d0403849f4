//! The claims ledger: what course texts say about stores, and what this machine's results say to it.
//!
//! `claims.toml` holds the sentences, the workloads that test them and how each is decided; [`mod@test`] has the closed set of ways to decide;
//! [`findings`] looks into stored results; [`decide`] makes one word of it, with the figure.

pub mod decide;
pub mod findings;
pub mod measured;
#[cfg(test)]
pub mod sample;
pub mod test;
#[cfg(test)]
mod tests;

pub use findings::Findings;
pub use test::{Outcome, Test};

use super::result::{ClaimFinding, Record};
use serde::Deserialize;
use std::sync::LazyLock;

/// The ledger that the program comes with, parsed. A test reads it, so that it can be read.
static LEDGER: LazyLock<Ledger> = LazyLock::new(|| Ledger::own().unwrap_or_else(|wrong| panic!("{wrong}")));

/// The ledger that the program comes with.
const TEXT: &str = include_str!("claims.toml");

/// All claims.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// The claims, in their order.
    #[serde(rename = "claim")]
    pub claims: Vec<Claim>,
}

/// One sentence of a course text.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// As `C13`.
    pub id: String,
    /// Which kinds of text say it.
    pub texts: Vec<String>,
    /// What they say.
    pub sentence: String,
    /// The workloads that test it, also those that this program does not have.
    pub workloads: Vec<String>,
    /// Why it, or a part of it, cannot be tested by this program.
    pub untested: Option<String>,
    /// What decides it. All parts hold: reproduced. Some do: reproduced under conditions.
    #[serde(default, rename = "part")]
    pub parts: Vec<Part>,
}

/// One condition under which a claim is looked at.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The condition in a few words, unique within the claim.
    pub name: String,
    /// What decides it.
    pub test: Test,
}

impl Ledger {
    /// The ledger that the program comes with.
    pub fn own() -> Result<Self, String> {
        Self::parse(TEXT)
    }

    /// Reads a ledger; the error names what does not fit together.
    pub fn parse(text: &str) -> Result<Self, String> {
        let ledger: Self = toml::from_str(text).map_err(|error| format!("the claims ledger: {error}"))?;
        for (index, claim) in ledger.claims.iter().enumerate() {
            claim.check().map_err(|wrong| format!("the claims ledger: {}: {wrong}", claim.id))?;
            if ledger.claims.iter().take(index).any(|other| other.id == claim.id) {
                return Err(format!("the claims ledger: {} is there twice", claim.id));
            }
        }
        Ok(ledger)
    }

    /// The claim of this name.
    pub fn claim(&self, id: &str) -> Option<&Claim> {
        self.claims.iter().find(|claim| claim.id == id)
    }
}

impl Claim {
    /// The part of this name.
    pub fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name)
    }

    fn check(&self) -> Result<(), String> {
        if self.parts.is_empty() && self.untested.is_none() {
            return Err("nothing decides it, and nothing says why".to_owned());
        }
        for (index, part) in self.parts.iter().enumerate() {
            let workload = &part.test.place().workload;
            if !self.workloads.contains(workload) {
                return Err(format!("{:?} is decided by {workload}, which is not among its workloads", part.name));
            }
            if self.parts.iter().take(index).any(|other| other.name == part.name) {
                return Err(format!("the part {:?} is there twice", part.name));
            }
            part.test.check().map_err(|wrong| format!("{:?}: {wrong}", part.name))?;
        }
        Ok(())
    }
}

/// What one session says to all claims.
pub fn judge(record: &Record) -> Vec<ClaimFinding> {
    decide::decide(&LEDGER, &Findings::of(record))
}

/// What several sessions of one machine say to all claims: for each workload the session that counts.
pub fn judge_all(records: &[Record]) -> Vec<ClaimFinding> {
    decide::decide(&LEDGER, &Findings::newest(records))
}
