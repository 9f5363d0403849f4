//! Where servers' programs are on this machine: the places in which `scripts/stores` looks, too.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A program of the search path.
pub fn on_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// PostgreSQL's server. Debian keeps it off the search path, beside `initdb`.
pub fn postgres() -> Option<PathBuf> {
    let beside = |tool: PathBuf| Some(tool.canonicalize().ok()?.parent()?.join("postgres")).filter(|file| file.is_file());
    if let Some(found) = on_path("initdb").and_then(beside) {
        return Some(found);
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let number = |folder: &Path| folder.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse::<u32>().ok());
    let mut folders: Vec<_> =
        versions.filter_map(|entry| Some(entry.ok()?.path())).filter_map(|folder| Some((number(&folder)?, folder))).collect();
    folders.sort_unstable();
    folders.into_iter().rev().map(|(_, folder)| folder.join("bin/postgres")).find(|file| file.is_file())
}

/// MongoDB's server: of the search path, or the one that `scripts/stores` fetched.
pub fn mongod() -> Option<PathBuf> {
    on_path("mongod").or_else(|| {
        let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_else(std::env::temp_dir);
        let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(|| home.join(".cache"), PathBuf::from);
        Some(cache.join("polystore/mongodb-6.0.5/mongod")).filter(|file| file.is_file())
    })
}

/// Whether this program runs as root, which PostgreSQL refuses to do.
pub fn is_root() -> bool {
    let id = Command::new("id").arg("-u").stdin(Stdio::null()).output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}
