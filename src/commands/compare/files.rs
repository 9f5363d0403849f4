//! What is done with results that are there already. Asks no store.

use super::super::{Failure, print};
use crate::lab::{QUICK, all};
use polystore_lab::{Workload, archive, check, diff, report, result::schema_text};
use std::{path::Path, process::ExitCode, sync::Arc};

/// Prints the workloads and their questions.
pub fn list() -> Result<ExitCode, Failure> {
    let line = |workload: &Arc<dyn Workload>| {
        let about = workload.about();
        let quick = if QUICK.contains(&about.id) { " (quick)" } else { "" };
        format!("{} {}{quick}\n    {}\n", about.id, about.title, about.question)
    };
    print(&all().iter().map(line).collect::<String>())?;
    Ok(ExitCode::SUCCESS)
}

/// Audits a result.
pub fn check(file: &Path) -> Result<ExitCode, Failure> {
    let record = archive::read(file)?;
    let problems = check::problems(&record);
    if problems.is_empty() {
        let verdicts: usize = record.workloads.iter().flat_map(|workload| &workload.cases).map(|case| case.verdicts.len()).sum();
        let partial = if record.session.partial { "; the session was interrupted" } else { "" };
        print(&format!("{}: all {verdicts} verdicts follow from the raw blocks{partial}\n", file.display()))?;
        return Ok(ExitCode::SUCCESS);
    }
    print(&problems.iter().map(|problem| format!("{problem}\n")).collect::<String>())?;
    Ok(ExitCode::FAILURE)
}

/// Compares two results.
pub fn diff(one: &Path, other: &Path) -> Result<ExitCode, Failure> {
    let lines = diff::lines(&archive::read(one)?, &archive::read(other)?);
    print(&lines.into_iter().map(|line| line + "\n").collect::<String>())?;
    Ok(ExitCode::SUCCESS)
}

/// Prints a result, or writes it in another form.
pub fn report(file: &Path, html: Option<&Path>, markdown: Option<&Path>) -> Result<ExitCode, Failure> {
    let record = archive::read(file)?;
    let write = |path: &Path, text: String| {
        std::fs::write(path, text).map_err(|error| Failure::Told(format!("cannot write {}: {error}", path.display())))
    };
    if let Some(path) = html {
        write(path, report::html(&record))?;
    }
    if let Some(path) = markdown {
        write(path, report::markdown(&record))?;
    }
    if html.is_none() && markdown.is_none() {
        print(&report::terminal(&record))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints the schema of results.
pub fn schema() -> Result<ExitCode, Failure> {
    print(&schema_text())?;
    Ok(ExitCode::SUCCESS)
}
