//! The fields of one row: each getter reads by the field's rule, holds the value to a rule of the shop, and notes what is wrong.

use super::{entity::Entity, ids, mapping::File, mapping::Mapping, report::shown, row::Row};
use crate::shop::{Money, Timestamp, json, money::MAX_AMOUNT, rules};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use rust_decimal::Decimal;
use serde_json::Value;
use std::{fmt::Display, ops::RangeInclusive};
use uuid::Uuid;

/// A row that another one names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ref {
    pub field: &'static str,
    pub entity: Entity,
    pub id: Uuid,
    /// As it stands in the file.
    pub key: String,
}

/// One row, being read.
pub struct Fields<'a> {
    pub mapping: &'a Mapping,
    pub file: &'a File,
    pub row: &'a Row,
    /// What is wrong: field and reason.
    pub problems: Vec<(&'static str, String)>,
    /// What the row names.
    pub refs: Vec<Ref>,
    /// Values that no other row of the entity may have.
    pub unique: Vec<(&'static str, String)>,
}

impl<'a> Fields<'a> {
    pub fn new(mapping: &'a Mapping, file: &'a File, row: &'a Row) -> Self {
        Self { mapping, file, row, problems: Vec::new(), refs: Vec::new(), unique: Vec::new() }
    }

    pub fn wrong(&mut self, field: &'static str, reason: impl Display) {
        self.problems.push((field, reason.to_string()));
    }

    /// Takes a value, or notes why there is none.
    fn noted<T, E: Display>(&mut self, field: &'static str, result: Result<T, E>) -> Option<T> {
        result.map_err(|reason| self.wrong(field, reason)).ok()
    }

    /// The id of the row itself.
    pub fn id<T: From<Uuid>>(&mut self) -> Option<T> {
        let key = self.file.key.as_ref()?.fill(|name| self.row.text(name, &self.file.nulls));
        match key {
            Some(key) if !key.is_empty() && !key.contains('\0') => {
                let id = ids::id(&self.mapping.source, self.file.entity, &key);
                self.unique.push(("key", id.to_string()));
                Some(id.into())
            }
            _ => {
                self.wrong("key", "is missing");
                None
            }
        }
    }

    /// A text, or null.
    pub fn optional(&mut self, field: &'static str) -> Option<String> {
        let text = self.file.rules.get(field)?.text(self.row, &self.file.nulls)?.into_owned();
        if text.contains('\0') {
            self.wrong(field, "holds the character NUL");
            return None;
        }
        Some(text)
    }

    fn needed(&mut self, field: &'static str) -> Option<String> {
        let known = self.problems.len();
        let text = self.optional(field);
        if text.is_none() && self.problems.len() == known {
            self.wrong(field, "is missing");
        }
        text
    }

    /// A text of `min` to `max` characters.
    pub fn text(&mut self, field: &'static str, min: usize, max: usize) -> Option<String> {
        let text = if min == 0 { self.optional(field).unwrap_or_default() } else { self.needed(field)? };
        let length = text.chars().count();
        if (min..=max).contains(&length) {
            return Some(text);
        }
        self.wrong(field, format_args!("has {length} characters: expected {min} to {max}"));
        None
    }

    pub fn slug(&mut self, field: &'static str) -> Option<String> {
        let slug = self.needed(field)?;
        let slug = self.noted(field, rules::slug(slug))?;
        self.unique.push((field, slug.clone()));
        Some(slug)
    }

    pub fn email(&mut self, field: &'static str) -> Option<String> {
        let email = self.needed(field)?;
        // a row means what it says: it is not put right
        if rules::email(&email).as_ref() != Ok(&email) {
            self.wrong(field, format_args!("{} is not a lower-case e-mail address of at most 254 bytes", shown(&email)));
            return None;
        }
        self.unique.push((field, email.clone()));
        Some(email)
    }

    /// A time, in the rule's format or RFC 3339; what has no zone is UTC.
    pub fn time(&mut self, field: &'static str) -> Option<Timestamp> {
        let text = self.needed(field)?;
        self.parse_time(field, &text)
    }

    pub fn optional_time(&mut self, field: &'static str) -> Option<Timestamp> {
        let text = self.optional(field)?;
        self.parse_time(field, &text)
    }

    fn parse_time(&mut self, field: &'static str, text: &str) -> Option<Timestamp> {
        let format = self.file.rules.get(field).and_then(|rule| rule.date.as_deref());
        let parsed = match format {
            None => text.parse::<Timestamp>().map_err(|bad| format!("{} is {bad}", shown(text))),
            Some(format) => {
                let zoned = DateTime::parse_from_str(text, format).map(|at| at.to_utc());
                let local = || NaiveDateTime::parse_from_str(text, format).map(|at| at.and_utc());
                let day = || NaiveDate::parse_from_str(text, format).map(|day| day.and_time(NaiveTime::MIN).and_utc());
                let at = zoned.or_else(|_| local()).or_else(|_| day()).ok().and_then(|at| Timestamp::from_chrono(at).ok());
                at.ok_or_else(|| format!("{} is not a time between 1970 and 9999 written as {format}", shown(text)))
            }
        };
        self.noted(field, parsed)
    }

    /// A whole number within `bounds`; null is `default` if there is one.
    pub fn whole(&mut self, field: &'static str, bounds: RangeInclusive<i64>, default: Option<i64>) -> Option<i64> {
        let text = match default {
            Some(default) => match self.optional(field) {
                None => return Some(default),
                Some(text) => text,
            },
            None => self.needed(field)?,
        };
        let number = text.parse::<i64>().ok().filter(|number| bounds.contains(number));
        let (min, max) = bounds.into_inner();
        self.noted(field, number.ok_or_else(|| format!("{} is not a whole number from {min} to {max}", shown(&text))))
    }

    /// A number with a point, as the file's numbers are written.
    fn decimal_text(&self, text: String) -> String {
        match self.file.decimal_comma {
            // a point in such a file would separate thousands; it is left in, so that two of them are refused
            true => text.replace('.', "·").replace(',', "."),
            false => text,
        }
    }

    /// An amount of `min` to [`MAX_AMOUNT`] minor units, in the mapping's currency.
    pub fn money(&mut self, field: &'static str, min: i64) -> Option<Money> {
        let text = self.needed(field)?;
        let parsed = Money::parse(&self.decimal_text(text.clone()), self.mapping.currency).ok().filter(|money| money.minor >= min);
        let least = if min > 0 { "above zero" } else { "not below zero" };
        let decimals = self.mapping.currency.decimals();
        if parsed.is_some_and(|money| money.minor > MAX_AMOUNT) {
            let most = Money::new(MAX_AMOUNT, self.mapping.currency);
            self.wrong(field, format_args!("{} is larger than {most}", shown(&text)));
            return None;
        }
        self.noted(field, parsed.ok_or_else(|| format!("{} is not an amount {least} with at most {decimals} decimals", shown(&text))))
    }

    /// What is taken off a line of this price: an amount, or a fraction of the price (rounded half up). Null is nothing.
    pub fn discount(&mut self, field: &'static str, gross: i64) -> Option<Money> {
        let currency = self.mapping.currency;
        let Some(text) = self.optional(field) else { return Some(Money::new(0, currency)) };
        let number = self.decimal_text(text.clone());
        let fraction = self.file.rules.get(field).is_some_and(|rule| rule.fraction);
        let minor = if fraction { part_of(gross, &number) } else { Money::parse(&number, currency).ok().map(|money| money.minor) };
        let expected = if fraction { "a fraction from 0 to 1" } else { "an amount from zero to the line's price" };
        let taken = minor.filter(|minor| (0..=gross).contains(minor)).map(|minor| Money::new(minor, currency));
        self.noted(field, taken.ok_or_else(|| format!("{} is not {expected}", shown(&text))))
    }

    /// One of an enum's codes; null is `default` if there is one.
    pub fn code<T: Copy>(&mut self, field: &'static str, all: &[T], code: fn(T) -> &'static str, default: Option<T>) -> Option<T> {
        let text = match default {
            Some(default) => match self.optional(field) {
                None => return Some(default),
                Some(text) => text,
            },
            None => self.needed(field)?,
        };
        let found = all.iter().copied().find(|value| code(*value) == text);
        let known = || all.iter().map(|value| code(*value)).collect::<Vec<_>>().join(", ");
        self.noted(field, found.ok_or_else(|| format!("{} is none of {}", shown(&text), known())))
    }

    pub fn truth(&mut self, field: &'static str, default: bool) -> Option<bool> {
        let Some(text) = self.optional(field) else { return Some(default) };
        match text.as_str() {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" => Some(false),
            _ => {
                self.wrong(field, format_args!("{} is neither true nor false", shown(&text)));
                None
            }
        }
    }

    /// A list: a JSON array, or a text with the rule's separator between the entries. Null is the empty list.
    pub fn list(&mut self, field: &'static str) -> Option<Vec<String>> {
        let Some(rule) = self.file.rules.get(field) else { return Some(Vec::new()) };
        if let Some(Value::Array(values)) = rule.json(self.row) {
            let texts = values.iter().map(|value| match value {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            });
            let texts: Option<Vec<String>> = texts.collect();
            let whole = texts.filter(|texts| texts.iter().all(|text| !text.contains('\0')));
            return self.noted(field, whole.ok_or("expected a list of texts without NUL"));
        }
        let separator = rule.split.clone();
        let Some(text) = self.optional(field) else { return Some(Vec::new()) };
        let entries = match &separator {
            Some(separator) => text.split(separator.as_str()).map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect(),
            None => vec![text],
        };
        Some(entries)
    }

    /// A JSON value: as it stands in an NDJSON row, or parsed from a text.
    pub fn json(&mut self, field: &'static str) -> Option<Value> {
        if let Some(value @ (Value::Object(_) | Value::Array(_))) = self.file.rules.get(field)?.json(self.row) {
            return Some(value.clone());
        }
        let text = self.optional(field)?;
        self.noted(field, serde_json::from_str(&text).map_err(|error| format!("is not JSON (column {})", error.column())))
    }

    /// A JSON object that every store keeps; null is the empty one.
    pub fn object(&mut self, field: &'static str) -> Option<Value> {
        let known = self.problems.len();
        let value = self.json(field);
        if self.problems.len() > known {
            return None;
        }
        let checked = json::checked(value.unwrap_or_else(|| Value::Object(serde_json::Map::new())));
        self.noted(field, checked)
    }

    /// The id of another row, by its key in its own file or by its TypeID.
    pub fn reference<T: From<Uuid>>(&mut self, field: &'static str, entity: Entity) -> Option<T> {
        let key = self.needed(field)?;
        Some(self.refer(field, entity, key))
    }

    pub fn optional_reference<T: From<Uuid>>(&mut self, field: &'static str, entity: Entity) -> Option<T> {
        let key = self.optional(field)?;
        Some(self.refer(field, entity, key))
    }

    /// Notes that the row names another one.
    pub fn refer<T: From<Uuid>>(&mut self, field: &'static str, entity: Entity, key: String) -> T {
        let id = ids::id(&self.mapping.source, entity, &key);
        self.refs.push(Ref { field, entity, id, key });
        id.into()
    }
}

/// `gross * fraction`, rounded half up to whole minor units; none unless the fraction lies from 0 to 1.
fn part_of(gross: i64, fraction: &str) -> Option<i64> {
    let plain = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let fraction = Decimal::from_str_exact(fraction).ok().filter(|fraction| plain && *fraction <= Decimal::ONE)?;
    let part = Decimal::from(gross).checked_mul(fraction)?;
    i64::try_from(part.round_dp_with_strategy(0, rust_decimal::RoundingStrategy::MidpointAwayFromZero)).ok()
}

#[cfg(test)]
mod tests {
    use super::part_of;

    #[test]
    fn a_fraction_of_a_line_is_exact_and_rounded_half_up() {
        assert_eq!(part_of(1_010, "0.05"), Some(51));
        assert_eq!(part_of(1_009, "0.05"), Some(50));
        assert_eq!(part_of(9_800, "0.15"), Some(1_470));
        assert_eq!((part_of(100, "1"), part_of(100, "0")), (Some(100), Some(0)));
        for bad in ["1.1", "-0.1", "", "NaN", "5e-2", "half"] {
            assert_eq!(part_of(100, bad), None, "{bad}");
        }
    }
}
