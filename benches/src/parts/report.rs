//! The table for people, and the file for programs.

use super::{
    list::Part,
    worth::{Ratio, Side, Worth},
};
use crate::compare::{process, report, rounds::Cell};
use serde::Serialize;
use std::{collections::HashMap, fmt::Write as _};

/// What was measured of one part with one operation.
#[derive(Serialize)]
pub struct Measured {
    pub part: &'static str,
    pub operation: &'static str,
    /// The setting with the part, and without it; empty is the default.
    pub with: (&'static str, &'static str),
    pub without: (&'static str, &'static str),
    /// Answers that were the same from both servers, byte for byte.
    pub equal: usize,
    pub worth: Worth,
    pub cells: Vec<Cell>,
}

/// The whole run.
#[derive(Serialize)]
pub struct Report {
    pub arrangement: Vec<String>,
    pub machine: HashMap<&'static str, String>,
    pub load_after: String,
    pub conclusive: bool,
    pub parts: Vec<Measured>,
}

impl Report {
    pub fn new(arrangement: Vec<String>, machine: HashMap<&'static str, String>, parts: Vec<Measured>) -> Self {
        let conclusive = parts.iter().all(|measured| measured.worth.doubts.is_empty());
        Self { arrangement, machine, load_after: process::load(), conclusive, parts }
    }

    /// The table, and what is wrong with it.
    pub fn text(&self) -> String {
        let mut text = self.arrangement.join("\n") + "\n\n" + &report::told(&self.machine, &self.load_after) + "\n\n";
        let _ = writeln!(
            text,
            "{:<10} {:<14} {:>18} {:>6} {:>10}  {:>18} {:>6} {:>10}  {:>16}  calls PG/Mongo/Redis",
            "part", "operation", "CPU ms", "ratio", "spread", "stores ms", "ratio", "spread", "req/s"
        );
        for Measured { part, operation, worth, .. } in &self.parts {
            let _ = writeln!(text, "{part:<10} {operation:<14} {}", row(worth));
        }
        text.push_str("\nWithout the part -> with it. A ratio is with it over without it: what is below 1 is saved.\n");
        for Measured { part, operation, worth, .. } in self.parts.iter().filter(|measured| !measured.worth.doubts.is_empty()) {
            let _ = writeln!(text, "{part}, {operation}: doubtful: {}", worth.doubts.join("; "));
        }
        if !self.conclusive {
            text.push_str("\nThe machine is too noisy: nothing follows from what is not much further from 1 than that.\n");
        }
        text
    }
}

/// The numbers of a line.
fn row(worth: &Worth) -> String {
    let Worth { ratio, stores, without, with, .. } = worth;
    let two = |digits, value: fn(&Side) -> f64| format!("{:.*} -> {:.*}", digits, value(without), digits, value(with));
    let told = |Ratio { median, spread: (low, high) }: &Ratio| format!("{median:>6.2} {:>10}", format!("{low:.2}-{high:.2}"));
    format!(
        "{:>18} {}  {:>18} {}  {:>16}  {} -> {}",
        two(4, |side| side.cpu),
        told(ratio),
        two(3, |side| side.stores_cpu),
        told(stores),
        two(0, |side| side.per_second),
        report::shown(&without.calls),
        report::shown(&with.calls)
    )
}

impl Measured {
    /// One line while the run goes on.
    pub fn line(&self, part: &Part) -> String {
        let Ratio { median, spread: (low, high) } = self.worth.ratio;
        format!(
            "bench: {}, {}: {} answers are equal; CPU {median:.2} ({low:.2}-{high:.2}), stores' CPU {:.2}",
            part.what, self.operation, self.equal, self.worth.stores.median
        )
    }
}
