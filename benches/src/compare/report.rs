//! The table for people, and the file for programs.

use super::{
    calls::Calls,
    operations::Operation,
    process,
    rounds::{Cell, Proof},
    verdict::{POLYSTORE, RAW, Verdict},
};
use crate::raw::Failed;
use serde::Serialize;
use std::{collections::HashMap, fmt::Write as _, path::Path};

/// What was measured of one operation.
#[derive(Serialize)]
pub struct Measured {
    pub operation: &'static str,
    pub goal: Option<f64>,
    pub proof: Proof,
    pub verdict: Verdict,
    pub cells: Vec<Cell>,
}

/// The whole run.
#[derive(Serialize)]
pub struct Report {
    pub arrangement: Vec<String>,
    pub machine: HashMap<&'static str, String>,
    pub load_after: String,
    pub conclusive: bool,
    pub operations: Vec<Measured>,
}

impl Report {
    pub fn new(arrangement: Vec<String>, machine: HashMap<&'static str, String>, operations: Vec<Measured>) -> Self {
        let conclusive = operations.iter().all(|measured| measured.verdict.doubts.is_empty());
        Self { arrangement, machine, load_after: process::load(), conclusive, operations }
    }

    /// The table, and what follows from it.
    pub fn text(&self) -> String {
        let mut text = self.arrangement.join("\n") + "\n\n" + &told(&self.machine, &self.load_after) + "\n";
        let _ = writeln!(
            text,
            "\n{:<14} {:<10} {:>9} {:>9} {:>8} {:>8} {:>8} {:>7}  {:<18} {:>6} {:>11}",
            "operation", "server", "CPU ms", "stores ms", "req/s", "p50 ms", "p99 ms", "RSS MB", "calls PG/Mongo/Redis", "ratio", "spread"
        );
        for measured in &self.operations {
            self.rows(&mut text, measured);
        }
        text.push('\n');
        for measured in &self.operations {
            let _ = writeln!(text, "{}", measured.conclusion());
        }
        if !self.conclusive {
            text.push_str("\nThe machine is too noisy: nothing follows from what is marked with doubts.\n");
        }
        text
    }

    fn rows(&self, text: &mut String, measured: &Measured) {
        for (server, cpu) in [(RAW, measured.verdict.raw_cpu), (POLYSTORE, measured.verdict.polystore_cpu)] {
            let cells: Vec<&Cell> = measured.cells.iter().filter(|cell| cell.server.starts_with(server)).collect();
            let least = |of: fn(&Cell) -> f64| cells.iter().map(|cell| of(cell)).fold(f64::INFINITY, f64::min);
            let most = |of: fn(&Cell) -> f64| cells.iter().map(|cell| of(cell)).fold(0.0, f64::max);
            let calls = measured.proof.calls.iter().find(|(name, _)| *name == server).map(|(_, calls)| shown(calls)).unwrap_or_default();
            let (ratio, spread) = if server == POLYSTORE {
                let (low, high) = measured.verdict.spread;
                (format!("{:.2}", measured.verdict.ratio), format!("{low:.2}-{high:.2}"))
            } else {
                (String::from("1"), format!("A/A {:.2}", measured.verdict.same))
            };
            let name = if server == RAW { measured.operation } else { "" };
            let _ = writeln!(
                text,
                "{name:<14} {server:<10} {cpu:>9.4} {:>9.3} {:>8.0} {:>8.2} {:>8.2} {:>7.0}  {calls:<18} {ratio:>6} {spread:>11}",
                least(|cell| cell.stores_cpu),
                most(|cell| cell.per_second),
                least(|cell| cell.latency.p50),
                least(|cell| cell.latency.p99),
                most(|cell| cell.peak as f64) / 1_024.0,
            );
        }
    }
}

/// The machine, in a line.
pub fn told(machine: &HashMap<&'static str, String>, load_after: &str) -> String {
    let [cpu, cores, kernel, load] = ["cpu", "cores", "kernel", "load"].map(|key| machine.get(key).map(String::as_str).unwrap_or_default());
    format!("{cpu}, {cores} cores, Linux {kernel}; load {load} before, {load_after} after")
}

/// Writes a result for programs.
pub fn save(report: &impl Serialize, path: &Path) -> Result<(), Failed> {
    let text = serde_json::to_string_pretty(report)?;
    Ok(std::fs::write(path, text + "\n").map_err(|error| format!("{}: {error}", path.display()))?)
}

/// Whole where they are whole; what is not counted is a dash.
pub fn shown(calls: &Calls) -> String {
    let number = |number: f64| format!("{:.1}", number).trim_end_matches(".0").to_owned();
    let released = if calls.rollbacks > 0.05 { format!(" +{}", number(calls.rollbacks)) } else { String::new() };
    format!("{}{released}/{}/{}", calls.postgres.map_or_else(|| "-".to_owned(), number), number(calls.mongodb), number(calls.redis))
}

impl Measured {
    fn conclusion(&self) -> String {
        let Verdict { ratio, throughput, doubts, .. } = &self.verdict;
        let mut text = format!("{}: {ratio:.2} times RAW's CPU, {throughput:.2} times its throughput", self.operation);
        if let Some(goal) = self.goal {
            let _ = write!(text, "; the goal is at most {goal:.2}: {}", if *ratio <= goal { "met" } else { "not met" });
        }
        if !doubts.is_empty() {
            let _ = write!(text, "\n  doubtful: {}", doubts.join("; "));
        }
        text
    }

    /// One line while the run goes on.
    pub fn line(&self, operation: &Operation) -> String {
        let Verdict { ratio, spread, same, .. } = &self.verdict;
        let equal = self.proof.equal;
        format!(
            "bench: {}: {equal} answers of {} bytes are equal; ratio {ratio:.2} ({:.2}-{:.2}), A/A {same:.2}",
            operation.name, self.proof.bytes, spread.0, spread.1
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_shown_shortly() {
        let calls = Calls { postgres: Some(5.0), rollbacks: 5.0, mongodb: 0.0, redis: 1.25 };
        assert_eq!(shown(&calls), "5 +5/0/1.2");
        assert_eq!(shown(&Calls::default()), "-/0/0");
    }
}
