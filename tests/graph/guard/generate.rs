//! Draws small documents: fragments in fragments, aliases, directives, and numbers of rows in every form that they come in.

use super::document::{Argument, Document, Field, Pick, Variable};
use crate::support::random::Random;

/// Fields, lists among them more often than in a real document.
const NAMES: [&str; 14] = [
    "a",
    "b",
    "name",
    "product",
    "products",
    "orders",
    "categories",
    "items",
    "children",
    "salesReport",
    "nodes",
    "__schema",
    "types",
    "fields",
];
const NUMBERS: [&str; 3] = ["first", "last", "limit"];

struct Draw<'a> {
    random: &'a mut Random,
    variables: Vec<bool>,
    fragments: usize,
}

pub fn document(random: &mut Random) -> Document {
    let variables: Vec<Variable> = (0..random.below(5)).map(|_| variable(random)).collect();
    let fragments = random.below(4) as usize;
    let operations = if random.below(5) == 0 { 2 } else { 1 };
    let mut draw = Draw { random, variables: variables.iter().map(|variable| variable.is_list).collect(), fragments };
    let operations = (0..operations).map(|_| draw.set(0, 0)).collect();
    let fragments = (0..fragments).map(|number| draw.set(1, number + 1)).collect::<Vec<_>>();
    let directives_of_definitions = (0..=fragments.len()).map(|_| draw.directives()).collect();
    Document { operations, fragments, variables, directives_of_definitions }
}

fn variable(random: &mut Random) -> Variable {
    let mut value = || match random.below(5) {
        0 | 1 => None,
        2 => Some(None),
        _ => Some(Some(u64::from(random.below(100)) + 1)),
    };
    let (default, given) = (value(), value());
    Variable { is_list: random.below(3) == 0, default, given }
}

impl Draw<'_> {
    /// A set at some level; it may spread the fragments from a number on.
    fn set(&mut self, level: u32, from: usize) -> Vec<Pick> {
        let most = if level == 0 { 5 } else { 3 };
        (0..=self.random.below(most)).map(|_| self.pick(level, from)).collect()
    }

    fn pick(&mut self, level: u32, from: usize) -> Pick {
        match self.random.below(10) {
            0 if level < 3 => Pick::Inline { directives: self.directives(), set: self.set(level + 1, from) },
            1..=3 if from < self.fragments => {
                let fragment = from + self.random.below(u32::try_from(self.fragments - from).unwrap()) as usize;
                Pick::Spread { directives: self.directives(), fragment }
            }
            _ => Pick::Field(self.field(level, from)),
        }
    }

    fn field(&mut self, level: u32, from: usize) -> Field {
        let name = NAMES[self.random.below(NAMES.len() as u32) as usize];
        let deeper = level < 3 && self.random.below(2) == 0;
        Field {
            alias: (self.random.below(4) == 0).then(|| format!("x{}", self.random.below(100))),
            name,
            arguments: (0..self.random.below(3)).map(|_| self.argument()).collect(),
            directives: self.directives(),
            set: if deeper { self.set(level + 1, from) } else { Vec::new() },
        }
    }

    fn argument(&mut self) -> (&'static str, Argument) {
        let is_list = self.random.below(4) == 0;
        let name = if is_list { "ids" } else { NUMBERS[self.random.below(3) as usize] };
        let fitting: Vec<usize> = (0..self.variables.len()).filter(|number| self.variables[*number] == is_list).collect();
        let value = u64::from(self.random.below(100)) + 1;
        let value = match self.random.below(4) {
            0 => Argument::Null,
            1 | 2 if !fitting.is_empty() => Argument::Variable(fitting[self.random.below(fitting.len() as u32) as usize]),
            _ if is_list => Argument::Ids(value / 10),
            _ => Argument::Number(value),
        };
        (name, value)
    }

    fn directives(&mut self) -> usize {
        if self.random.below(6) == 0 { 1 + self.random.below(2) as usize } else { 0 }
    }
}
