//! A record as Markdown, for a README or an issue.

use super::table::{Table, arms_table, chain, counter_lines, fit_lines, noise_line, provenance, title};
use crate::result::Record;
use std::fmt::Write as _;

/// The whole of it.
pub fn markdown(record: &Record) -> String {
    let mut out = String::from("# polystore compare\n\n");
    let session = &record.session;
    let cpu = record.environment.cpu.as_deref().unwrap_or(&record.environment.system);
    let _ = writeln!(out, "{} on {cpu}, {} cores; `{}`.\n", session.started, record.environment.cores, session.command.join(" "));
    for workload in &record.workloads {
        let _ = writeln!(out, "## {} {}\n\n{} (n = {})\n", workload.id, workload.title, workload.question, workload.size);
        for case in &workload.cases {
            let _ = writeln!(out, "### {}\n", title(workload, case));
            out.push_str(&table(&arms_table(case)));
            let lines = chain(case).into_iter().chain(counter_lines(case)).chain(fit_lines(case)).chain(noise_line(case));
            for line in lines {
                let _ = writeln!(out, "- {}", escaped(&line));
            }
            out.push('\n');
        }
        let _ = writeln!(out, "What would change this: {}\n", workload.would_change);
    }
    if !record.claims.is_empty() {
        let rows = record.claims.iter().map(|claim| {
            let finding = format!("{:?}", claim.finding);
            vec![claim.id.clone(), claim.claim.clone(), finding, claim.figure.clone()]
        });
        let columns = ["", "claim", "finding", "figure"].map(str::to_owned).to_vec();
        let _ = writeln!(out, "## Claims\n\n{}", table(&Table { columns, rows: rows.collect() }));
    }
    out.push_str("## How this was made\n\n");
    let rows = provenance(record).into_iter().map(|(name, value)| vec![name, value]).collect();
    out.push_str(&table(&Table { columns: vec!["what".to_owned(), "value".to_owned()], rows }));
    out
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;").replace('\n', " ")
}

fn table(table: &Table) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.iter().map(|cell| escaped(cell)).collect::<Vec<_>>().join(" | "));
    let rule = format!("|{}\n", "---|".repeat(table.columns.len()));
    let rows: String = table.rows.iter().map(|row| line(row)).collect();
    format!("{}{rule}{rows}\n", line(&table.columns))
}
