//! What a run is reduced to: one line for the reader, figures for the goals, the whole log in a file.

use crate::{
    checker::{Harm, Violation},
    history::{Answer, History, Micros, Op},
};
use std::{fmt::Write as _, fs, path::PathBuf};

pub struct Report<'a> {
    pub name: &'a str,
    pub history: &'a History,
    pub violations: &'a [Violation],
    /// How long it all took, in milliseconds.
    pub took: u128,
    /// More about this fault: `name value`.
    pub figures: Vec<String>,
}

impl Report<'_> {
    /// `fault NAME: operations N, acknowledged N, lost N, doubled N, longest gap N ms`, and more.
    pub fn line(&self) -> String {
        let writes = self.history.writes();
        let acknowledged = writes.iter().filter(|write| write.done().is_some()).count();
        let sendings: usize = writes.iter().map(|write| write.entries.len()).sum();
        let unknown = writes.iter().filter(|write| write.is_unknown()).count();
        let of = |harm| self.violations.iter().filter(|violation| violation.harm == harm).count();
        let mut line = format!(
            "fault {}: operations {}, acknowledged {acknowledged}, lost {}, doubled {}, longest gap {} ms",
            self.name,
            writes.len(),
            of(Harm::Lost),
            of(Harm::Doubled),
            longest_gap(self.history) / 1_000,
        );
        let reads = self.history.entries.iter().filter(|entry| matches!(entry.op, Op::ReadPrice | Op::ReadOrder { .. })).count();
        let _ = write!(line, "; sendings {sendings}, unknown and settled {unknown}, reads {reads}");
        let _ = write!(line, ", took {} ms", self.took);
        for figure in &self.figures {
            let _ = write!(line, ", {figure}");
        }
        line
    }

    /// The log as JSON lines, below the build's folder: for whoever wants to know how it came to a violation.
    pub fn keep_log(&self, server: &str) -> PathBuf {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("faults");
        fs::create_dir_all(&folder).unwrap();
        let mut text = String::new();
        for entry in &self.history.entries {
            text += &serde_json::to_string(entry).unwrap();
            text.push('\n');
        }
        let file = folder.join(format!("{}.jsonl", self.name.replace(' ', "-")));
        fs::write(&file, text).unwrap();
        fs::write(file.with_extension("server.log"), server).unwrap();
        file
    }
}

/// When orders were acknowledged, sorted.
fn acknowledgements(history: &History) -> Vec<Micros> {
    let mut times: Vec<_> = history
        .entries
        .iter()
        .filter(|entry| matches!(entry.op, Op::Place { .. } | Op::Move { .. }) && matches!(entry.answer, Answer::Done(_)))
        .map(|entry| entry.at)
        .collect();
    times.sort_unstable();
    times
}

/// The longest time in which no order was acknowledged.
pub fn longest_gap(history: &History) -> Micros {
    acknowledgements(history).windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default()
}

/// How long after this time the first order was acknowledged.
pub fn first_after(history: &History, time: Micros) -> Option<Micros> {
    acknowledgements(history).into_iter().find(|at| *at >= time).map(|at| at - time)
}
