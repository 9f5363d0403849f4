//! One row of a file, CSV or NDJSON, and how its cells are looked up.

use serde_json::{Map, Value};
use std::{borrow::Cow, collections::HashMap, sync::Arc};

/// A row and the line that it begins on.
#[derive(Clone, Debug)]
pub struct Row {
    pub line: u64,
    cells: Cells,
}

#[derive(Clone, Debug)]
enum Cells {
    Text(Arc<HashMap<String, usize>>, Vec<String>),
    Json(Map<String, Value>),
}

impl Row {
    pub fn from_csv(line: u64, header: Arc<HashMap<String, usize>>, values: Vec<String>) -> Self {
        Self { line, cells: Cells::Text(header, values) }
    }

    pub fn from_json(line: u64, object: Map<String, Value>) -> Self {
        Self { line, cells: Cells::Json(object) }
    }

    /// A cell as text; `None` when it is missing, JSON's null, or one of the texts that mean null.
    pub fn text(&self, column: &str, nulls: &[String]) -> Option<Cow<'_, str>> {
        let text = match &self.cells {
            Cells::Text(header, values) => Cow::Borrowed(values.get(*header.get(column)?)?.as_str()),
            Cells::Json(_) => match self.json(column)? {
                Value::Null => return None,
                Value::String(text) => Cow::Borrowed(text.as_str()),
                other => Cow::Owned(other.to_string()),
            },
        };
        (!nulls.iter().any(|null| *null == text)).then_some(text)
    }

    /// A cell of an NDJSON row; `a.b` is the member `b` of the member `a` where no member is called `a.b`.
    pub fn json(&self, column: &str) -> Option<&Value> {
        let Cells::Json(object) = &self.cells else { return None };
        object.get(column).or_else(|| {
            let (first, rest) = column.split_once('.')?;
            rest.split('.').try_fold(object.get(first)?, |value, name| value.get(name))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_cells_are_found_by_path_and_nulls_are_none() {
        let Value::Object(object) = json!({"a": {"b": 1.5}, "c.d": "x", "n": null, "gone": "NULL"}) else { unreachable!() };
        let row = Row::from_json(1, object);
        let nulls = ["NULL".to_owned()];
        assert_eq!(row.text("a.b", &nulls).as_deref(), Some("1.5"));
        assert_eq!(row.text("c.d", &nulls).as_deref(), Some("x"));
        assert!(row.text("n", &nulls).is_none() && row.text("gone", &nulls).is_none() && row.text("a.x", &nulls).is_none());
    }
}
