//! What a picture must tell beside its lines, and the files that a part of the measurement becomes.

use crate::{compare::process, plot::Plot, raw::Failed};
use serde::Serialize;
use serde_json::json;
use std::{
    collections::HashMap,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

/// What was measured of one part.
pub trait Measured: Serialize {
    /// What its files are called.
    const NAME: &'static str;

    /// The table for people.
    fn text(&self) -> String;

    /// The picture.
    fn plot(&self) -> Plot;
}

/// When and where.
#[derive(Clone, Debug, Serialize)]
pub struct Record {
    day: String,
    machine: HashMap<&'static str, String>,
    pinned: bool,
    quick: bool,
}

impl Record {
    /// This machine, today.
    pub fn now(pinned: bool, quick: bool) -> Self {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Self { day: day(seconds), machine: process::machine(), pinned, quick }
    }

    /// The same in one line.
    pub fn line(&self) -> String {
        let told = |key: &str| self.machine.get(key).map(|text| text.trim()).filter(|text| !text.is_empty()).unwrap_or("unknown");
        let pinned = if self.pinned { "the server on a core of its own" } else { "nothing held on a core of its own" };
        let quick = if self.quick { "; a quick look, not a measurement" } else { "" };
        let (cpu, cores, kernel) = (told("cpu"), told("cores"), told("kernel"));
        format!("{}, {cpu}, {cores} cores, Linux {kernel}, load {}; {pinned}{quick}", self.day, told("load"))
    }

    /// Writes `NAME.json` and `NAME.svg`; tells their names.
    pub fn save<M: Measured>(&self, measured: &M, folder: &Path) -> Result<String, Failed> {
        let mut plot = measured.plot();
        plot.notes.push(self.line());
        let numbers = serde_json::to_string_pretty(&json!({ "record": self, (M::NAME): measured }))? + "\n";
        let mut files = Vec::new();
        for (end, text) in [("json", numbers), ("svg", plot.svg())] {
            let file = folder.join(format!("{}.{end}", M::NAME));
            std::fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
            files.push(file.display().to_string());
        }
        Ok(files.join(", "))
    }
}

/// The day of a second since 1970.
fn day(seconds: u64) -> String {
    let time = i64::try_from(seconds).ok().and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0));
    time.map(|time| time.format("%-d %B %Y").to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{
        Panel, Series,
        axis::{Axis, Scale},
    };

    #[derive(Serialize)]
    struct One {
        points: Vec<(f64, f64)>,
    }

    impl Measured for One {
        const NAME: &'static str = "one";

        fn text(&self) -> String {
            String::new()
        }

        fn plot(&self) -> Plot {
            let axis = |label| Axis { label, scale: Scale::Linear };
            let series = Series { name: "a".to_owned(), colour: 0, dashed: false, points: self.points.clone() };
            Plot { title: "One", panels: vec![Panel { x: axis("x"), y: axis("y"), series: vec![series] }], notes: Vec::new() }
        }
    }

    #[test]
    fn a_part_becomes_numbers_and_a_picture_that_says_when_and_where() {
        let folder = std::env::temp_dir().join(format!("polystore-bench-record-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let record = Record { day: day(1_793_404_800), machine: HashMap::from([("cpu", "A & B".to_owned())]), pinned: true, quick: true };
        record.save(&One { points: vec![(1.0, 2.0)] }, &folder).unwrap();
        let numbers: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(folder.join("one.json")).unwrap()).unwrap();
        let picture = std::fs::read_to_string(folder.join("one.svg")).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(numbers["one"]["points"][0][1], 2.0);
        assert_eq!(numbers["record"]["day"], "31 October 2026");
        assert!(picture.contains("31 October 2026, A &amp; B, unknown cores") && picture.contains("a quick look"), "{picture}");
    }
}
