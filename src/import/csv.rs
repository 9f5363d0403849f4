//! CSV as RFC 4180 has it: UTF-8 with or without a byte order mark, a header line, quotes that are closed.

use super::{mapping::File, report::FileReport, row::Row};
use std::{collections::HashMap, sync::Arc};

/// The rows of a file; what is wrong goes to the report.
pub fn read(data: &[u8], file: &File, report: &mut FileReport) -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(file.delimiter).from_reader(data);
    let mut record = csv::ByteRecord::new();
    let mut header: Option<Header> = None;
    let mut rows = Vec::new();
    // reading from memory does not fail, and with `flexible` and bytes there is no other error
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        let Some(start) = record.position().map(|start| (start.byte(), start.line())) else { break };
        let (from, to) = (usize::try_from(start.0).unwrap_or(0), usize::try_from(reader.position().byte()).unwrap_or(data.len()));
        let raw = &data[from..to];
        // the reader counts empty lines ahead of a record as part of it
        let empty = raw.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let line = start.1 + raw[..empty].iter().filter(|byte| **byte == b'\n').count() as u64;
        let quotes = check_quotes(&raw[empty..], file.delimiter);
        if quotes == Quotes::Open {
            // everything behind it was swallowed: nobody can say which rows are missing
            report.break_off(line, "row", "a quote is opened and never closed");
            return rows;
        }
        let Some(header) = &header else {
            match Header::new(&record, file) {
                Ok(found) => header = Some(found),
                Err(wrong) => {
                    wrong.into_iter().for_each(|(field, reason)| report.break_off(line, &field, reason));
                    return rows;
                }
            }
            continue;
        };
        report.read += 1;
        if quotes == Quotes::TextBehind {
            report.bad_row(line, "row", "text stands behind a closing quote: a quote within quotes is written twice");
            continue;
        }
        match header.row(&record, line, file.delimiter) {
            Ok(row) => rows.push(row),
            Err((field, reason)) => report.bad_row(line, &field, reason),
        }
    }
    if header.is_none() {
        report.break_off(1, "row", "the file is empty: expected a header line");
    }
    rows
}

#[derive(Debug, PartialEq, Eq)]
enum Quotes {
    Fine,
    Open,
    TextBehind,
}

/// The reader itself is lenient: it takes an unclosed quote to run to the end of the file.
fn check_quotes(raw: &[u8], delimiter: u8) -> Quotes {
    #[derive(Clone, Copy, PartialEq)]
    enum At {
        Start,
        Plain,
        Quoted,
        Closed,
    }
    let mut at = At::Start;
    for byte in raw {
        at = match (at, *byte) {
            (At::Quoted, b'"') => At::Closed,
            (At::Quoted, _) => At::Quoted,
            (At::Start | At::Closed, b'"') => At::Quoted,
            (_, byte) if byte == delimiter => At::Start,
            (At::Closed, b'\r' | b'\n') => At::Closed,
            (At::Closed, _) => return Quotes::TextBehind,
            (At::Start | At::Plain, _) => At::Plain,
        }
    }
    if at == At::Quoted { Quotes::Open } else { Quotes::Fine }
}

struct Header {
    names: Vec<String>,
    places: Arc<HashMap<String, usize>>,
    overflow: Option<usize>,
}

impl Header {
    fn new(record: &csv::ByteRecord, file: &File) -> Result<Self, Vec<(String, String)>> {
        let names: Vec<String> = record.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        let mut places = HashMap::new();
        let mut wrong = Vec::new();
        for (place, name) in names.iter().enumerate() {
            if places.insert(name.clone(), place).is_some() {
                wrong.push((name.clone(), "the header has this column twice".to_owned()));
            }
        }
        let mut missing: Vec<&str> = file.columns().filter(|name| !places.contains_key(*name)).collect();
        missing.sort_unstable();
        missing.dedup();
        wrong.extend(missing.into_iter().map(|name| (name.to_owned(), "the header has no such column".to_owned())));
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let overflow = file.overflow.as_ref().and_then(|name| places.get(name).copied());
        Ok(Self { names, places: Arc::new(places), overflow })
    }

    fn row(&self, record: &csv::ByteRecord, line: u64, delimiter: u8) -> Result<Row, (String, String)> {
        let extra = record.len().checked_sub(self.names.len());
        let (extra, overflow) = match (extra, self.overflow) {
            (Some(0), _) => (0, usize::MAX),
            (Some(extra), Some(overflow)) => (extra, overflow),
            _ => return Err(("row".into(), format!("has {} columns, the header has {}", record.len(), self.names.len()))),
        };
        let mut values: Vec<String> = Vec::with_capacity(self.names.len());
        for (place, cell) in record.iter().enumerate() {
            let Ok(text) = std::str::from_utf8(cell) else {
                let column = self.names.get(values.len()).map_or("row", String::as_str);
                return Err((column.to_owned(), "is not valid UTF-8".into()));
            };
            // cells beyond the header's number: the text of one column held separators without quotes
            match values.last_mut() {
                Some(last) if place > overflow && place <= overflow + extra => {
                    last.push(char::from(delimiter));
                    last.push_str(text);
                }
                _ => values.push(text.to_owned()),
            }
        }
        Ok(Row::from_csv(line, Arc::clone(&self.places), values))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_must_be_closed_and_end_their_cell() {
        for fine in ["a,b\n", "\"a\",\"b\"\r\n", "\"a\"\"b\",c", "\"a\nb\",c\n", "5\" pipe,x", "", "\"\""] {
            assert_eq!(check_quotes(fine.as_bytes(), b','), Quotes::Fine, "{fine}");
        }
        assert_eq!(check_quotes(b"a,\"b\nc,d\n", b','), Quotes::Open);
        assert_eq!(check_quotes(b"\"a\"b,c\n", b','), Quotes::TextBehind);
    }
}
