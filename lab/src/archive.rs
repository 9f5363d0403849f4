//! Results that are kept: one JSON file a session, in the folder `lab` of the data folder.

use super::{LabError, Result, result::Record};
use std::path::{Path, PathBuf};

/// Longest result that is read back, in bytes.
const LONGEST: u64 = 64 * 1024 * 1024;

/// The folder of results within a data folder.
pub fn folder(data: &Path) -> PathBuf {
    data.join("lab")
}

/// Where a session's result is.
pub fn path(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("{id}.json"))
}

/// Writes a record, whole or not at all: to a file beside it first, which then takes its name.
pub fn write(path: &Path, record: &Record) -> Result<()> {
    let failed = |error: std::io::Error| LabError::File(format!("cannot write {}: {error}", path.display()));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let beside = path.with_extension("json.part");
    std::fs::write(&beside, record.to_json()?).map_err(failed)?;
    std::fs::rename(&beside, path).map_err(failed)
}

/// Reads a record. Fails if it is none, or of another format.
pub fn read(path: &Path) -> Result<Record> {
    let failed = |error: std::io::Error| LabError::File(format!("cannot read {}: {error}", path.display()));
    if std::fs::metadata(path).map_err(failed)?.len() > LONGEST {
        return Err(LabError::File(format!("{} is longer than {LONGEST} bytes", path.display())));
    }
    let text = std::fs::read_to_string(path).map_err(failed)?;
    Record::parse(&text).map_err(|error| LabError::Refused(format!("{}: {error}", path.display())))
}

/// The ids of all results in a folder, newest first. A folder that is not there has none.
pub fn ids(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let id = |name: String| name.strip_suffix(".json").filter(|id| is_id(id)).map(str::to_owned);
    let mut ids: Vec<String> = entries.filter_map(|entry| id(entry.file_name().into_string().ok()?)).collect();
    ids.sort_unstable_by(|a, b| b.cmp(a));
    ids
}

/// The result of this id; `None` if there is none, or if it is no id at all: it becomes part of a path.
pub fn find(folder: &Path, id: &str) -> Result<Option<Record>> {
    let path = path(folder, id);
    if !is_id(id) || !path.is_file() {
        return Ok(None);
    }
    read(&path).map(Some)
}

/// Every result of a folder that can be read, newest first. What cannot is told to the log and left out.
pub fn list(folder: &Path) -> Vec<Record> {
    let read = |id: &String| match find(folder, id) {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!("{error}");
            None
        }
    };
    ids(folder).iter().filter_map(read).collect()
}

/// The newest result that can be read.
pub fn latest(folder: &Path) -> Option<Record> {
    ids(folder).iter().find_map(|id| find(folder, id).ok().flatten())
}

/// Letters, digits and a hyphen: nothing that leads out of the folder.
fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_never_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("lab");
        std::fs::create_dir(&inner).unwrap();
        std::fs::write(folder.path().join("secret.json"), "{}").unwrap();
        for id in ["../secret", "..", "", "a/b", "secret\0", "%2e%2e"] {
            assert_eq!(find(&inner, id).unwrap(), None, "{id:?}");
        }
    }

    #[test]
    fn what_is_no_result_is_refused_and_left_out_of_lists() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text, word) in
            [("a", "{}", "schema_version"), ("b", "[1", "no result"), ("c", r#"{"schema_version": 999}"#, "version 999")]
        {
            std::fs::write(path(folder.path(), name), text).unwrap();
            let refusal = find(folder.path(), name).unwrap_err().to_string();
            assert!(refusal.contains(word), "{refusal}");
        }
        assert_eq!(ids(folder.path()), ["c", "b", "a"]);
        assert_eq!(list(folder.path()), []);
        assert_eq!(latest(folder.path()), None);
        assert_eq!(ids(&folder.path().join("none")), [""; 0]);
    }
}
