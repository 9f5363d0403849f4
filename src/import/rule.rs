//! Rules: how one field of an entity comes out of a row.

use super::{row::Row, template::Template};
use chrono::format::{Item, StrftimeItems};
use serde::Deserialize;
use serde_json::Value;
use std::{borrow::Cow, collections::BTreeMap};

/// A field's rule, ready to be used.
#[derive(Clone, Debug)]
pub struct Rule {
    from: Origin,
    /// How a time is written; without it RFC 3339.
    pub date: Option<String>,
    /// What stands between the entries of a list.
    pub split: Option<String>,
    /// A discount: the value is a fraction of the line, not an amount.
    pub fraction: bool,
    default: Option<String>,
    map: BTreeMap<String, String>,
}

#[derive(Clone, Debug)]
enum Origin {
    Column(String),
    Template(Template),
    WhenNull { column: String, then: Template, otherwise: Template },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    column: Option<String>,
    template: Option<String>,
    #[serde(rename = "const")]
    constant: Option<String>,
    when_null: Option<String>,
    then: Option<String>,
    #[serde(rename = "else")]
    otherwise: Option<String>,
    date: Option<String>,
    split: Option<String>,
    #[serde(default)]
    fraction: bool,
    default: Option<String>,
    #[serde(default)]
    map: BTreeMap<String, String>,
}

impl Rule {
    /// From a mapping: a text is a column's name, or a template if it holds a brace; a table says more.
    pub fn read(value: toml::Value) -> Result<Self, String> {
        if let toml::Value::String(text) = value {
            let from = if text.contains('{') { Origin::Template(Template::parse(&text)?) } else { Origin::Column(text) };
            return Ok(Self { from, date: None, split: None, fraction: false, default: None, map: BTreeMap::new() });
        }
        let table = Table::deserialize(value).map_err(|error| error.message().to_owned())?;
        let from = match (table.column, table.template, table.constant, table.when_null) {
            (Some(column), None, None, None) => Origin::Column(column),
            (None, Some(template), None, None) => Origin::Template(Template::parse(&template)?),
            (None, None, Some(text), None) => Origin::Template(Template::constant(text)),
            (None, None, None, Some(column)) => {
                let part = |text: Option<String>, name| {
                    text.ok_or_else(|| format!("when_null needs {name}")).and_then(|text| Template::parse(&text))
                };
                Origin::WhenNull { column, then: part(table.then.clone(), "then")?, otherwise: part(table.otherwise.clone(), "else")? }
            }
            _ => return Err("expected exactly one of column, template, const and when_null".into()),
        };
        if !matches!(from, Origin::WhenNull { .. }) && (table.then.is_some() || table.otherwise.is_some()) {
            return Err("then and else belong to when_null".into());
        }
        if let Some(format) = table.date.as_deref().filter(|format| StrftimeItems::new(format).any(|item| item == Item::Error)) {
            return Err(format!("{format:?} is not a date format"));
        }
        Ok(Self { from, date: table.date, split: table.split, fraction: table.fraction, default: table.default, map: table.map })
    }

    /// The columns that it reads.
    pub fn columns(&self) -> Vec<&str> {
        match &self.from {
            Origin::Column(name) => vec![name],
            Origin::Template(template) => template.columns().collect(),
            Origin::WhenNull { column, then, otherwise } => {
                std::iter::once(column.as_str()).chain(then.columns()).chain(otherwise.columns()).collect()
            }
        }
    }

    /// The text for a row, or null.
    pub fn text<'a>(&self, row: &'a Row, nulls: &[String]) -> Option<Cow<'a, str>> {
        let found = match &self.from {
            Origin::Column(name) => row.text(name, nulls),
            Origin::Template(template) => template.fill(|name| row.text(name, nulls)).map(Cow::Owned),
            Origin::WhenNull { column, then, otherwise } => {
                let template = if row.text(column, nulls).is_none() { then } else { otherwise };
                template.fill(|name| row.text(name, nulls)).map(Cow::Owned)
            }
        };
        let mapped = found.map(|text| self.map.get(text.as_ref()).map_or(text, |to| Cow::Owned(to.clone())));
        mapped.or_else(|| self.default.clone().map(Cow::Owned))
    }

    /// The JSON value for a row, if the file holds JSON and the rule names a plain column.
    pub fn json<'a>(&self, row: &'a Row) -> Option<&'a Value> {
        match &self.from {
            Origin::Column(name) => row.json(name),
            Origin::Template(_) | Origin::WhenNull { .. } => None,
        }
    }
}
