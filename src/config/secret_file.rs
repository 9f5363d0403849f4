//! Secrets from files, as container platforms hand them over: `NAME_FILE` names a file that holds the value of `NAME`. What stands in it is
//! told to nobody, not even when it cannot be used.

use super::{BadSetting, Settings, bad};
use clap::Args;
use std::{fs::File, io::Read as _};

/// Bytes of the longest secret.
const MOST: u64 = 64 * 1024;

/// The settings as they are given.
#[derive(Args, Clone, Debug, Default)]
pub struct SecretFiles {
    /// A file that holds what --database-url would be
    #[arg(long, env = "DATABASE_URL_FILE", value_name = "FILE", help_heading = "Secrets from files", global = true)]
    pub database_url_file: Option<String>,
    /// A file that holds what --documents-url would be
    #[arg(long, env = "DOCUMENTS_URL_FILE", value_name = "FILE", help_heading = "Secrets from files", global = true)]
    pub documents_url_file: Option<String>,
    /// The same as --documents-url-file
    #[arg(long, env = "MONGODB_URL_FILE", value_name = "FILE", help_heading = "Secrets from files", global = true)]
    pub mongodb_url_file: Option<String>,
    /// A file that holds what --hot-url would be
    #[arg(long, env = "HOT_URL_FILE", value_name = "FILE", help_heading = "Secrets from files", global = true)]
    pub hot_url_file: Option<String>,
    /// The same as --hot-url-file
    #[arg(long, env = "REDIS_URL_FILE", value_name = "FILE", help_heading = "Secrets from files", global = true)]
    pub redis_url_file: Option<String>,
    /// A file that holds what --cache-url would be
    #[arg(long, env = "CACHE_URL_FILE", value_name = "FILE", help_heading = "Secrets from files", global = true)]
    pub cache_url_file: Option<String>,
    /// A file that holds what --secret would be
    #[arg(long, env = "POLYSTORE_SECRET_FILE", value_name = "FILE", help_heading = "Secrets from files", global = true)]
    pub secret_file: Option<String>,
}

/// Which settings came from which files.
pub(super) struct FromFiles(Vec<(&'static str, String)>);

impl Settings {
    /// Puts what stands in the files into the settings themselves.
    pub(super) fn read_secrets(&mut self) -> Result<FromFiles, BadSetting> {
        let files = std::mem::take(&mut self.secret_files);
        let all = [
            (DATABASE, files.database_url_file, &mut self.database_url),
            (DOCUMENTS, files.documents_url_file, &mut self.documents_url),
            (MONGODB, files.mongodb_url_file, &mut self.mongodb_url),
            (HOT, files.hot_url_file, &mut self.hot_url),
            (REDIS, files.redis_url_file, &mut self.redis_url),
            (CACHE, files.cache_url_file, &mut self.cache_url),
            (SECRET, files.secret_file, &mut self.secret),
        ];
        let mut read = Vec::new();
        for (setting, file, value) in all {
            let Some(file) = file.filter(|text| !text.is_empty()) else { continue };
            if value.as_deref().is_some_and(|text| !text.is_empty()) {
                let both = format!("{setting} and {}", of_file(setting));
                return Err(bad(&both, &file, "only one of the two, since they mean the same"));
            }
            *value = Some(secret(&file).map_err(|why| bad(&of_file(setting), &file, format!("a file that holds the value ({why})")))?);
            read.push((setting, file));
        }
        Ok(FromFiles(read))
    }
}

impl FromFiles {
    /// The same error without what stands in a file.
    pub(super) fn hide(&self, error: BadSetting) -> BadSetting {
        let concerned: Vec<_> = self.0.iter().filter(|(setting, _)| error.setting.contains(setting)).collect();
        let Some((_, first)) = concerned.first() else { return error };
        let setting = concerned.iter().fold(error.setting, |text, (setting, _)| text.replace(setting, &of_file(setting)));
        BadSetting { setting, value: first.clone(), allowed: format!("a file that holds {}", error.allowed) }
    }
}

const DATABASE: &str = "--database-url / DATABASE_URL";
const DOCUMENTS: &str = "--documents-url / DOCUMENTS_URL";
const MONGODB: &str = "--mongodb-url / MONGODB_URL";
const HOT: &str = "--hot-url / HOT_URL";
const REDIS: &str = "--redis-url / REDIS_URL";
const CACHE: &str = "--cache-url / CACHE_URL";
const SECRET: &str = "--secret / POLYSTORE_SECRET";

/// The names of the setting that names the file.
fn of_file(setting: &str) -> String {
    let (flag, variable) = setting.split_once(" / ").unwrap_or((setting, setting));
    format!("{flag}-file / {variable}_FILE")
}

/// What stands in a file, without the line break at its end.
fn secret(file: &str) -> Result<String, String> {
    let mut text = String::new();
    let read = File::open(file).and_then(|file| file.take(MOST + 1).read_to_string(&mut text));
    read.map_err(|error| format!("it cannot be read: {error}"))?;
    if text.len() as u64 > MOST {
        return Err(format!("it is longer than {MOST} bytes"));
    }
    let line = text.strip_suffix('\n').map_or(&*text, |line| line.strip_suffix('\r').unwrap_or(line));
    if line.is_empty() { Err("it is empty".to_owned()) } else { Ok(line.to_owned()) }
}
