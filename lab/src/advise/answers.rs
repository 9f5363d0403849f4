//! Answers to the five questions, from a TOML file or from a terminal.

use super::form::{Field, Form, QUESTIONS, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, BufRead, Write},
};

/// Answers to all fields of the form; what was not answered is assumed.
#[derive(Clone, Debug, PartialEq)]
pub struct Answers {
    values: BTreeMap<&'static str, Value>,
    assumed: BTreeSet<&'static str>,
}

/// Why there are no answers.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The terminal cannot be read or written.
    #[error("the terminal: {0}")]
    Terminal(#[from] io::Error),
    /// The input ended before the last question.
    #[error("the input ended at {0}: nothing is advised without all answers")]
    Ended(&'static str),
}

impl Answers {
    /// All that is assumed.
    fn assumed(form: &Form) -> Self {
        let values = form.fields.iter().map(|field| (field.path, field.assumed.clone())).collect();
        Self { values, assumed: form.fields.iter().map(|field| field.path).collect() }
    }

    /// Reads a file. The error is everything that is wrong with it, a sentence each.
    pub fn from_toml(form: &Form, text: &str) -> Result<Self, Vec<String>> {
        let table: toml::Table = toml::from_str(text).map_err(|error| vec![not_toml(text, &error)])?;
        let (mut answers, mut wrong) = (Self::assumed(form), Vec::new());
        for (key, value) in &table {
            match (value.as_table(), QUESTIONS.iter().find(|(question, _)| question == key)) {
                (Some(below), Some((question, _))) => {
                    for (key, value) in below {
                        answers.take(form, question, key, value, &mut wrong);
                    }
                }
                (None, Some((question, _))) => {
                    wrong.push(format!("{question}: expected a table [{question}] with {}", keys(form, question)))
                }
                (_, None) => answers.take(form, "", key, value, &mut wrong),
            }
        }
        if wrong.is_empty() { Ok(answers) } else { Err(wrong) }
    }

    fn take(&mut self, form: &Form, question: &str, key: &str, value: &toml::Value, wrong: &mut Vec<String>) {
        let Some(field) = form.fields.iter().find(|field| field.place() == (question, key)) else {
            let (shown, known) = match question {
                "" => (key.escape_debug().to_string(), format!("entity, {}", QUESTIONS.map(|(question, _)| question).join(", "))),
                _ => (format!("{question}.{}", key.escape_debug()), keys(form, question)),
            };
            wrong.push(format!("{shown}: this key is not known: expected one of {known}"));
            return;
        };
        match field.from_toml(value) {
            Ok(value) => self.set(field.path, value),
            Err(sentence) => wrong.push(sentence),
        }
    }

    /// Asks on a terminal. An empty line takes what is assumed; what cannot be used is asked again.
    pub fn ask(form: &Form, input: &mut impl BufRead, output: &mut impl Write) -> Result<Self, AskError> {
        let mut answers = Self::assumed(form);
        let mut question = "";
        for field in &form.fields {
            let (table, _) = field.place();
            if let Some((number, (name, asks))) = QUESTIONS.iter().enumerate().find(|(_, (name, _))| *name == table)
                && question != *name
            {
                question = name;
                writeln!(output, "\n{}. {asks}", number + 1)?;
            }
            if let Some(value) = ask_one(field, input, output)? {
                answers.set(field.path, value);
            }
        }
        Ok(answers)
    }

    /// Gives one answer.
    pub fn set(&mut self, path: &'static str, value: Value) {
        self.assumed.remove(path);
        self.values.insert(path, value);
    }

    /// Whether nobody gave this answer.
    pub fn is_assumed(&self, path: &str) -> bool {
        self.assumed.contains(path)
    }

    /// The answer to a field.
    pub fn value(&self, path: &str) -> Option<&Value> {
        self.values.get(path)
    }

    /// The choice that was made at a field of one choice.
    pub fn one(&self, path: &str) -> &str {
        match self.values.get(path) {
            Some(Value::One(id) | Value::Name(id)) => id,
            _ => "",
        }
    }

    /// The choices that were made at a field of several.
    pub fn some(&self, path: &str) -> &[String] {
        match self.values.get(path) {
            Some(Value::Some(ids)) => ids,
            _ => &[],
        }
    }

    /// The number at a field of numbers.
    pub fn number(&self, path: &str) -> f64 {
        match self.values.get(path) {
            Some(Value::Number(number)) => *number,
            _ => 0.0,
        }
    }
}

/// The answer, or none if the line was empty.
fn ask_one(field: &Field, input: &mut impl BufRead, output: &mut impl Write) -> Result<Option<Value>, AskError> {
    let choices = field.choices();
    writeln!(output, "   {}", field.asks)?;
    for choice in choices {
        writeln!(output, "     {:<16} {}", choice.id, choice.means)?;
    }
    loop {
        let bounds = if choices.is_empty() { format!(", {}", field.allowed()) } else { String::new() };
        write!(output, "   {} [{}{bounds}]: ", field.path, field.assumed)?;
        output.flush()?;
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            return Err(AskError::Ended(field.path));
        }
        if line.trim().is_empty() {
            return Ok(None);
        }
        match field.from_text(&line) {
            Ok(value) => return Ok(Some(value)),
            Err(sentence) => writeln!(output, "   {sentence}")?,
        }
    }
}

fn keys(form: &Form, question: &str) -> String {
    let places = form.fields.iter().map(Field::place).filter(|(table, _)| *table == question);
    places.map(|(_, key)| key).collect::<Vec<_>>().join(", ")
}

/// The parser's message with the line, in one sentence.
fn not_toml(text: &str, error: &toml::de::Error) -> String {
    let line = error.span().map(|span| text.as_bytes().iter().take(span.start).filter(|byte| **byte == b'\n').count() + 1);
    let message = error.message().lines().collect::<Vec<_>>().join(", ");
    match line {
        Some(line) => format!("line {line}: this is not TOML: {message}"),
        None => format!("this is not TOML: {message}"),
    }
}
