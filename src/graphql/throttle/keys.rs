//! API keys: programs that ask have a bucket of their own, wherever they ask from.
//!
//! A key says which program asks and not for whom: it opens nothing. It is known by its hash, which stands in a file of the operator's with the
//! key's name; so no store is asked for it, and no store that is down concerns it.

use crate::shop::Rate;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::{
    collections::{HashMap, HashSet},
    fmt::Write as _,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

/// Keys in a file at most.
pub const MOST_KEYS: usize = 10_000;
/// What every key begins with, so that it is recognised where it should not be.
const PREFIX: &str = "psk_";
/// Letters of a name at most.
const NAME: usize = 64;

type Hash = [u8; 32];

/// One program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// What the operator calls it; the name of its bucket.
    pub name: String,
    /// What it may spend; `None`: what every key may.
    pub rate: Option<Rate>,
}

/// The keys of a file. It can be read again while they are used.
#[derive(Debug, Default)]
pub struct ApiKeys(RwLock<Arc<HashMap<Hash, ApiKey>>>);

/// A key that was just made. It is shown this once.
pub struct NewKey {
    /// What the program sends.
    pub key: String,
    /// The lines for the file.
    pub lines: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    key: Vec<Line>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    name: String,
    sha256: String,
    points: Option<u32>,
    burst: Option<u32>,
}

impl ApiKeys {
    /// The keys of a TOML text: a table `[[key]]` each, with `name`, `sha256`, and both or none of `points` (a second) and `burst`.
    pub fn read(text: &str) -> Result<Self, String> {
        Ok(Self(RwLock::new(Arc::new(table(text)?))))
    }

    /// Takes the keys of another text in the place of these; with a bad text nothing changes.
    pub fn renew(&self, text: &str) -> Result<(), String> {
        let keys = Arc::new(table(text)?);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// Whose key it is.
    pub fn find(&self, key: &str) -> Option<ApiKey> {
        let hash: Hash = Sha256::digest(key).into();
        self.all().get(&hash).cloned()
    }

    /// The programs, by name.
    pub fn list(&self) -> Vec<ApiKey> {
        let mut keys: Vec<ApiKey> = self.all().values().cloned().collect();
        keys.sort_by(|one, other| one.name.cmp(&other.name));
        keys
    }

    fn all(&self) -> Arc<HashMap<Hash, ApiKey>> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl NewKey {
    /// A key of 256 random bits for a program; an error for a name that is none, or if the system has no random numbers.
    pub fn make(name: &str, rate: Option<(u32, u32)>) -> Result<Self, String> {
        fits(name)?;
        if let Some((points, burst)) = rate {
            of_points(points, burst)?;
        }
        let mut bits = [0; 32];
        getrandom::fill(&mut bits).map_err(|_| "the system has no random numbers".to_owned())?;
        let key = format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(bits));
        let mut lines = format!("[[key]]\nname = \"{name}\"\nsha256 = \"{:x}\"\n", Sha256::digest(&key));
        if let Some((points, burst)) = rate {
            let _to_a_text = write!(lines, "points = {points}\nburst = {burst}\n");
        }
        Ok(Self { key, lines })
    }
}

/// How much comes back in a second, and how much a bucket holds, as a rate.
pub fn of_points(points: u32, burst: u32) -> Result<Rate, String> {
    if points == 0 || burst == 0 {
        return Err("points and burst must be at least 1".to_owned());
    }
    let period = Duration::from_micros((u64::from(burst) * 1_000_000).div_ceil(u64::from(points)).max(1_000));
    let rate = Rate { burst, period };
    if rate.is_valid() { Ok(rate) } else { Err("burst must be at most what comes back in a day".to_owned()) }
}

fn table(text: &str) -> Result<HashMap<Hash, ApiKey>, String> {
    // what the library says repeats the line, which may be a key that was pasted
    let file: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1);
        format!("line {line}: {}", error.message())
    })?;
    if file.key.len() > MOST_KEYS {
        return Err(format!("it has more than {MOST_KEYS} keys"));
    }
    let (mut keys, mut names) = (HashMap::new(), HashSet::new());
    for Line { name, sha256, points, burst } in file.key {
        fits(&name)?;
        let wrong = |why: &str| format!("key {name:?}: {why}");
        let rate = match (points, burst) {
            (None, None) => None,
            (Some(points), Some(burst)) => Some(of_points(points, burst).map_err(|why| wrong(&why))?),
            _ => return Err(wrong("points and burst come together")),
        };
        let hash = hash(&sha256).ok_or_else(|| wrong("sha256 must be 64 hexadecimal digits: the key's hash and not the key"))?;
        if !names.insert(name.clone()) {
            return Err(wrong("there are two of this name"));
        }
        if keys.insert(hash, ApiKey { name: name.clone(), rate }).is_some() {
            return Err(wrong("another one has the same hash"));
        }
    }
    Ok(keys)
}

fn fits(name: &str) -> Result<(), String> {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
    let good = (1..=NAME).contains(&name.len()) && name.bytes().all(letter);
    if good { Ok(()) } else { Err(format!("a key's name has 1 to {NAME} letters of a-z, 0-9, -, _ and .")) }
}

fn hash(hex: &str) -> Option<Hash> {
    if hex.len() != 64 || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut hash = [0; 32];
    for (byte, at) in hash.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&hex[at..at + 2], 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_was_made_is_found_by_its_lines_and_no_other_is() {
        let (one, other) = (NewKey::make("storefront", None).unwrap(), NewKey::make("batch.jobs", Some((50, 100))).unwrap());
        assert_eq!(one.key.len(), PREFIX.len() + 43);
        let keys = ApiKeys::read(&format!("{}\n{}", one.lines, other.lines)).unwrap();
        assert_eq!(keys.find(&one.key), Some(ApiKey { name: "storefront".into(), rate: None }));
        let rate = Rate { burst: 100, period: Duration::from_secs(2) };
        assert_eq!(keys.find(&other.key), Some(ApiKey { name: "batch.jobs".into(), rate: Some(rate) }));
        for unknown in ["", "psk_", &one.key[1..], &one.lines, &format!("{} ", one.key)] {
            assert_eq!(keys.find(unknown), None, "{unknown:?}");
        }
        keys.renew(&other.lines).unwrap();
        assert_eq!((keys.find(&one.key), keys.list().len()), (None, 1), "it was taken out of the file");
        assert!(keys.renew("[[key]]").is_err());
        assert_eq!(keys.list().len(), 1, "a bad file changes nothing");
    }

    #[test]
    fn a_bad_file_is_told_by_its_key_and_line_and_shows_no_secret() {
        let good = "a".repeat(64);
        let line = |name: &str, hash: &str, more: &str| format!("[[key]]\nname = \"{name}\"\nsha256 = \"{hash}\"\n{more}\n");
        for (text, expected) in [
            (line("A", &good, ""), "a key's name has 1 to 64 letters of a-z, 0-9, -, _ and ."),
            (line("", &good, ""), "a key's name has"),
            (line("a", "psk_AAAA", ""), "key \"a\": sha256 must be 64 hexadecimal digits: the key's hash and not the key"),
            (line("a", &"é".repeat(32), ""), "sha256 must be 64"),
            (line("a", &good, "points = 1"), "points and burst come together"),
            (line("a", &good, "points = 0\nburst = 1"), "at least 1"),
            (line("a", &good, "points = 1\nburst = 100000"), "at most what comes back in a day"),
            (line("a", &good, "points = -1\nburst = 1"), "line 4: invalid value"),
            (line("a", &good, "key = \"psk_secret\""), "line 4: unknown field"),
            (format!("{}{}", line("a", &good, ""), line("a", &"b".repeat(64), "")), "key \"a\": there are two of this name"),
            (format!("{}{}", line("a", &good, ""), line("b", &good, "")), "key \"b\": another one has the same hash"),
            ("psk_secret".to_owned(), "line 1: "),
        ] {
            let told = ApiKeys::read(&text).unwrap_err();
            assert!(told.contains(expected) && !told.contains("psk_"), "{told}");
        }
        assert_eq!(ApiKeys::read("").unwrap().list(), []);
        for bad in ["a b", "ä", &"a".repeat(65)] {
            assert!(NewKey::make(bad, None).is_err(), "{bad}");
        }
    }
}
