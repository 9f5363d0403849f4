//! NDJSON: one JSON object a line, UTF-8.

use super::{report::FileReport, row::Row};
use serde_json::Value;

/// The rows of a file; what is wrong goes to the report. Empty lines are passed over.
pub fn read(data: &[u8], report: &mut FileReport) -> Vec<Row> {
    let mut rows = Vec::new();
    for (text, line) in data.split(|byte| *byte == b'\n').zip(1..) {
        if text.trim_ascii().is_empty() {
            continue;
        }
        report.read += 1;
        match serde_json::from_slice(text) {
            Ok(Value::Object(object)) => rows.push(Row::from_json(line, object)),
            Ok(_) => report.bad_row(line, "row", "expected a JSON object"),
            Err(_) if std::str::from_utf8(text).is_err() => report.bad_row(line, "row", "is not valid UTF-8"),
            Err(error) => report.bad_row(line, "row", format_args!("is not JSON (column {})", error.column())),
        }
    }
    if report.read == 0 {
        report.break_off(1, "row", "the file is empty: expected one JSON object a line");
    }
    rows
}
