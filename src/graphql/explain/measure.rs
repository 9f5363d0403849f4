//! Running an operation, and what it did, beside what was predicted.

use super::{
    super::{Graph, execute::Operation},
    Explained, Level,
};
use crate::{
    error::Engine,
    receipt::{Call, Receipt, Role, statements::Statement},
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// What calls came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// How many there were.
    pub calls: u64,
    /// The keys that they carried.
    pub keys: u64,
    /// The rows that came back.
    pub rows: u64,
    /// How long they took, added up.
    pub time: Duration,
    /// What the store was told, and how it goes about it.
    pub statements: Vec<Statement>,
}

/// What became of an operation.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Whether its plan answered, and not the library.
    pub planned: bool,
    /// From the request to the answer.
    pub time: Duration,
    /// What the client would be told of what went wrong.
    pub errors: Vec<String>,
    /// Calls that no level of the plan foresaw: those of caches, and all those of an operation without a plan.
    pub beside: Vec<Beside>,
}

/// A call that was not foreseen.
#[derive(Clone, Debug)]
pub struct Beside {
    /// The field that asked.
    pub path: String,
    /// Which role was asked.
    pub role: Role,
    /// What it was asked.
    pub method: &'static str,
    /// Who answered.
    pub engine: Engine,
    /// What it came to.
    pub measured: Measured,
}

impl Measured {
    fn add(&mut self, call: &Call, statements: Vec<Statement>) {
        self.calls += 1;
        self.keys += call.keys as u64;
        self.rows += call.rows as u64;
        self.time += call.end.map_or(Duration::ZERO, |end| end.saturating_sub(call.start));
        self.statements.extend(statements);
    }
}

impl Graph {
    /// Runs an operation once and puts what it did into its explanation; fails with the reason if it is refused. Stores are asked for the plans of
    /// their statements when the answer is there.
    pub async fn analyze(&self, operation: Operation, explained: &mut Explained) -> Result<(), String> {
        let receipt = Arc::new(Receipt::with_statements());
        let begin = Instant::now();
        let reply = self.execute_on(operation, Some(Arc::clone(&receipt))).await;
        let time = begin.elapsed();
        let errors = reply.messages();
        if reply.refusal().is_some() {
            return Err(errors.join("; "));
        }
        explained.ran = Some(Ran { planned: reply.planned, time, errors, beside: Vec::new() });
        explained.measured(receipt.explained().await);
        Ok(())
    }
}

impl Explained {
    /// Finds the level of each call.
    fn measured(&mut self, calls: Vec<(Call, Vec<Statement>)>) {
        let mut beside: Vec<Beside> = Vec::new();
        for (call, statements) in calls {
            if let Some(measured) = place(&mut self.levels, &call) {
                measured.add(&call, statements);
                continue;
            }
            let same = |known: &&mut Beside| (known.role, known.method, &*known.path) == (call.role, call.method, &*call.path);
            if let Some(known) = beside.iter_mut().find(same) {
                known.measured.add(&call, statements);
                continue;
            }
            let mut measured = Measured::default();
            measured.add(&call, statements);
            let Call { role, engine, method, ref path, .. } = call;
            beside.push(Beside { path: path.to_string(), role, method, engine, measured });
        }
        let mut asked = Vec::new();
        collect(&self.levels, &mut asked);
        share(&mut self.levels, &asked);
        if let Some(ran) = &mut self.ran {
            ran.beside = beside;
        }
    }
}

/// Where a call belongs, if it was foreseen.
fn place<'l>(levels: &'l mut [Level], call: &Call) -> Option<&'l mut Measured> {
    for level in levels {
        let here = level.path == *call.path;
        for asked in level.asks.iter_mut().filter(|_| here) {
            if (asked.asks.role, asked.asks.method) == (call.role, call.method) {
                asked.engine = call.engine;
                return Some(asked.measured.get_or_insert_default());
            }
        }
        if let Some(found) = place(&mut level.below, call) {
            return Some(found);
        }
    }
    None
}

/// Who asked what.
fn collect(levels: &[Level], into: &mut Vec<(&'static str, String)>) {
    for level in levels {
        let measured = level.asks.iter().filter(|asked| asked.measured.is_some());
        into.extend(measured.map(|asked| (asked.asks.method, level.path.clone())));
        collect(&level.below, into);
    }
}

/// Tells levels that asked nothing of themselves who may have asked for them.
fn share(levels: &mut [Level], known: &[(&'static str, String)]) {
    for level in levels {
        for asked in level.asks.iter_mut().filter(|asked| asked.measured.is_none()) {
            asked.with = known.iter().find(|(method, _)| *method == asked.asks.method).map(|(_, path)| path.clone());
        }
        share(&mut level.below, known);
    }
}
