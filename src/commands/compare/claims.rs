//! `polystore compare claims`: the claims of course texts, and what stored results say to them. Asks no store.

use super::super::{Failure, print};
use crate::config::Config;
use polystore_lab::{
    archive,
    claims::{decide::text, findings::is_of_this_machine, judge, judge_all},
    result::Record,
};
use std::{path::Path, process::ExitCode};

/// Prints every claim with what came of it and the figure. Without a file all results of this machine are looked at.
pub fn run(config: &Config, file: Option<&Path>) -> Result<ExitCode, Failure> {
    let found = match file {
        // decided anew: the file's own findings may be of another ledger
        Some(file) => judge(&archive::read(file)?),
        None => judge_all(&of_this_machine(config)),
    };
    print(&text(&found))?;
    Ok(ExitCode::SUCCESS)
}

/// The stored results of this machine, newest first. Others are left out, and told to the log.
pub fn of_this_machine(config: &Config) -> Vec<Record> {
    let mut records = archive::list(&archive::folder(&config.data));
    records.retain(|record| {
        let own = is_of_this_machine(&record.environment);
        if !own {
            tracing::warn!("{} was measured on another machine and is left out", record.session.id);
        }
        own
    });
    records
}
