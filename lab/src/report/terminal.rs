//! A record on the terminal.

use super::table::{Table, arms_table, chain, counter_lines, fit_lines, noise_line, title};
use crate::result::{CaseRecord, Finding, Record, WorkloadRecord};
use std::fmt::Write as _;

/// The whole of it.
pub fn terminal(record: &Record) -> String {
    let mut out = String::new();
    for workload in &record.workloads {
        for case in &workload.cases {
            out.push_str(&case_text(workload, case));
        }
        if !workload.missing_stores.is_empty() {
            let _ = writeln!(out, "{} without {}: no server was named\n", workload.id, workload.missing_stores.join(", "));
        }
    }
    for claim in &record.claims {
        let word = match claim.finding {
            Finding::Reproduced => "reproduced",
            Finding::ReproducedUnderConditions => "reproduced under conditions",
            Finding::NotReproduced => "not reproduced",
            Finding::NotTestableHere | Finding::NotRun => continue,
        };
        let _ = writeln!(out, "{} \"{}\": {word}. {}", claim.id, claim.claim, claim.figure);
    }
    for warning in &record.environment.warnings {
        let _ = writeln!(out, "warning: {warning}");
    }
    if record.session.partial {
        let _ = writeln!(out, "interrupted: what is told here holds, the rest is missing");
    }
    out
}

/// One case.
pub fn case_text(workload: &WorkloadRecord, case: &CaseRecord) -> String {
    let mut out = String::new();
    let rounds = if case.rounds > 0 { format!("  {} rounds", case.rounds) } else { String::new() };
    let _ = writeln!(out, "{}  n={}  {}{rounds}", title(workload, case), workload.size, case.tier.name());
    if let Some(noise) = noise_line(case) {
        let _ = writeln!(out, "  {noise}");
    }
    out.push_str(&aligned(&arms_table(case)));
    for arm in &case.arms {
        if let Some(found) = arm.answers.as_ref().and_then(|answers| answers.difference.as_ref()) {
            let _ = writeln!(
                out,
                "  {}: answer {} differs ({}) at {}: expected {}, found {}",
                arm.name, found.draw, found.seen, found.path, found.expected, found.found
            );
        }
    }
    for (word, lines) in [("verdict", chain(case)), ("counted", counter_lines(case)), ("growth", fit_lines(case))] {
        for line in lines {
            let _ = writeln!(out, "  {word:<8} {line}");
        }
    }
    out.push('\n');
    out
}

/// Columns under each other: the first and the last to the left, numbers to the right.
fn aligned(table: &Table) -> String {
    let all = || std::iter::once(&table.columns).chain(&table.rows);
    let width = |at: usize| all().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..table.columns.len()).map(width).collect();
    let last = table.columns.len().saturating_sub(1);
    let facts = table.columns.iter().any(|column| column == "what");
    let mut out = String::new();
    for row in all() {
        let cells = row.iter().enumerate().map(|(at, cell)| {
            let room = " ".repeat(widths[at].saturating_sub(cell.chars().count()));
            if at == 0 || at == last || facts { format!("{cell}{room}") } else { format!("{room}{cell}") }
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        let _ = writeln!(out, "  {}", line.trim_end());
    }
    out
}
