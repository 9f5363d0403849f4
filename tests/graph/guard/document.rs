//! A document as the generator makes it, and its text.

use serde_json::{Map, Value, json};
use std::fmt::Write as _;

pub struct Document {
    /// Selections of the operations, which share their variables; fragments come after them in the text.
    pub operations: Vec<Vec<Pick>>,
    /// A fragment spreads only those behind it.
    pub fragments: Vec<Vec<Pick>>,
    pub variables: Vec<Variable>,
    /// On the first operation and on each fragment.
    pub directives_of_definitions: Vec<usize>,
}

pub enum Pick {
    Field(Field),
    Inline { directives: usize, set: Vec<Pick> },
    Spread { directives: usize, fragment: usize },
}

pub struct Field {
    pub alias: Option<String>,
    pub name: &'static str,
    /// The last one that tells a number of rows counts.
    pub arguments: Vec<(&'static str, Argument)>,
    pub directives: usize,
    pub set: Vec<Pick>,
}

#[derive(Clone, Copy)]
pub enum Argument {
    Number(u64),
    /// A list of so many ids.
    Ids(u64),
    Null,
    /// The variable of this number.
    Variable(usize),
}

/// A variable and what it stands for: by default, and as given.
pub struct Variable {
    pub is_list: bool,
    pub default: Option<Option<u64>>,
    pub given: Option<Option<u64>>,
}

impl Variable {
    /// A null counts as not given.
    pub fn value(&self) -> Option<u64> {
        self.given.flatten().or(self.default.flatten())
    }

    fn json(&self, value: Option<u64>) -> Value {
        match value {
            Some(length) if self.is_list => (0..length).map(|n| json!(n.to_string())).collect(),
            value => json!(value),
        }
    }
}

impl Document {
    pub fn given(&self) -> Value {
        let given = |(number, variable): (usize, &Variable)| Some((format!("v{number}"), variable.json(variable.given?)));
        Value::Object(self.variables.iter().enumerate().filter_map(given).collect::<Map<_, _>>())
    }

    pub fn text(&self) -> String {
        let mut text = String::new();
        let declared = |(number, variable): (usize, &Variable)| {
            let kind = if variable.is_list { "[ID]" } else { "Int" };
            let default = variable.default.map(|value| format!(" = {}", variable.json(value))).unwrap_or_default();
            format!("$v{number}: {kind}{default}")
        };
        let declared: Vec<String> = self.variables.iter().enumerate().map(declared).collect();
        let declared = if declared.is_empty() { String::new() } else { format!("({})", declared.join(", ")) };
        for (number, set) in self.operations.iter().enumerate() {
            let directives = if number == 0 { self.directives_of_definitions[0] } else { 0 };
            write!(text, "query Q{number}{declared}{} {}", on(directives), braces(set)).unwrap();
        }
        for (number, set) in self.fragments.iter().enumerate() {
            write!(text, "fragment F{number} on T{} {}", on(self.directives_of_definitions[number + 1]), braces(set)).unwrap();
        }
        text
    }

    /// How many stand in the text.
    pub fn directives(&self) -> u64 {
        self.text().matches('@').count() as u64
    }
}

fn on(directives: usize) -> String {
    " @include(if: true)".repeat(directives)
}

fn braces(set: &[Pick]) -> String {
    format!("{{ {} }} ", set.iter().map(pick).collect::<String>())
}

fn pick(pick: &Pick) -> String {
    match pick {
        Pick::Inline { directives, set } => format!("... on T{} {}", on(*directives), braces(set)),
        Pick::Spread { directives, fragment } => format!("...F{fragment}{} ", on(*directives)),
        Pick::Field(field) => {
            let alias = field.alias.as_ref().map(|alias| format!("{alias}: ")).unwrap_or_default();
            let arguments: Vec<String> = field.arguments.iter().map(|(name, value)| format!("{name}: {}", value.text())).collect();
            let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
            let set = if field.set.is_empty() { String::new() } else { braces(&field.set) };
            format!("{alias}{}{arguments}{} {set}", field.name, on(field.directives))
        }
    }
}

impl Argument {
    fn text(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Ids(length) => json!((0..length).map(|n| n.to_string()).collect::<Vec<_>>()).to_string(),
            Self::Null => "null".to_owned(),
            Self::Variable(number) => format!("$v{number}"),
        }
    }
}
