//! What an import did, and what was wrong with the files.

use std::fmt;

/// Problems that are kept for each file; the others are only counted.
pub const MAX_PROBLEMS: usize = 100;

/// The result of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// One entry for each file of the mapping, in its order.
    pub files: Vec<FileReport>,
    /// Whether anything was written.
    pub wrote: bool,
}

/// What became of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileReport {
    /// As the mapping names it.
    pub path: String,
    /// What it holds.
    pub entity: &'static str,
    /// Rows that were read.
    pub read: u64,
    /// Rows that were written.
    pub written: u64,
    /// Rows that were not good.
    pub bad: u64,
    /// The file as a whole cannot be used: nothing of the mapping is written, not even when bad rows are to be skipped.
    pub broken: bool,
    /// The first [`MAX_PROBLEMS`] problems, as `FILE:LINE: field: reason`.
    pub problems: Vec<String>,
    /// Problems beyond those.
    pub more: u64,
}

impl Report {
    /// Rows that were read.
    pub fn read(&self) -> u64 {
        self.files.iter().map(|file| file.read).sum()
    }

    /// Rows that were written.
    pub fn written(&self) -> u64 {
        self.files.iter().map(|file| file.written).sum()
    }

    /// Rows that were not good.
    pub fn bad(&self) -> u64 {
        self.files.iter().map(|file| file.bad).sum()
    }

    /// A file as a whole could not be used.
    pub fn broken(&self) -> bool {
        self.files.iter().any(|file| file.broken)
    }
}

impl FileReport {
    pub(super) fn problem(&mut self, line: u64, field: &str, reason: impl fmt::Display) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(format!("{}:{line}: {field}: {reason}", self.path));
        } else {
            self.more += 1;
        }
    }

    /// A row that is not good, for one reason.
    pub(super) fn bad_row(&mut self, line: u64, field: &str, reason: impl fmt::Display) {
        self.bad += 1;
        self.problem(line, field, reason);
    }

    /// The whole file is of no use.
    pub(super) fn break_off(&mut self, line: u64, field: &str, reason: impl fmt::Display) {
        self.broken = true;
        self.problem(line, field, reason);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for file in &self.files {
            for problem in &file.problems {
                writeln!(f, "{problem}")?;
            }
            if file.more > 0 {
                writeln!(f, "{}: and {} more", file.path, file.more)?;
            }
        }
        for file in &self.files {
            writeln!(f, "{} ({}): {} rows read, {} written, {} bad", file.path, file.entity, file.read, file.written, file.bad)?;
        }
        if self.wrote { write!(f, "{} rows written", self.written()) } else { write!(f, "nothing was written") }
    }
}

/// A user's value in a message: short, quotes and control characters made visible.
pub(super) fn shown(value: &str) -> String {
    match value.char_indices().nth(40) {
        Some((end, _)) => format!("{:?}…", &value[..end]),
        None => format!("{value:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_lists_its_first_hundred_problems_and_counts_the_others() {
        let mut file = FileReport { path: "a.csv".into(), ..FileReport::default() };
        (2..152).for_each(|line| file.bad_row(line, "price", "is not above zero"));
        assert_eq!((file.problems.len(), file.more, file.bad), (100, 50, 150));
        assert_eq!(file.problems[0], "a.csv:2: price: is not above zero");
        let text = Report { files: vec![file], wrote: false }.to_string();
        assert!(text.contains("a.csv: and 50 more\n") && text.ends_with("nothing was written"), "{text}");
    }
}
