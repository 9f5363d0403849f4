//! The five questions: what is asked, what may be answered, and what is assumed when nothing is.
//!
//! The file, the terminal, the error messages and the sensitivity of an advice are all made of this one list.

use super::rules::Rules;
use std::fmt;

/// The tables of an answers file, which are the five questions, in the order in which they are asked.
pub const QUESTIONS: [(&str, &str); 5] = [
    ("shape", "What do the data look like?"),
    ("access", "How are they read and written?"),
    ("consistency", "What must never be lost or wrong, and how late may a copy be?"),
    ("scale", "How much, how often, how fast?"),
    ("team", "Which stores does the team run?"),
];

/// One thing that may be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// How it is written.
    pub id: String,
    /// What it says.
    pub means: String,
}

/// What a field takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A name.
    Name,
    /// One of these. Where the order matters, the weakest wish comes first.
    One(Vec<Choice>),
    /// Some of these, or none if `empty`.
    Some {
        /// All that can be answered.
        choices: Vec<Choice>,
        /// Whether none of them may be.
        empty: bool,
    },
    /// A number within these bounds.
    Number {
        /// The least.
        from: f64,
        /// The most.
        to: f64,
    },
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A name.
    Name(String),
    /// One of the choices.
    One(String),
    /// Some of the choices.
    Some(Vec<String>),
    /// A number.
    Number(f64),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(text) | Self::One(text) => f.write_str(text),
            Self::Some(list) if list.is_empty() => f.write_str("none"),
            Self::Some(list) => f.write_str(&list.join(", ")),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

/// One field of the form.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The question's table and the key in it, `scale.members`; `entity` stands above the tables.
    pub path: &'static str,
    /// What is asked.
    pub asks: &'static str,
    /// What may be answered.
    pub kind: Kind,
    /// What is assumed when nothing is answered.
    pub assumed: Value,
}

/// The longest name of an entity.
const MAX_NAME: usize = 60;

impl Field {
    /// The table and the key.
    pub fn place(&self) -> (&'static str, &'static str) {
        self.path.split_once('.').unwrap_or(("", self.path))
    }

    /// What may be answered, for error messages and for the terminal.
    pub fn allowed(&self) -> String {
        match &self.kind {
            Kind::Name => format!("a name of 1 to {MAX_NAME} characters"),
            Kind::One(choices) => format!("one of {}", ids(choices)),
            Kind::Some { choices, empty: false } => format!("a list of one or more of {}", ids(choices)),
            Kind::Some { choices, empty: true } => format!("a list of {}", ids(choices)),
            Kind::Number { from, to } => format!("a number from {from} to {to}"),
        }
    }

    /// The choices, if there are any.
    pub fn choices(&self) -> &[Choice] {
        match &self.kind {
            Kind::One(choices) | Kind::Some { choices, .. } => choices,
            Kind::Name | Kind::Number { .. } => &[],
        }
    }

    /// An answer from a file.
    pub fn from_toml(&self, given: &toml::Value) -> Result<Value, String> {
        let refused = || self.refused(&shown(given));
        let text = |value: &toml::Value| value.as_str().map(str::to_owned).ok_or_else(refused);
        let value = match &self.kind {
            Kind::Name => Value::Name(text(given)?),
            Kind::One(_) => Value::One(text(given)?),
            Kind::Some { .. } => {
                let list = given.as_array().ok_or_else(refused)?;
                Value::Some(list.iter().map(text).collect::<Result<_, _>>()?)
            }
            Kind::Number { .. } => match given {
                #[expect(clippy::cast_precision_loss, reason = "the bounds are far below what a double holds")]
                toml::Value::Integer(number) => Value::Number(*number as f64),
                toml::Value::Float(number) => Value::Number(*number),
                _ => return Err(refused()),
            },
        };
        self.checked(value).map_err(|wrong| self.refused(&wrong.unwrap_or_else(|| shown(given))))
    }

    /// An answer from the terminal: lists have commas or spaces between their items.
    pub fn from_text(&self, given: &str) -> Result<Value, String> {
        let given = given.trim();
        let value = match &self.kind {
            Kind::Name => Value::Name(given.to_owned()),
            Kind::One(_) => Value::One(given.to_owned()),
            Kind::Some { empty: true, .. } if given == "none" => Value::Some(Vec::new()),
            Kind::Some { .. } => {
                Value::Some(given.split([',', ' ']).map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect())
            }
            Kind::Number { .. } => Value::Number(given.replace('_', "").parse().map_err(|_| self.refused(&format!("{given:?}")))?),
        };
        self.checked(value).map_err(|wrong| self.refused(&wrong.unwrap_or_else(|| format!("{given:?}"))))
    }

    /// Keeps an answer that is allowed; the error is the part that is not, or none if it is all of it.
    fn checked(&self, value: Value) -> Result<Value, Option<String>> {
        let known = |choices: &[Choice], id: &str| choices.iter().any(|choice| choice.id == id);
        match (&self.kind, value) {
            (Kind::Name, Value::Name(text)) => {
                let fits = !text.trim().is_empty() && text.chars().count() <= MAX_NAME && !text.chars().any(char::is_control);
                if fits { Ok(Value::Name(text.trim().to_owned())) } else { Err(None) }
            }
            (Kind::One(choices), Value::One(id)) => {
                if known(choices, &id) {
                    Ok(Value::One(id))
                } else {
                    Err(None)
                }
            }
            (Kind::Some { choices, empty }, Value::Some(ids)) => match ids.iter().find(|id| !known(choices, id)) {
                Some(unknown) => Err(Some(format!("{unknown:?}"))),
                None if ids.is_empty() && !empty => Err(None),
                // in the order of the form and once, so that the order in a file changes nothing
                None => Ok(Value::Some(choices.iter().map(|choice| choice.id.clone()).filter(|id| ids.contains(id)).collect())),
            },
            (Kind::Number { from, to }, Value::Number(number)) => {
                if (*from..=*to).contains(&number) {
                    Ok(Value::Number(number))
                } else {
                    Err(None)
                }
            }
            _ => Err(None),
        }
    }

    fn refused(&self, given: &str) -> String {
        let short: String = given.chars().take(80).collect();
        format!("{}: {short} cannot be used: expected {}", self.path, self.allowed())
    }

    /// Other answers that might have been given: each other choice, one item more or less, ten times and a tenth.
    pub fn others(&self, value: &Value) -> Vec<Value> {
        let others: Vec<Value> = match (&self.kind, value) {
            (Kind::One(choices), Value::One(id)) => {
                choices.iter().filter(|choice| choice.id != *id).map(|choice| Value::One(choice.id.clone())).collect()
            }
            (Kind::Some { choices, .. }, Value::Some(ids)) => choices
                .iter()
                .map(|toggled| {
                    let keeps = |id: &String| ids.contains(id) != (*id == toggled.id);
                    Value::Some(choices.iter().map(|choice| choice.id.clone()).filter(keeps).collect())
                })
                .collect(),
            (Kind::Number { from, to }, Value::Number(number)) => {
                let steps = if *number == 0.0 { vec![1.0_f64.min(*to)] } else { vec![number / 10.0, number * 10.0] };
                steps.into_iter().map(|other| Value::Number(other.clamp(*from, *to))).collect()
            }
            _ => Vec::new(),
        };
        let allowed = others.into_iter().filter_map(|other| self.checked(other).ok());
        allowed.filter(|other| other != value).collect()
    }
}

/// A value as a person wrote it, on one line.
fn shown(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => format!("{text:?}"),
        other => other.to_string().split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

fn ids(choices: &[Choice]) -> String {
    choices.iter().map(|choice| choice.id.as_str()).collect::<Vec<_>>().join(", ")
}

/// The fields, in the order in which they are asked.
#[derive(Clone, Debug)]
pub struct Form {
    /// The fields.
    pub fields: Vec<Field>,
}

impl Form {
    /// The form that goes with a rule table: patterns and stores are those that it knows.
    pub fn new(rules: &Rules) -> Self {
        let fixed = |choices: &[(&str, &str)]| {
            choices.iter().map(|(id, means)| Choice { id: (*id).to_owned(), means: (*means).to_owned() }).collect::<Vec<_>>()
        };
        let one = |choices: &[(&str, &str)]| Kind::One(fixed(choices));
        let field = |path, asks, kind, assumed| Field { path, asks, kind, assumed };
        let is = |id: &str| Value::One(id.to_owned());
        let patterns = rules.patterns.iter().map(|pattern| Choice { id: pattern.id.clone(), means: pattern.asks.clone() }).collect();
        let stores = rules.stores.iter().filter(|store| store.server);
        let stores = stores.map(|store| Choice { id: store.id.clone(), means: store.name.clone() }).collect();
        let first = rules.patterns.first().map(|pattern| pattern.id.clone());
        Self {
            fields: vec![
                field("entity", "What is the advice about? One kind of data", Kind::Name, Value::Name("data".into())),
                field("shape.kind", "The shape of it", one(&SHAPES), is("related")),
                field("shape.size_kib", "KiB of one, of the large ones (95th percentile)", number(0.01, 16_384.0), Value::Number(1.0)),
                field(
                    "access.patterns",
                    "What is done with it",
                    Kind::Some { choices: patterns, empty: false },
                    Value::Some(first.into_iter().collect()),
                ),
                field("access.reads_per_write", "Reads for one write", number(0.0, 1_000_000.0), Value::Number(10.0)),
                field("consistency.durability", "What a crash may cost", one(&DURABILITY), is("each-commit")),
                field("consistency.rules", "Rules that must hold at every moment", one(&RULES), is("across-several")),
                field(
                    "consistency.stale_s",
                    "Seconds that a copy may be late; 0: no copy is good enough",
                    number(0.0, 604_800.0),
                    Value::Number(0.0),
                ),
                field("scale.members", "How many there are", number(1.0, 1e12), Value::Number(10_000.0)),
                field("scale.per_s", "Operations in a second, at the peak", number(0.01, 10_000_000.0), Value::Number(50.0)),
                field(
                    "scale.p99_ms",
                    "Milliseconds that 99 of 100 operations may take at most",
                    number(0.01, 60_000.0),
                    Value::Number(50.0),
                ),
                field("scale.log_mib_s", "MiB of log in a second that its writes may make", number(0.01, 10_000.0), Value::Number(10.0)),
                field("scale.processes", "Programs that use the store", one(&PROCESSES), is("many")),
                field(
                    "team.runs",
                    "Servers that the team runs already",
                    Kind::Some { choices: stores, empty: true },
                    Value::Some(Vec::new()),
                ),
                field("team.more", "Kinds of servers that the team could run beside those", number(0.0, 5.0), Value::Number(1.0)),
            ],
        }
    }

    /// The field at a path.
    pub fn field(&self, path: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.path == path)
    }
}

fn number(from: f64, to: f64) -> Kind {
    Kind::Number { from, to }
}

const SHAPES: [(&str, &str); 5] = [
    ("related", "rows that refer to each other"),
    ("document", "one thing with parts of its own, not all alike"),
    ("keyed", "a value under a key"),
    ("ranked", "members with a score"),
    ("events", "what happened, appended and read by time"),
];

/// From the weakest wish to the strongest.
const DURABILITY: [(&str, &str); 4] = [
    ("may-vanish", "it may be gone when the server dies"),
    ("last-moments", "the last moments may be lost when the server dies"),
    ("last-second", "it survives the server, a power cut may cost a second"),
    ("each-commit", "what was acknowledged is never lost"),
];

/// From the weakest wish to the strongest.
const RULES: [(&str, &str); 3] = [
    ("none", "no rule"),
    ("within-one", "rules within one thing, such as stock >= 0"),
    ("across-several", "rules across several things, such as sums that must agree"),
];

/// From the weakest wish to the strongest.
const PROCESSES: [(&str, &str); 2] = [("one", "one program on one machine"), ("many", "several")];
