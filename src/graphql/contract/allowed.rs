//! The file of declared changes: one a line, its stable name, two hyphens and the reason.

use super::{Change, Severity};

const BETWEEN: &str = " -- ";

/// What a comparison comes to, once declarations are taken into account.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Breaking and not declared.
    pub breaking: Vec<Change>,
    /// Breaking and declared, with the reason.
    pub declared: Vec<(Change, String)>,
    /// All the others.
    pub others: Vec<Change>,
    /// Lines of the file that no breaking change answers to: gone, misspelt, or without a reason.
    pub stale: Vec<String>,
}

/// Sorts changes by whether `file` declares them. Empty lines and those that begin with `#` are for people.
pub fn judge(changes: Vec<Change>, file: &str) -> Verdict {
    let mut lines: Vec<(&str, bool)> =
        file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| (line, false)).collect();
    let mut verdict = Verdict::default();
    for change in changes {
        if change.severity() != Severity::Breaking {
            verdict.others.push(change);
            continue;
        }
        // the name may hold anything that a default may: the line is not taken apart, but compared
        let name = format!("{change}{BETWEEN}");
        let reason = lines.iter_mut().find_map(|(line, used)| {
            let reason = line.strip_prefix(name.as_str()).map(str::trim).filter(|reason| !reason.is_empty())?;
            *used = true;
            Some(reason.to_owned())
        });
        match reason {
            Some(reason) => verdict.declared.push((change, reason)),
            None => verdict.breaking.push(change),
        }
    }
    verdict.stale = lines.into_iter().filter(|(_, used)| !used).map(|(line, _)| line.to_owned()).collect();
    verdict
}
