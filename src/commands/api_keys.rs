//! `polystore api-keys`: makes keys for programs and lists them; and how the server reads their file.

use super::Failure;
use crate::{
    config::Config,
    graphql::throttle::keys::{ApiKeys, MOST_KEYS, NewKey},
};
use clap::{Args, Subcommand};
use std::{fs::OpenOptions, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};

/// What to do with keys.
#[derive(Args, Clone, Debug)]
pub struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Clone, Debug, Subcommand)]
enum What {
    /// Make a key, add its hash to the file, and print the key, which is shown this once; a running server reads the file at SIGHUP
    Create {
        /// What to call the program: 1 to 64 letters of a-z, 0-9, -, _ and .
        name: String,
        /// Points that come back to it in a second [default: POLYSTORE_KEY_POINTS]
        #[arg(long, value_name = "N", requires = "burst")]
        points: Option<u32>,
        /// Points that it may spend at once [default: POLYSTORE_KEY_BURST]
        #[arg(long, value_name = "N", requires = "points")]
        burst: Option<u32>,
    },
    /// Print the names of the keys, and what those may spend that have a rate of their own
    List,
}

/// Bytes of a file at most: its keys with some room for remarks.
const MOST_BYTES: u64 = MOST_KEYS as u64 * 512;

/// Makes a key, or lists them.
pub fn run(config: &Config, options: Options) -> Result<(), Failure> {
    let file = config.api_keys.as_deref().ok_or_else(|| told("name a file: the keys' hashes are kept there"))?;
    match options.what {
        What::Create { name, points, burst } => {
            let known = if file.exists() { read(file)? } else { ApiKeys::default() };
            let listed = known.list();
            if listed.iter().any(|key| key.name == name) {
                return Err(of_file(file, &format!("there is a key of the name {name:?}: remove its lines first, or choose another name")));
            }
            if listed.len() >= MOST_KEYS {
                return Err(of_file(file, &format!("it has {MOST_KEYS} keys, and no room for more")));
            }
            let made = NewKey::make(&name, points.zip(burst)).map_err(Failure::Told)?;
            append(file, &made.lines).map_err(|error| of_file(file, &format!("cannot be written: {error}")))?;
            super::print(&format!("{}\n", made.key))
        }
        What::List => {
            let line = |key: crate::graphql::throttle::keys::ApiKey| match key.rate {
                Some(rate) => format!("{}  {} points in {} s\n", key.name, rate.burst, rate.period.as_secs_f64()),
                None => format!("{}\n", key.name),
            };
            super::print(&read(file)?.list().into_iter().map(line).collect::<String>())
        }
    }
}

/// The keys of a file.
pub(super) fn read(file: &Path) -> Result<ApiKeys, Failure> {
    text(file).and_then(|text| ApiKeys::read(&text)).map_err(|why| of_file(file, &why))
}

/// The keys of a file in the place of those that were read before.
pub(super) fn renew(keys: &ApiKeys, file: &Path) -> Result<(), Failure> {
    text(file).and_then(|text| keys.renew(&text)).map_err(|why| of_file(file, &why))
}

fn text(file: &Path) -> Result<String, String> {
    super::documents::text(file, MOST_BYTES)
}

/// In one piece, so that a server that reads at this moment sees all of it or nothing.
fn append(file: &Path, lines: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(file)?;
    let gap = if file.metadata()?.len() == 0 { "" } else { "\n" };
    file.write_all(format!("{gap}{lines}").as_bytes())?;
    file.sync_all()
}

fn of_file(file: &Path, why: &str) -> Failure {
    told(&format!("{}: {why}", file.display()))
}

fn told(why: &str) -> Failure {
    Failure::Told(format!("--api-keys / POLYSTORE_API_KEYS: {why}"))
}
