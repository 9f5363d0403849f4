//! Commands of MongoDB and Redis as texts with names in them: the text is shown, and values are bound to the names.

use crate::{LabError, Result};
use mongodb::bson::{Bson, Document};
use redis::{Cmd, Pipeline};

/// A command of MongoDB, as JSON (with `$numberLong` and the like where it matters). A string `"@name"` is a place for a value.
#[derive(Clone, Debug)]
pub struct MongoCommand {
    /// As it is shown.
    pub text: &'static str,
    document: Document,
}

impl MongoCommand {
    /// Reads the text.
    pub fn new(text: &'static str) -> Result<Self> {
        let document = serde_json::from_str(text).map_err(|error| LabError::store("mongodb", format!("{error} in {text}")))?;
        Ok(Self { text, document })
    }

    /// The command with its values. Fails if the text has a name that has no value.
    pub fn bind(&self, values: &[(&str, Bson)]) -> Result<Document> {
        let mut document = self.document.clone();
        document.iter_mut().try_for_each(|(_, value)| fill(value, values))?;
        Ok(document)
    }
}

fn fill(place: &mut Bson, values: &[(&str, Bson)]) -> Result<()> {
    match place {
        Bson::Document(document) => document.iter_mut().try_for_each(|(_, value)| fill(value, values)),
        Bson::Array(entries) => entries.iter_mut().try_for_each(|entry| fill(entry, values)),
        Bson::String(text) => {
            let Some(wanted) = text.strip_prefix('@') else { return Ok(()) };
            let found = values.iter().find(|(name, _)| *name == wanted);
            let (_, value) = found.ok_or_else(|| LabError::store("mongodb", format!("@{wanted} has no value")))?;
            *place = value.clone();
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Commands of Redis, one a line, words apart by spaces. A word `@name` is a place for a value; `#` begins a line for readers.
#[derive(Clone, Debug)]
pub struct RedisCommand {
    /// As it is shown.
    pub text: &'static str,
    lines: Vec<Vec<&'static str>>,
}

impl RedisCommand {
    /// Reads the text.
    pub fn new(text: &'static str) -> Self {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        Self { text, lines: lines.map(|line| line.split_whitespace().collect()).collect() }
    }

    /// The commands with their values: bytes, as Redis takes everything.
    pub fn bind(&self, values: &[(&str, &[u8])]) -> Result<Pipeline> {
        let mut pipeline = Pipeline::with_capacity(self.lines.len());
        for line in &self.lines {
            let mut command = Cmd::new();
            for word in line {
                match word.strip_prefix('@') {
                    None => command.arg(*word),
                    Some(wanted) => {
                        let found = values.iter().find(|(name, _)| *name == wanted);
                        let (_, value) = found.ok_or_else(|| LabError::store("redis", format!("@{wanted} has no value")))?;
                        command.arg(*value)
                    }
                };
            }
            pipeline.add_command(command);
        }
        Ok(pipeline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mongodb::bson::doc;

    #[test]
    fn values_take_the_places_of_names_and_nothing_else_changes() {
        let text = r#"{ "find": "orders", "filter": { "_id": "@id", "$or": [{ "a": "@id" }, { "b": 3 }] }, "limit": 1, "hint": "x@y" }"#;
        let command = MongoCommand::new(text).unwrap();
        let bound = command.bind(&[("id", Bson::Int64(7))]).unwrap();
        let expected =
            doc! { "find": "orders", "filter": { "_id": 7_i64, "$or": [{ "a": 7_i64 }, { "b": 3 }] }, "limit": 1, "hint": "x@y" };
        assert_eq!(bound, expected);
        assert_eq!(bound.keys().next().unwrap(), "find", "the first key is the command");
        assert!(command.bind(&[("other", Bson::Null)]).unwrap_err().to_string().contains("@id"));
        assert!(MongoCommand::new("{").is_err());
    }

    #[test]
    fn a_value_that_looks_like_a_name_is_a_value() {
        let command = MongoCommand::new(r#"{ "find": "@a", "filter": "@b" }"#).unwrap();
        let bound = command.bind(&[("a", Bson::from("@b")), ("b", Bson::Int32(1))]).unwrap();
        assert_eq!(bound, doc! { "find": "@b", "filter": 1 });
    }

    #[test]
    fn lines_are_commands_and_values_may_hold_anything() {
        let command = RedisCommand::new("# both at once\nGET @key\n\nZRANGE board 0 9 REV\n");
        let packed = command.bind(&[("key", b"a b\r\nFLUSHALL")]).unwrap().get_packed_pipeline();
        let expected =
            "*2\r\n$3\r\nGET\r\n$13\r\na b\r\nFLUSHALL\r\n*5\r\n$6\r\nZRANGE\r\n$5\r\nboard\r\n$1\r\n0\r\n$1\r\n9\r\n$3\r\nREV\r\n";
        assert_eq!(String::from_utf8(packed).unwrap(), expected);
        assert!(command.bind(&[]).is_err());
    }
}
