//! A workload: one question about stores, asked in a few cases.

use super::{Arm, Input, Result, result::Tier, site::Site};
use async_trait::async_trait;
use std::sync::Arc;

/// What a workload is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkloadAbout {
    /// As `W16`.
    pub id: &'static str,
    /// In two or three words.
    pub title: &'static str,
    /// What it answers, as a question.
    pub question: &'static str,
    /// The claims of course texts that it tests, as `C13`.
    pub claims: &'static [&'static str],
    /// What would change the answer, as a sentence.
    pub would_change: &'static str,
}

/// How a case is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseKind {
    /// Operations are counted and timed, answers compared.
    Timed,
    /// Operations are counted and answers compared, but nothing is timed: for cases whose counters say it all.
    Counted,
    /// Each arm's [`Arm::probe`] is asked once, and its facts are shown: for accuracy, losses, staleness.
    Probe,
}

/// One operation of a workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Unique within the workload, lower case, as `rank` or `hits-90`.
    pub id: String,
    /// In a few words.
    pub title: String,
    /// How it is looked at.
    pub kind: CaseKind,
    /// The durability that its arms promise; [`Tier::Read`] for reads.
    pub tier: Tier,
    /// Whether it is swept over sizes: counters and times at each of [`Workload::sizes`].
    pub sweep: bool,
}

impl Case {
    /// A case that reads and is timed.
    pub fn read(id: &str, title: &str) -> Self {
        Self { id: id.to_owned(), title: title.to_owned(), kind: CaseKind::Timed, tier: Tier::Read, sweep: false }
    }

    /// The same, as another kind.
    pub fn kind(self, kind: CaseKind) -> Self {
        Self { kind, ..self }
    }

    /// The same, with arms that write and promise this.
    pub fn writes(self, tier: Tier) -> Self {
        Self { tier, ..self }
    }

    /// The same, swept over sizes.
    pub fn swept(self) -> Self {
        Self { sweep: true, ..self }
    }

    /// Whether it changes data.
    pub fn is_write(&self) -> bool {
        self.tier != Tier::Read
    }
}

/// What to load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// How many of what the workload counts: members, parents, documents.
    pub size: u64,
    /// What all rows follow from.
    pub seed: u64,
}

/// One question about stores.
#[async_trait]
pub trait Workload: Send + Sync {
    /// What it is about.
    fn about(&self) -> WorkloadAbout;

    /// Its cases.
    fn cases(&self) -> Vec<Case>;

    /// The arms that this site can have, the reference first: it enters each case twice, under two names, to show what noise there is.
    /// Opens connections and makes the arms' databases; loads nothing.
    async fn arms(&self, site: &Site) -> Result<Vec<Arc<dyn Arm>>>;

    /// The size that is measured; `quick` for the short suite.
    fn size(&self, quick: bool) -> u64;

    /// Sizes of a sweep, ascending, five or more over three decades. Used by cases that are swept.
    fn sizes(&self) -> Vec<u64> {
        Vec::new()
    }

    /// `count` draws of what to ask, from the seed alone.
    fn inputs(&self, case: &Case, load: &Load, count: usize) -> Vec<Input>;
}
