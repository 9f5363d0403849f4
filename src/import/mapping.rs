//! Mappings: the TOML file that says which file holds what. `docs/import.md` explains it to users.

use super::{entity::Entity, rule::Rule, template::Template};
use crate::shop::Currency;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A mapping, checked.
#[derive(Debug)]
pub struct Mapping {
    /// Names where the rows come from; part of every id.
    pub source: String,
    /// What all amounts are in.
    pub currency: Currency,
    /// The files, in the mapping's order.
    pub files: Vec<File>,
}

/// A file and how to read it.
#[derive(Debug)]
pub struct File {
    pub path: String,
    pub format: Format,
    pub entity: Entity,
    pub delimiter: u8,
    /// Texts that mean null.
    pub nulls: Vec<String>,
    /// What identifies a row; none for order lines and preferences.
    pub key: Option<Template>,
    /// The column that cells beyond the header's number are parts of.
    pub overflow: Option<String>,
    /// Numbers have a decimal comma.
    pub decimal_comma: bool,
    pub rules: BTreeMap<String, Rule>,
}

/// How rows stand in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Csv,
    Ndjson,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMapping {
    source: String,
    currency: Option<String>,
    #[serde(default)]
    file: Vec<RawFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    path: String,
    format: Option<Format>,
    entity: Entity,
    delimiter: Option<String>,
    nulls: Option<Vec<String>>,
    key: Option<OneOrMany>,
    overflow: Option<String>,
    #[serde(default)]
    decimal_comma: bool,
    columns: BTreeMap<String, toml::Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Mapping {
    /// Reads a mapping; says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let raw: RawMapping = toml::from_str(text).map_err(|error| error.to_string())?;
        if raw.source.is_empty() || raw.source.contains('\0') {
            return Err("source: expected a name for where the rows come from".into());
        }
        let currency = match raw.currency {
            Some(code) => code.parse().map_err(|bad| format!("currency: {bad}"))?,
            None => Currency::EUR,
        };
        if raw.file.is_empty() {
            return Err("expected at least one [[file]]".into());
        }
        let files = raw.file.into_iter().map(|raw| {
            let path = raw.path.clone();
            File::check(raw).map_err(|wrong| format!("{path}: {wrong}"))
        });
        Ok(Self { source: raw.source, currency, files: files.collect::<Result<_, _>>()? })
    }
}

impl File {
    fn check(raw: RawFile) -> Result<Self, String> {
        let entity = raw.entity;
        let format = match raw.format {
            Some(format) => format,
            None if raw.path.ends_with(".csv") => Format::Csv,
            None if raw.path.ends_with(".ndjson") || raw.path.ends_with(".jsonl") => Format::Ndjson,
            None => return Err("format: expected csv or ndjson, as the file's name does not tell".into()),
        };
        let delimiter = match raw.delimiter.as_deref().unwrap_or(",").as_bytes() {
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => *byte,
            _ => return Err("delimiter: expected one ASCII character".into()),
        };
        let key = match (raw.key, entity.prefix()) {
            (Some(_), None) => return Err(format!("key: {} have no keys of their own", entity.name())),
            (None, Some(_)) => return Err(format!("key: {} need one", entity.name())),
            (None, None) => None,
            (Some(OneOrMany::One(text)), Some(_)) if text.contains('{') => {
                Some(Template::parse(&text).map_err(|wrong| format!("key: {wrong}"))?)
            }
            (Some(OneOrMany::One(column)), Some(_)) => Some(Template::joined(&[column])),
            (Some(OneOrMany::Many(columns)), Some(_)) => Some(Template::joined(&columns)),
        };
        let mut rules = BTreeMap::new();
        for (field, value) in raw.columns {
            if !entity.required().contains(&field.as_str()) && !entity.optional().contains(&field.as_str()) {
                let known: Vec<_> = entity.required().iter().chain(entity.optional()).copied().collect();
                return Err(format!("columns.{field}: {} have no such field: expected one of {}", entity.name(), known.join(", ")));
            }
            let rule = Rule::read(value).map_err(|wrong| format!("columns.{field}: {wrong}"))?;
            rules.insert(field, rule);
        }
        if let Some(missing) = entity.required().iter().find(|field| !rules.contains_key(**field)) {
            return Err(format!("columns.{missing}: missing, {} need it", entity.name()));
        }
        let nulls = raw.nulls.unwrap_or_else(|| vec![String::new()]);
        Ok(Self { path: raw.path, format, entity, delimiter, nulls, key, overflow: raw.overflow, decimal_comma: raw.decimal_comma, rules })
    }

    /// Every column that the mapping names.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        let rules = self.rules.values().flat_map(Rule::columns);
        self.key.iter().flat_map(Template::columns).chain(rules).chain(self.overflow.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(file: &str) -> String {
        Mapping::parse(&format!("source = \"test\"\n[[file]]\n{file}")).unwrap_err()
    }

    #[test]
    fn mistakes_in_a_mapping_are_named() {
        assert!(Mapping::parse("source = \"x\"").unwrap_err().contains("[[file]]"));
        assert!(Mapping::parse("source = \"x\"\ncurrency = \"ABC\"").unwrap_err().contains("currency"));
        let good = "path = \"a.csv\"\nentity = \"categories\"\nkey = \"id\"\n[file.columns]\nname = \"n\"\nslug = \"{n|slug}\"\n";
        assert!(Mapping::parse(&format!("source = \"x\"\n[[file]]\n{good}")).is_ok());
        assert!(wrong(&good.replace("categories", "sheep")).contains("sheep"));
        assert!(wrong(&good.replace("key = \"id\"\n", "")).contains("key: categories need one"));
        assert!(wrong(&good.replace("a.csv", "a.txt")).contains("format"));
        assert!(wrong(&good.replace("name =", "colour =")).contains("columns.colour"));
        assert!(wrong(&good.replace("name = \"n\"\n", "")).contains("columns.name: missing"));
        assert!(wrong(&good.replace("\"n\"", "{ column = \"n\", const = \"x\" }")).contains("exactly one"));
        assert!(wrong(&good.replace("\"n\"", "{ column = \"n\", date = \"%Q\" }")).contains("date format"));
        assert!(wrong(&good.replace("\"n\"", "{ when_null = \"n\", then = \"x\" }")).contains("else"));
        assert!(wrong(&good.replace("key =", "delimiter = \"ab\"\nkey =")).contains("delimiter"));
    }
}
